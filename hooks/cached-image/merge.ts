// Merges two statuses of one image that were written without knowledge of each other. The rules are in ledger.ts.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { formatLossStamps, greaterStamps, readLossStamps } from '../inventory/loss-stamps.ts';
import { withUpdates } from '../status/revision.ts';
import { addCached, type CachedNode, stampedKeysOf } from './cached-entries.ts';
import { heldKeys, latestFailures } from './ledger.ts';

type Status = Partial<CachedImageStatus>;

/** Returns [newer, older]: the current reference wins, then the higher generation, the higher revision, `left`. */
function newerStatusFirst(left: Status, right: Status, reference: string | undefined): readonly [Status, Status] {
  const isCurrent = ({ image }: Status) => reference !== undefined && image === reference;
  if (isCurrent(left) !== isCurrent(right)) return isCurrent(left) ? [left, right] : [right, left];
  const generations = (right.observedGeneration ?? 0) - (left.observedGeneration ?? 0);
  const revisions = (right.revision ?? 0) - (left.revision ?? 0);
  return (generations || revisions) > 0 ? [right, left] : [left, right];
}

const cachedNodesOf = (entries: readonly CachedEntry[] = []): readonly CachedNode[] =>
  entries.flatMap((entry) =>
    stampedKeysOf(entry).map((stamped) => ({ ...stamped, digest: entry.digest, since: entry.since })),
  );

/** The node with the later `since` and the greater stamp of both; undefined if `newer` has both. */
function joinedNode(newer: CachedNode | undefined, older: CachedNode): CachedNode | undefined {
  if (newer === undefined) return older;
  if (older.since <= newer.since && older.stamp <= newer.stamp) return undefined;
  const later = newer.since < older.since ? older : newer;
  return { ...later, stamp: Math.max(newer.stamp, older.stamp) };
}

/** Nodes that only the older status has, or has with a later `since` or a greater stamp. */
function missingCached({ cached = [] }: Status, older: Status): Status {
  const known = new Map(cachedNodesOf(cached).map((node) => [node.key, node]));
  const added = cachedNodesOf(older.cached).flatMap((node) => joinedNode(known.get(node.key), node) ?? []);
  return added.length === 0 ? {} : { cached: addCached(cached, added) };
}

/** Losses that only the older status has, or has with a greater stamp. */
function missingLost({ lost = '' }: Status, { lost: olderLost = '' }: Status): Status {
  const joined = formatLossStamps(greaterStamps(readLossStamps(lost), readLossStamps(olderLost)));
  return joined === lost ? {} : { lost: joined };
}

function earlierImageTime({ imageTime }: Status, { imageTime: olderTime }: Status): Status {
  return olderTime !== undefined && (imageTime === undefined || olderTime < imageTime) ? { imageTime: olderTime } : {};
}

const TIMES = ['lastPulledAt', 'lastAttemptedAt'] as const;

function laterTimes(newer: Status, older: Status): Status {
  return Object.fromEntries(
    TIMES.filter((field) => (newer[field] ?? '') < (older[field] ?? '')).map((field) => [field, older[field]]),
  );
}

type SuccessField = 'consecutiveFailures' | 'lastPullSeconds' | 'lastPulledDigest';

const isLess = (left: number | string | undefined, right: number | string | undefined) =>
  right !== undefined && (left === undefined || left < right);

/** A field that belongs to the last success: of the status with the later one, or the larger value if equal. */
function ofLaterSuccess(field: SuccessField, newer: Status, older: Status): Status {
  const [newerSuccess, olderSuccess] = [newer.lastPulledAt ?? '', older.lastPulledAt ?? ''];
  const isLarger = newerSuccess === olderSuccess && isLess(newer[field], older[field]);
  return newerSuccess < olderSuccess || isLarger ? { [field]: older[field] } : {};
}

/** Failing pairs that only the older status has, or has with a later failure, except on nodes that hold the image. */
function missingFailing({ failing = [], cached = [], lost }: Status, older: Status): Status {
  const known = new Map(failing.map((pair: FailingPair) => [pair.key, pair.at]));
  const held = heldKeys({ cached, lost: readLossStamps(lost) });
  const added = (older.failing ?? []).filter(
    ({ key, at }) => (known.get(key) ?? '') < at && (known.has(key) || !held.has(key)),
  );
  const replaced = new Set(added.map(({ key }) => key));
  const kept = failing.filter(({ key }) => !replaced.has(key));
  return added.length === 0 ? {} : { failing: latestFailures([...kept, ...added]) };
}

/**
 * Returns the newer of the observed and the remembered status, completed with what only the older one knows: nodes
 * that hold the image, later times, and the failures of the same generation. Each can lack what the other has when
 * two replicas respond in turn, or when a response was computed from a stale cache.
 *
 * Statuses about different references are not merged. `reference` is the current one: the status about it wins even
 * if its generation is lower, so that reverting an edit of the spec loses nothing.
 */
export function mergeImageStatuses(observed: Status, remembered: Status, reference?: string): Status {
  const [newer, older] = newerStatusFirst(observed, remembered, reference);
  if (newer.image !== older.image) return newer;
  const sameGeneration = newer.observedGeneration === older.observedGeneration;
  const held = { ...missingCached(newer, older), ...missingLost(newer, older) };
  const updates: Status = {
    ...held,
    ...(sameGeneration
      ? { ...missingFailing({ ...newer, ...held }, older), ...ofLaterSuccess('consecutiveFailures', newer, older) }
      : {}),
    ...laterTimes(newer, older),
    ...ofLaterSuccess('lastPullSeconds', newer, older),
    ...ofLaterSuccess('lastPulledDigest', newer, older),
    ...earlierImageTime(newer, older),
  };
  return Object.keys(updates).length === 0 ? newer : withUpdates(newer, updates);
}
