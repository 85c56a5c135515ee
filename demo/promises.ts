// Checks the simulation's promises about a cluster while the demo runs.
import type { Clock } from '../simulator/clock.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { FaultPoints } from '../test/simulation/fault-points.ts';
import { createHistories } from '../test/simulation/histories.ts';
import { clusterInvariants } from '../test/simulation/invariants/cluster.ts';
import { KINDS_WITH_HISTORY } from '../test/simulation/observed-cluster.ts';

/** Lag of the simulated Metacontroller's caches. */
const LAG_MILLISECONDS = 20;

export interface PromiseResult {
  readonly promise: string;
  /** What broke the promise first; undefined if it was kept. */
  readonly violation: string | undefined;
}

export interface DemoCluster {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** The fault points of the cluster. The demo adds no faults, but a promise about deletions observes them. */
  readonly points: FaultPoints;
}

/** Checks every change from now on. Returns a function that reports the results so far. */
export function watchPromises({ cluster, clock, points }: DemoCluster): () => readonly PromiseResult[] {
  const observed = {
    clock,
    cluster,
    points,
    histories: createHistories(cluster.store, clock, KINDS_WITH_HISTORY),
    bounds: { lagMilliseconds: LAG_MILLISECONDS, skewMilliseconds: 0 },
    // The demo never restarts its service.
    replicas: { forgotBetween: () => false },
  };
  const violations = new Map<string, string>();
  for (const { name, watch } of clusterInvariants) {
    watch(observed, (what) => {
      if (!violations.has(name)) violations.set(name, what);
    });
  }
  return () => clusterInvariants.map(({ name, promise }) => ({ promise, violation: violations.get(name) }));
}
