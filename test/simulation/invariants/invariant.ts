// What an invariant is: a promise that is judged after every change of the API server's store, from that store alone.
import { identityOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';

export interface Invariant {
  readonly name: string;
  /** The promise in one sentence for a person. */
  readonly promise: string;
  /** Looks on from now; says what broke it, and where. */
  readonly watch: (world: SimulatedCluster, violate: (what: string) => void) => void;
}

/** Calls back with each object that Metacontroller is about to delete, as the audit log of the API server tells. */
export function onRemoval({ points, cluster }: SimulatedCluster, look: (object: KubernetesObject) => void): void {
  points.add('auditWrite', (verb, manifest) => {
    const object = verb === 'remove' ? cluster.store.find(identityOf(manifest)) : undefined;
    if (object !== undefined && object.metadata.uid === manifest.metadata.uid) look(object);
  });
}

/** A sync ends at most so long after it read its caches. */
const SYNC_MILLISECONDS = 1500;

/** How old what an answer rests on can be, in milliseconds. */
export function stalenessOf({ bounds }: SimulatedCluster): number {
  return bounds.lagMilliseconds + SYNC_MILLISECONDS;
}

/** What a promise in time is less: the distance between the clocks, and the second that a timestamp does not tell. */
export function slackOf({ bounds }: SimulatedCluster): number {
  return bounds.skewMilliseconds + 1000;
}
