// Merges two statuses of one image that were written without knowledge of each other. The rules are in ledger.ts.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { withUpdates } from '../status/revision.ts';
import { addCached, keysOf } from './cached-entries.ts';
import { latestFailures } from './ledger.ts';

type Status = Partial<CachedImageStatus>;

/** Returns [newer, older]: the current reference wins, then the higher generation, the higher revision, `left`. */
function newerStatusFirst(left: Status, right: Status, reference: string | undefined): readonly [Status, Status] {
  const isCurrent = ({ image }: Status) => reference !== undefined && image === reference;
  if (isCurrent(left) !== isCurrent(right)) return isCurrent(left) ? [left, right] : [right, left];
  const generations = (right.observedGeneration ?? 0) - (left.observedGeneration ?? 0);
  const revisions = (right.revision ?? 0) - (left.revision ?? 0);
  return (generations || revisions) > 0 ? [right, left] : [left, right];
}

const sinceByKey = (entries: readonly CachedEntry[]) =>
  new Map(entries.flatMap((entry) => keysOf(entry).map((key) => [key, entry.since] as const)));

/** Node keys that only the older status has, or has with a later `since`. */
function missingCached({ cached = [] }: Status, older: Status): Status {
  const known = sinceByKey(cached);
  const added = (older.cached ?? []).flatMap((entry) =>
    keysOf(entry)
      .filter((key) => (known.get(key) ?? '') < entry.since)
      .map((key) => ({ key, digest: entry.digest, since: entry.since })),
  );
  return added.length === 0 ? {} : { cached: addCached(cached, added) };
}

const TIMES = ['lastPulledAt', 'lastAttemptedAt'] as const;

function laterTimes(newer: Status, older: Status): Status {
  return Object.fromEntries(
    TIMES.filter((field) => (newer[field] ?? '') < (older[field] ?? '')).map((field) => [field, older[field]]),
  );
}

/** A field that belongs to the last success: of the status with the later one, or the larger value if equal. */
function ofLaterSuccess(field: 'consecutiveFailures' | 'lastPullSeconds', newer: Status, older: Status): Status {
  const [newerSuccess, olderSuccess] = [newer.lastPulledAt ?? '', older.lastPulledAt ?? ''];
  const isLarger = newerSuccess === olderSuccess && (newer[field] ?? 0) < (older[field] ?? 0);
  return newerSuccess < olderSuccess || isLarger ? { [field]: older[field] } : {};
}

/** Failing pairs that only the older status has, or has with a later failure, except on nodes that hold the image. */
function missingFailing({ failing = [], cached = [] }: Status, older: Status): Status {
  const known = new Map(failing.map((pair: FailingPair) => [pair.key, pair.at]));
  const held = new Set(cached.flatMap(keysOf));
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
  const cached = missingCached(newer, older);
  const updates: Status = {
    ...cached,
    ...(sameGeneration
      ? { ...missingFailing({ ...newer, ...cached }, older), ...ofLaterSuccess('consecutiveFailures', newer, older) }
      : {}),
    ...laterTimes(newer, older),
    ...ofLaterSuccess('lastPullSeconds', newer, older),
  };
  return Object.keys(updates).length === 0 ? newer : withUpdates(newer, updates);
}
