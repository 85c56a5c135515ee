// No finished pull forgotten, no pull killed to start another, no status that says nothing after it said something.
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { normalizeImage } from '../../../kubernetes/image-reference.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { pullPods, type SimulatedCluster } from '../simulated-cluster.ts';
import { type Invariant, onRemoval, slackOf, stalenessOf } from './invariant.ts';
import { evidenceOf, keyOfNode, type Pull, pullOf } from './pull.ts';

type Ledger = Partial<CachedImageStatus>;

export function ledgerOf(image: KubernetesObject | undefined): Ledger {
  return (image?.status ?? {}) as Ledger;
}

/** The reference that a CachedImage asks for, in its canonical form; empty for one that is none. */
export function referenceWanted(image: KubernetesObject): string {
  const { image: name, tag, digest } = image.spec as { image: string; tag?: string; digest?: string };
  const normalized = normalizeImage({ image: name, tag, digest });
  return normalized.ok ? normalized.reference : '';
}

export const keysIn = ({ cached }: Ledger): ReadonlySet<string> =>
  new Set((cached ?? []).flatMap(({ nodes }) => nodes.split(' ')));

/** Whether the image asks for this pull, and did all the while that an answer may rest on. */
function isWanted(world: SimulatedCluster, pull: Pull): boolean {
  const node = world.cluster.store.find({ kind: 'Node', name: pull.node });
  if (node === undefined || keyOfNode(node) !== pull.nodeKey) return false;
  return world.histories.recent('CachedImage', pull.image, stalenessOf(world)).every((image) => {
    if (image === undefined || image.metadata.deletionTimestamp !== undefined) return false;
    return image.metadata.uid === pull.imageUid && referenceWanted(image) === pull.reference;
  });
}

/** Whether the ledger knows how the pull ended: it names the attempt, or tells of the node what can only come from it. */
function isRecorded(ledger: Ledger, pull: Pull, createdAt: number): boolean {
  const failure = ledger.failing?.find(({ key }) => key === pull.nodeKey);
  const isFailure = failure !== undefined && Date.parse(failure.at) >= createdAt;
  return ledger.recorded?.includes(pull.attempt) === true || keysIn(ledger).has(pull.nodeKey) || isFailure;
}

const NODE_LIMIT_MILLISECONDS = 60_000;

/** Whether nobody can say that the pull of a Pod has ended. */
function surelyGoes(world: SimulatedCluster, pod: KubernetesObject, pull: Pull): boolean {
  if (evidenceOf(pod) !== undefined) return false;
  const now = world.clock.now() + slackOf(world);
  const isYoung = now < Date.parse(pod.metadata.creationTimestamp) + NODE_LIMIT_MILLISECONDS;
  return now < pull.deadlineMilliseconds && isYoung;
}

type JudgeDrop = (world: SimulatedCluster, pod: KubernetesObject, pull: Pull) => string | undefined;

/** Judges each Pod that Metacontroller deletes while its image still asks for it, as the audit log tells. */
function onDrop(judge: JudgeDrop): Invariant['watch'] {
  return (world, violate) => {
    onRemoval(world, (pod) => {
      if (pod.kind !== 'Pod') return;
      const pull = pullOf(pod);
      const problem = isWanted(world, pull) ? judge(world, pod, pull) : undefined;
      if (problem !== undefined) violate(problem);
    });
  };
}

const killed: JudgeDrop = (world, pod, pull) =>
  surelyGoes(world, pod, pull) ? `the pull of ${pull.image} on ${pull.node} is killed while it goes on` : undefined;

const dropped: JudgeDrop = (world, pod, pull) => {
  const image = world.cluster.store.find({ kind: 'CachedImage', name: pull.image });
  if (surelyGoes(world, pod, pull)) return undefined;
  if (isRecorded(ledgerOf(image), pull, Date.parse(pod.metadata.creationTimestamp))) return undefined;
  return `the pull of ${pull.image} on ${pull.node} ended (${evidenceOf(pod) ?? 'in time'}) and is dropped without a record`;
};

