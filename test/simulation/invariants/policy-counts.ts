// Counts the pulls of a policy in the store. It does not use the code of the hooks, so that a bug there cannot hide.
import type { CachedImageSpec } from '../../../crds/cached-image.ts';
import type { FleetStatus } from '../../../crds/fleet.ts';
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import { controllerOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { leastBackoff, paceOf } from './pace.ts';
import { evidenceOf, pullOf } from './pull.ts';
import { ledgerOf, requestedReference } from './records.ts';

export const COUNTS = ['pullsWanted', 'pullsDone', 'activePulls', 'backingOffPulls', 'queuedPulls'] as const;
type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;
type Status = Partial<PullPolicyStatus>;

export const statusOf = (policy: KubernetesObject) => (policy.status ?? {}) as Status;
export const policyNameOf = ({ spec }: KubernetesObject) =>
  (spec as unknown as CachedImageSpec).policyRef?.name ?? 'default';
export const slotOf = ({ metadata }: KubernetesObject) => Number(metadata.labels?.['drop.corewire.io/slot']);

function imagesOf({ cluster }: ObservedCluster, policy: KubernetesObject): readonly KubernetesObject[] {
  return cluster.store
    .list('CachedImage')
    .filter((image) => image.metadata.deletionTimestamp === undefined && requestedReference(image) !== '')
    .filter((image) => policyNameOf(image) === policy.metadata.name);
}

/** The failures that count: those of the reference and of the spec that the image has now. */
function failuresOf(image: KubernetesObject) {
  const { image: reference, observedGeneration, failing = [] } = ledgerOf(image);
  const isCurrent = reference === requestedReference(image) && observedGeneration === image.metadata.generation;
  return isCurrent ? failing : [];
}

function isOnNotReadyNode({ cluster }: ObservedCluster, pod: KubernetesObject): boolean {
  const fleet = cluster.store.find({ kind: 'Fleet', name: 'default' });
  const { groups = [] } = (fleet?.status ?? {}) as Partial<FleetStatus>;
  const group = groups.find(({ nodes }) => nodes.some((entry) => entry.startsWith(`${pullOf(pod).node} `)));
  return group?.ready === false;
}

const NOT_READY_LIMIT_MILLISECONDS = 60_000;

function isInProgressAt(observed: ObservedCluster, pod: KubernetesObject, at: number): boolean {
  if (evidenceOf(pod) !== undefined || at >= pullOf(pod).deadlineMilliseconds) return false;
  const isOld = at >= Date.parse(pod.metadata.creationTimestamp) + NOT_READY_LIMIT_MILLISECONDS;
  return !(isOld && isOnNotReadyNode(observed, pod));
}

const sum = (numbers: readonly (number | undefined)[]) =>
  numbers.reduce<number>((total, number = 0) => total + number, 0);

/** The counts as they were at an instant after which nothing that they count has changed. */
export function countsAt(observed: ObservedCluster, policy: KubernetesObject, at: number): Counts {
  const ledgers = imagesOf(observed, policy);
  const { starting = [], rejected = [] } = statusOf(policy);
  // A start whose Pod is not observed yet counts once, although its Pod may exist by now.
  const startingSlots = new Set(starting.map(({ slot }) => slot));
  const pods = observed.cluster.store
    .list('Pod')
    .filter((pod) => controllerOf(pod)?.uid === policy.metadata.uid && !startingSlots.has(slotOf(pod)));
  const isWaiting = (since: string, failures: number) =>
    Date.parse(since) + leastBackoff([paceOf(policy)], failures) > at;
  const pullsWanted = sum(ledgers.map((image) => ledgerOf(image).nodesTargeted));
  const pullsDone = sum(ledgers.map((image) => ledgerOf(image).nodesReady));
  const activePulls = starting.length + pods.filter((pod) => isInProgressAt(observed, pod, at)).length;
  const backingOffPulls =
    ledgers.flatMap(failuresOf).filter((pair) => isWaiting(pair.at, pair.failures)).length +
    rejected.filter((start) => isWaiting(start.at, start.count)).length;
  const queuedPulls = Math.max(0, pullsWanted - pullsDone - activePulls - backingOffPulls);
  return { pullsWanted, pullsDone, activePulls, backingOffPulls, queuedPulls };
}
