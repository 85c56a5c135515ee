// Outcomes of pulls: no pull is killed to start another, every outcome is recorded, and no record is lost.
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { normalizeImage } from '../../../kubernetes/image-reference.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, mayBeForgotten, onRemoval, stalenessOf } from './invariant.ts';
import { evidenceOf, isSurelyInProgress, keyOfNode, type Pull, pullOf } from './pull.ts';

type Ledger = Partial<CachedImageStatus>;

export function ledgerOf(image: KubernetesObject | undefined): Ledger {
  return (image?.status ?? {}) as Ledger;
}

/** The canonical reference that a CachedImage requests; empty if its spec is invalid. */
export function requestedReference(image: KubernetesObject): string {
  const { image: name, tag, digest } = image.spec as { image: string; tag?: string; digest?: string };
  const normalized = normalizeImage({ image: name, tag, digest });
  return normalized.ok ? normalized.reference : '';
}

interface StampedKey {
  readonly key: string;
  readonly stamp: number;
}

/** Reads keys, each with a dot and a stamp in base 36 if it has one. */
const stampedKeys = (text: string): readonly StampedKey[] =>
  text
    .split(' ')
    .filter((part) => part !== '')
    .map((part) => {
      const [key = '', stamp = '0'] = part.split('.');
      return { key, stamp: Number.parseInt(stamp, 36) };
    });

const cachedKeys = ({ cached = [] }: Ledger) => cached.flatMap(({ nodes }) => stampedKeys(nodes));

/** Keys of the nodes that have or had the image. */
export const keysIn = (ledger: Ledger): ReadonlySet<string> => new Set(cachedKeys(ledger).map(({ key }) => key));

/** Keys of the nodes that have the image: pulled or reported after the last loss. */
export function heldIn(ledger: Ledger): ReadonlySet<string> {
  const losses = new Map(stampedKeys(ledger.lost ?? '').map(({ key, stamp }) => [key, stamp]));
  const held = cachedKeys(ledger).filter(({ key, stamp }) => stamp >= (losses.get(key) ?? 0));
  return new Set(held.map(({ key }) => key));
}

/** Whether the image requests this pull, and did so in every state on which a response in flight may rest. */
function isWanted(observed: ObservedCluster, pull: Pull): boolean {
  const node = observed.cluster.store.find({ kind: 'Node', name: pull.node });
  if (node === undefined || keyOfNode(node) !== pull.nodeKey) return false;
  return observed.histories.recent('CachedImage', pull.image, stalenessOf(observed)).every((image) => {
    if (image === undefined || image.metadata.deletionTimestamp !== undefined) return false;
    return image.metadata.uid === pull.imageUid && requestedReference(image) === pull.reference;
  });
}

/** Whether the status names the pull, or has a failure of the node that only this pull can cause. */
function namesOutcome(ledger: Ledger, pull: Pull, createdAt: number): boolean {
  const failure = ledger.failing?.find(({ key }) => key === pull.nodeKey);
  const isFailure = failure !== undefined && Date.parse(failure.at) >= createdAt;
  return ledger.recorded?.includes(pull.attempt) === true || isFailure;
}

/** Whether the status has the outcome: it names it, or has the node among those that hold the image. */
const isRecorded = (ledger: Ledger, pull: Pull, createdAt: number): boolean =>
  namesOutcome(ledger, pull, createdAt) || keysIn(ledger).has(pull.nodeKey);

/** The states of the image on which a response in flight may rest. */
const recentLedgers = (observed: ObservedCluster, pull: Pull): readonly Ledger[] =>
  observed.histories.recent('CachedImage', pull.image, stalenessOf(observed)).map(ledgerOf);

type JudgeDrop = (observed: ObservedCluster, pod: KubernetesObject, pull: Pull) => string | undefined;

/** Judges each Pod that Metacontroller deletes although its image still requests the pull. */
function onDrop(judge: JudgeDrop): Invariant['watch'] {
  return (observed, violate) => {
    onRemoval(observed, (pod) => {
      if (pod.kind !== 'Pod') return;
      const pull = pullOf(pod);
      const problem = isWanted(observed, pull) ? judge(observed, pod, pull) : undefined;
      if (problem !== undefined) violate(problem);
    });
  };
}

const createdAtOf = ({ metadata }: KubernetesObject) => Date.parse(metadata.creationTimestamp);

