// Two statuses of one image, written without knowledge of each other, become one that forgets nothing of either.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { withUpdates } from '../status/revision.ts';
import { addCached, keysOf } from './cached-entries.ts';
import { latestFailures } from './ledger.ts';

type Status = Partial<CachedImageStatus>;

/** The later one first: about the image that is asked for now, else of a later spec, else with more changes behind it. */
function newerStatusFirst(left: Status, right: Status, reference: string | undefined): readonly [Status, Status] {
  const isAsked = ({ image }: Status) => reference !== undefined && image === reference;
  if (isAsked(left) !== isAsked(right)) return isAsked(left) ? [left, right] : [right, left];
  const specs = (right.observedGeneration ?? 0) - (left.observedGeneration ?? 0);
  const changes = (right.revision ?? 0) - (left.revision ?? 0);
  return (specs || changes) > 0 ? [right, left] : [left, right];
}

const sinceByKey = (entries: readonly CachedEntry[]) =>
  new Map(entries.flatMap((entry) => keysOf(entry).map((key) => [key, entry.since] as const)));

/** What the other says of nodes that the later one does not name, or names as of an earlier pull. */
function missingCached({ cached = [] }: Status, other: Status): Status {
  const known = sinceByKey(cached);
  const added = (other.cached ?? []).flatMap((entry) =>
    keysOf(entry)
      .filter((key) => (known.get(key) ?? '') < entry.since)
      .map((key) => ({ key, digest: entry.digest, since: entry.since })),
  );
  return added.length === 0 ? {} : { cached: addCached(cached, added) };
}

const TIMES = ['lastPulledAt', 'lastAttemptedAt'] as const;

function laterTimes(later: Status, other: Status): Status {
  return Object.fromEntries(
    TIMES.filter((field) => (later[field] ?? '') < (other[field] ?? '')).map((field) => [field, other[field]]),
  );
}

/** Failures since the last success: what the one says that knows of a later success, the larger number where both know the same. */
function laterFailureCount(later: Status, other: Status): Status {
  const [known, seen] = [later.lastPulledAt ?? '', other.lastPulledAt ?? ''];
  const isMore = known === seen && (later.consecutiveFailures ?? 0) < (other.consecutiveFailures ?? 0);
  return known < seen || isMore ? { consecutiveFailures: other.consecutiveFailures } : {};
}

/** Pairs that fail as the other alone knows; a pair that has come to hold the image does not fail any more. */
function missingFailing({ failing = [], cached = [] }: Status, other: Status): Status {
  const known = new Map(failing.map((pair: FailingPair) => [pair.key, pair.at]));
  const held = new Set(cached.flatMap(keysOf));
  const added = (other.failing ?? []).filter(
    ({ key, at }) => (known.get(key) ?? '') < at && (known.has(key) || !held.has(key)),
  );
  const replaced = new Set(added.map(({ key }) => key));
  const kept = failing.filter(({ key }) => !replaced.has(key));
  return added.length === 0 ? {} : { failing: latestFailures([...kept, ...added]) };
}

/**
 * Takes the status of an image as it is observed and as it was answered a while ago; gives the later one, with every node that either
 * knows to hold the image, and the failures of this spec that only the other knows. Where two replicas answer in turn, or one answered
 * from an old cache, each may lack what the other has. Of different references nothing is joined; then the one about the reference
 * given counts, so that an edit that is taken back forgets nothing.
 */
export function mergeImageStatuses(observed: Status, remembered: Status, reference?: string): Status {
  const [later, other] = newerStatusFirst(observed, remembered, reference);
  if (later.image !== other.image) return later;
  const sameSpec = later.observedGeneration === other.observedGeneration;
  const cached = missingCached(later, other);
  const news: Status = {
    ...cached,
    ...(sameSpec ? { ...missingFailing({ ...later, ...cached }, other), ...laterFailureCount(later, other) } : {}),
    ...laterTimes(later, other),
  };
  return Object.keys(news).length === 0 ? later : withUpdates(later, news);
}