/** A record that a service which forgot wrote over is not lost while the Pod is there to tell it again. */
function canBeTold(world: SimulatedCluster, image: KubernetesObject, key: string): boolean {
  return pullPods(world).some((pod) => {
    const pull = pullOf(pod);
    return pull.imageUid === image.metadata.uid && pull.nodeKey === key && evidenceOf(pod) === 'success';
  });
}

/** Calls back with an object's state before and after each change of it. */
function onChange(
  world: SimulatedCluster,
  kinds: readonly string[],
  look: (before: KubernetesObject, after: KubernetesObject) => void,
): void {
  const latest = new Map<string, KubernetesObject>();
  world.cluster.store.watch(({ type, object }) => {
    if (!kinds.includes(object.kind)) return;
    const { uid } = object.metadata;
    const before = latest.get(uid);
    if (before !== undefined && type === 'MODIFIED') look(before, object);
    if (type === 'DELETED') latest.delete(uid);
    else latest.set(uid, object);
  });
}

/**
 * A record that no cache shows yet may be written over by a service that forgot it, and the pull is repeated: the price of a memory
 * that is an aid. What all caches show must stay.
 */
function mayBeRepeated(world: SimulatedCluster, recordedAt: number): boolean {
  const now = world.clock.now();
  return now - recordedAt <= stalenessOf(world) && world.replicas.forgotBetween(recordedAt, now);
}

/** The nodes that a ledger names no more, although it is about the same image and nothing there can tell of them again. */
function forgottenKeys(world: SimulatedCluster, before: KubernetesObject, image: KubernetesObject): readonly string[] {
  if (ledgerOf(before).image !== ledgerOf(image).image) return [];
  const keys = keysIn(ledgerOf(image));
  return [...keysIn(ledgerOf(before))].filter((key) => !keys.has(key) && !canBeTold(world, image, key));
}

const watchForgotten: Invariant['watch'] = (world, violate) => {
  /** When a ledger last began to name a node, by the image's UID and the node's key. */
  const recordedAt = new Map<string, number>();
  onChange(world, ['CachedImage'], (before, image) => {
    if (before.status === image.status) return;
    const { name, uid } = image.metadata;
    const known = keysIn(ledgerOf(before));
    for (const key of keysIn(ledgerOf(image))) {
      if (!known.has(key)) recordedAt.set(`${uid} ${key}`, world.clock.now());
    }
    const lost = forgottenKeys(world, before, image).filter(
      (key) => !mayBeRepeated(world, recordedAt.get(`${uid} ${key}`) ?? 0),
    );
    if (lost.length > 0) violate(`${name} forgets that it is on ${lost.join(', ')}`);
  });
};

const KINDS_WITH_STATUS = ['CachedImage', 'PullPolicy', 'Fleet', 'CachedImageSet', 'DiscoveryPolicy'];
const revisionIn = ({ status }: KubernetesObject) => (status as { readonly revision?: number } | undefined)?.revision;

const watchWiped: Invariant['watch'] = (world, violate) => {
  onChange(world, KINDS_WITH_STATUS, (before, after) => {
    if (revisionIn(before) !== undefined && revisionIn(after) === undefined) {
      violate(`the status of ${after.kind} ${after.metadata.name} is wiped`);
    }
  });
};

export const recordInvariants: readonly Invariant[] = [
  { name: 'pull-killed', promise: 'no pull is killed to start another', watch: onDrop(killed) },
  {
    name: 'pull-unrecorded',
    promise: 'no finished pull is dropped before its outcome is recorded',
    watch: onDrop(dropped),
  },
  { name: 'pull-forgotten', promise: 'what a ledger once called cached it never forgets', watch: watchForgotten },
  { name: 'status-wiped', promise: 'no status says nothing after it said something', watch: watchWiped },
];