const killed: JudgeDrop = (observed, pod, pull) => {
  if (!isSurelyInProgress(observed, pod)) return undefined;
  // The kubelet retries a failed pull, so a Pod whose failure is recorded can be in progress again.
  if (recentLedgers(observed, pull).some((ledger) => namesOutcome(ledger, pull, createdAtOf(pod)))) return undefined;
  return `the pull of ${pull.image} on ${pull.node} is killed while it is in progress`;
};

const unrecorded: JudgeDrop = (observed, pod, pull) => {
  if (isSurelyInProgress(observed, pod)) return undefined;
  // A replica that has not seen the record can overwrite it while the Pod is being deleted.
  if (recentLedgers(observed, pull).some((ledger) => isRecorded(ledger, pull, createdAtOf(pod)))) return undefined;
  const outcome = evidenceOf(pod) ?? 'timeout';
  return `the Pod of ${pull.image} on ${pull.node} is deleted before its outcome (${outcome}) is recorded`;
};

/** Whether a finished Pod is still there, from which a lost record can be restored. */
function canBeRestored({ cluster }: ObservedCluster, image: KubernetesObject, key: string): boolean {
  return cluster.store.list('Pod').some((pod) => {
    const pull = pullOf(pod);
    return pull.imageUid === image.metadata.uid && pull.nodeKey === key && evidenceOf(pod) === 'success';
  });
}

/** Calls back with the states before and after each change of an object. */
function onChange(
  { cluster }: ObservedCluster,
  kinds: readonly string[],
  callback: (before: KubernetesObject, after: KubernetesObject) => void,
): void {
  const latest = new Map<string, KubernetesObject>();
  cluster.store.watch(({ type, object }) => {
    if (!kinds.includes(object.kind)) return;
    const { uid } = object.metadata;
    const before = latest.get(uid);
    if (before !== undefined && type === 'MODIFIED') callback(before, object);
    if (type === 'DELETED') latest.delete(uid);
    else latest.set(uid, object);
  });
}

/** Keys that a status no longer has, although it is about the same reference and nothing can restore them. */
function lostKeys(observed: ObservedCluster, before: KubernetesObject, image: KubernetesObject): readonly string[] {
  if (ledgerOf(before).image !== ledgerOf(image).image) return [];
  const keys = keysIn(ledgerOf(image));
  return [...keysIn(ledgerOf(before))].filter((key) => !keys.has(key) && !canBeRestored(observed, image, key));
}

const watchForgotten: Invariant['watch'] = (observed, violate) => {
  /** When a status last began to list a node, by the image's UID and the node's key. */
  const recordedAt = new Map<string, number>();
  onChange(observed, ['CachedImage'], (before, image) => {
    if (before.status === image.status) return;
    const { name, uid } = image.metadata;
    const known = keysIn(ledgerOf(before));
    for (const key of keysIn(ledgerOf(image))) {
      if (!known.has(key)) recordedAt.set(`${uid} ${key}`, observed.clock.now());
    }
    // The service may overwrite a record that it has forgotten, and then repeats the pull.
    const lost = lostKeys(observed, before, image).filter(
      (key) => !mayBeForgotten(observed, recordedAt.get(`${uid} ${key}`) ?? 0),
    );
    if (lost.length > 0) violate(`${name} forgets that it is on ${lost.join(', ')}`);
  });
};

const KINDS_WITH_STATUS = ['CachedImage', 'PullPolicy', 'Fleet', 'CachedImageSet', 'DiscoveryPolicy'];
const revisionIn = ({ status }: KubernetesObject) => (status as { readonly revision?: number } | undefined)?.revision;

const watchWiped: Invariant['watch'] = (observed, violate) => {
  onChange(observed, KINDS_WITH_STATUS, (before, after) => {
    if (revisionIn(before) !== undefined && revisionIn(after) === undefined) {
      violate(`the status of ${after.kind} ${after.metadata.name} is wiped`);
    }
  });
};

export const recordInvariants: readonly Invariant[] = [
  { name: 'pull-killed', promise: 'no pull is killed to start another', watch: onDrop(killed) },
  {
    name: 'pull-unrecorded',
    promise: 'no finished pull Pod is deleted before its outcome is recorded',
    watch: onDrop(unrecorded),
  },
  {
    name: 'pull-forgotten',
    promise: 'a status never forgets a node that has the image',
    watch: watchForgotten,
  },
  { name: 'status-wiped', promise: 'no status is wiped once it has content', watch: watchWiped },
];
