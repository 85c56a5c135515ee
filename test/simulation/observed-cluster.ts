// What the invariants need: a cluster, its recent past, and how far caches and clocks can be off.
import type { Clock } from '../../simulator/clock.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import type { FaultPoints } from './fault-points.ts';
import type { Histories } from './histories.ts';

/** How bad the faults of a run can get; invariants about time allow for it. */
interface Bounds {
  /** Longest lag of a cache. */
  lagMilliseconds: number;
  /** Largest difference between two clocks. */
  skewMilliseconds: number;
}

export interface ObservedCluster {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly points: FaultPoints;
  readonly histories: Histories;
  readonly bounds: Bounds;
  readonly replicas: {
    /** Whether a sync at the later instant may run on a replica that does not remember the earlier instant. */
    forgotBetween(fromMilliseconds: number, toMilliseconds: number): boolean;
  };
}

/** Kinds whose past states the invariants need. */
export const KINDS_WITH_HISTORY = ['PullPolicy', 'CachedImage', 'CachedImageSet', 'DiscoveryPolicy', 'Fleet'] as const;
