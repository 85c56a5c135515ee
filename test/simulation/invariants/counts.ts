// The counts in the status of a PullPolicy, compared with the store.
import { controllerOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, slackOf, stalenessOf } from './invariant.ts';
import { COUNTS, countsAt, policyNameOf, slotOf, statusOf } from './policy-counts.ts';
import { evidenceOf } from './pull.ts';

/** When the objects that the counts of a policy depend on changed for the last time. */
interface LastChanges {
  /** By the name of the policy: its images, its spec, and its starts that a write changed without new counts. */
  readonly byPolicy: Map<string, number>;
  /** By the UID of the policy and the slot. */
  readonly pods: Map<string, Map<number, number>>;
  fleet: number;
}

function recordPod({ pods }: LastChanges, pod: KubernetesObject, isGone: boolean, now: number): void {
  // Finished Pods are not counted, so their removal changes nothing.
  if (isGone && evidenceOf(pod) !== undefined) return;
  const uid = controllerOf(pod)?.uid ?? '';
  const bySlot = pods.get(uid) ?? new Map<number, number>();
  pods.set(uid, bySlot);
  bySlot.set(slotOf(pod), now);
}

/** Whether a write changed the spec of a policy, or its starts without determining its counts again. */
function isOtherChange(before: KubernetesObject | undefined, after: KubernetesObject): boolean {
  if (before === undefined || before.metadata.generation !== after.metadata.generation) return true;
  const [old, now] = [statusOf(before), statusOf(after)];
  if (old.countsTime !== now.countsTime) return false;
  return JSON.stringify([old.starting, old.rejected]) !== JSON.stringify([now.starting, now.rejected]);
}

function lastChangeOf({ byPolicy, pods, fleet }: LastChanges, policy: KubernetesObject): number {
  const startingSlots = new Set(statusOf(policy).starting?.map(({ slot }) => slot));
  const ofPods = [...(pods.get(policy.metadata.uid) ?? [])].filter(([slot]) => !startingSlots.has(slot));
  return Math.max(fleet, byPolicy.get(policy.metadata.name) ?? 0, ...ofPods.map(([, at]) => at));
}

function problemOf(observed: ObservedCluster, changes: LastChanges, policy: KubernetesObject): string | undefined {
  const status = statusOf(policy);
  const countedAt = Date.parse(status.countsTime ?? '');
  // The counts rest on caches of this age, and their time is that of the replica's clock.
  const surelySeen = countedAt - stalenessOf(observed) - slackOf(observed);
  if (!(lastChangeOf(changes, policy) < surelySeen)) return undefined;
  const actual = countsAt(observed, policy, countedAt);
  const wrong = COUNTS.filter((name) => status[name] !== actual[name]);
  const differences = wrong.map((name) => `${name} ${status[name]} instead of ${actual[name]}`);
  return wrong.length === 0 ? undefined : `the status of ${policy.metadata.name} has ${differences.join(', ')}`;
}

function recordChange(
  changes: LastChanges,
  before: KubernetesObject | undefined,
  object: KubernetesObject,
  now: number,
) {
  if (object.kind === 'Fleet') changes.fleet = now;
  if (object.kind === 'CachedImage') {
    for (const image of [object, before ?? object]) changes.byPolicy.set(policyNameOf(image), now);
  }
  if (object.kind === 'PullPolicy' && isOtherChange(before, object)) changes.byPolicy.set(object.metadata.name, now);
}

const watchCounts: Invariant['watch'] = (observed, violate) => {
  const changes: LastChanges = { byPolicy: new Map(), pods: new Map(), fleet: 0 };
  const latest = new Map<string, KubernetesObject>();
  observed.cluster.store.watch(({ type, object }) => {
    const { uid, deletionTimestamp } = object.metadata;
    const isGone = type === 'DELETED' || deletionTimestamp !== undefined;
    if (object.kind === 'Pod') recordPod(changes, object, isGone, observed.clock.now());
    else recordChange(changes, latest.get(uid), object, observed.clock.now());
    if (type === 'DELETED') latest.delete(uid);
    else latest.set(uid, object);
    const problem = object.kind === 'PullPolicy' && !isGone ? problemOf(observed, changes, object) : undefined;
    if (problem !== undefined) violate(problem);
  });
};

export const countInvariants: readonly Invariant[] = [
  {
    name: 'policy-counts',
    promise: 'the counts in the status of a policy are those of its images and Pods',
    watch: watchCounts,
  },
];
