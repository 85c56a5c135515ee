// An invariant: a promise of the operator, checked after every change of the cluster.
import { identityOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';

export interface Invariant<Subject = ObservedCluster> {
  /** For the command line and reports. */
  readonly name: string;
  /** The promise in one sentence, for a person. */
  readonly promise: string;
  /** Checks every change from now on, and reports what broke the promise. */
  readonly watch: (subject: Subject, violate: (what: string) => void) => void;
}

/** Calls back with each object that Metacontroller is about to delete. */
export function onRemoval(
  { points, cluster }: Pick<ObservedCluster, 'points' | 'cluster'>,
  callback: (object: KubernetesObject) => void,
): void {
  points.add('auditWrite', (verb, manifest) => {
    const object = verb === 'remove' ? cluster.store.find(identityOf(manifest)) : undefined;
    if (object !== undefined && object.metadata.uid === manifest.metadata.uid) callback(object);
  });
}

/** Longest time from the moment a sync reads its caches to its last write. */
const SYNC_MILLISECONDS = 1500;

/** Largest age, in milliseconds, of the state on which a response in flight was decided. */
export function stalenessOf({ bounds }: ObservedCluster): number {
  return bounds.lagMilliseconds + SYNC_MILLISECONDS;
}

/** Tolerance of delays: the difference of the clocks, and the second that a Kubernetes timestamp truncates. */
export function slackOf({ bounds }: ObservedCluster): number {
  return bounds.skewMilliseconds + 1000;
}

/** Whether the service may have forgotten something of that instant, in milliseconds, because no cache shows it yet. */
export function mayBeForgotten(observed: ObservedCluster, instant: number): boolean {
  const now = observed.clock.now();
  return now - instant <= stalenessOf(observed) && observed.replicas.forgotBetween(instant, now);
}
