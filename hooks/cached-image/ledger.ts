// The ledger: the fields of a CachedImage status on which decisions rest. It changes in three places only: it is read
// from the status (readLedger), pulls are recorded in it (recordOutcomes, recordLatestAttempt), and two statuses are
// merged (merge.ts). Nothing can rebuild it from the cluster, so a node whose key leaves it pulls the image again.
//
// What adds to a field, and what removes from it:
// - `image`: the reference that all other fields are about. Another reference starts an empty ledger.
// - `cached`: a success adds the key of its node, or moves the key to the entry of its digest and `since`. A key
//   leaves only with the reference, or as a deleted node beyond 2 x the living nodes + 2,000 keys. Above 64 entries
//   two entries merge: their keys stay, and the later `since` counts for both. A key that an Inventory reports is added
//   like a success, but changes neither times nor counts.
// - `lost`: a loss that an Inventory reports adds the stamp of its node, or raises it. It leaves only together with the
//   key in `cached`. A key whose stamp in `cached` is lower does not count as held: use `heldKeys`.
// - `failing`: a failure adds its pair or raises its count. A pair leaves with a success on its node, with a new
//   generation of the spec, when an Inventory reports that its node holds the image, or when 100 other pairs failed
//   later.
// - `recorded`: an ended attempt is added together with its outcome. It leaves when its Pod is gone, with a write that
//   is due for another reason (sync.ts).
// - `consecutiveFailures`: +1 per failure, 0 after a success.
// - `lastPulledAt`, `lastPullSeconds`, `lastPulledDigest`: set by each success. `lastAttemptedAt`: only moves forward.
// - `imageTime`: when the ledger about `image` began.
//
// How two statuses about one reference merge; test/hooks/cached-image/merge-laws.test.ts proves the laws.
//
// Commutative, associative and idempotent:
// - the keys of `cached` with their `since` and stamp, below 64 entries: the union, each key with its later `since` and
//   its greater stamp.
// - `lost`: the union, each key with its greater stamp.
// - `lastPulledAt`, `lastAttemptedAt`: the later time. `lastPullSeconds` and `lastPulledDigest` belong to
//   `lastPulledAt`; of two with the same time, the larger one.
// - `imageTime`: the earlier time.
// - `consecutiveFailures`, within one generation: of the status with the later `lastPulledAt`, the larger count if the
//   times are equal. Of two generations the newer status counts.
//
// Dependent on which status is newer, so only idempotent:
// - the digests of `cached`: for equal `since`, the digest of the newer status.
// - `failing`: per key the later failure; a pair that only the older status has is dropped if the node holds the image.
//   Of two generations the newer status counts, because an edit of the spec clears the failures.
//
// Taken from the newer status:
// - `recorded`: an entry promises that its outcome is in this ledger, and a union could break that promise. An attempt
//   that is missing is recorded once more.
// - `phase`, `ready`, counts, node names, `resolvedDigest`, `conditions`: every sync computes them from the ledger.
// - `sizeBytes`: the next report of an Inventory corrects it.
// - `observedGeneration`, `revision`: they define which status is newer.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { MESSAGE_LIMIT_CHARACTERS, PAIRS_LIMIT } from '../../crds/limits.ts';
import { formatTimeMilliseconds, formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { type LossStamps, readLossStamps } from '../inventory/loss-stamps.ts';
import { pullSeconds } from '../pull-pod/duration.ts';
import type { Evidence } from '../pull-pod/evidence.ts';
import { causeOfFailure } from '../pull-pod/failure-cause.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { REDACT_INPUT_LIMIT_CHARACTERS, redactMessage } from '../text/redact.ts';
import { addCached, isUnstamped, keysOf, sinceOf, stampedKeysOf } from './cached-entries.ts';

export interface Ledger {
  readonly image: string;
  /** When the ledger about this image began; undefined for one of a release that did not record it. */
  readonly imageTime: string | undefined;
  readonly cached: readonly CachedEntry[];
  readonly lost: LossStamps;
  readonly failing: readonly FailingPair[];
  /** Attempts whose outcome is in this ledger, sorted. */
  readonly recorded: readonly string[];
  readonly consecutiveFailures: number;
  readonly lastPulledAt: string | undefined;
  /** Duration of the pull that lastPulledAt records. */
  readonly lastPullSeconds: number | undefined;
  /** Digest that the pull of lastPulledAt resolved. */
  readonly lastPulledDigest: string | undefined;
  readonly lastAttemptedAt: string | undefined;
  /** Largest size that nodes report, in bytes. */
  readonly sizeBytes: number | undefined;
}

/** Keys of the nodes that hold the image: pulled there, or reported, after the last known loss. */
export function heldKeys({ cached, lost }: Pick<Ledger, 'cached' | 'lost'>): Set<string> {
  if (lost.size === 0) return new Set(cached.flatMap(keysOf));
  const isHeld = ({ key, stamp }: { key: string; stamp: number }) => stamp >= (lost.get(key) ?? 0);
  return new Set(
    cached
      .flatMap(stampedKeysOf)
      .filter(isHeld)
      .map(({ key }) => key),
  );
}

/** The stamp that each node in `cached` was pulled after; nodes without one are left out. */
export function pulledStamps(cached: readonly CachedEntry[]): LossStamps {
  const stamped = cached.filter((entry) => !isUnstamped(entry)).flatMap(stampedKeysOf);
  return new Map(stamped.filter(({ stamp }) => stamp > 0).map(({ key, stamp }) => [key, stamp]));
}

const emptyLedger = (image: string): Ledger => ({
  image,
  imageTime: undefined,
  cached: [],
  lost: new Map(),
  failing: [],
  recorded: [],
  consecutiveFailures: 0,
  lastPulledAt: undefined,
  lastPullSeconds: undefined,
  lastPulledDigest: undefined,
  lastAttemptedAt: undefined,
  sizeBytes: undefined,
});

/**
 * Returns the ledger of a status: an empty one if the status is about another reference. Another generation of the spec
 * empties `failing`, so that a corrected secret is tried at once.
 */
export function readLedger(status: Partial<CachedImageStatus>, reference: string, generation: number): Ledger {
  if (status.image !== reference) return emptyLedger(reference);
  const sameGeneration = status.observedGeneration === generation;
  return {
    image: reference,
    imageTime: status.imageTime,
    cached: status.cached ?? [],
    lost: readLossStamps(status.lost),
    failing: sameGeneration ? (status.failing ?? []) : [],
    recorded: status.recorded ?? [],
    consecutiveFailures: status.consecutiveFailures ?? 0,
    lastPulledAt: status.lastPulledAt,
    lastPullSeconds: status.lastPullSeconds,
    lastPulledDigest: status.lastPulledDigest,
    lastAttemptedAt: status.lastAttemptedAt,
    sizeBytes: status.sizeBytes,
  };
}

export interface EndedAttempt {
  readonly pull: PullPod;
  readonly nodeKey: string;
  readonly outcome: Exclude<Evidence, { kind: 'pulling' }>;
}

function compareFailures(left: FailingPair, right: FailingPair): number {
  if (left.at !== right.at) return left.at < right.at ? 1 : -1;
  return left.node < right.node ? -1 : 1;
}

/** Returns at most 100 failing pairs: the latest first, pairs of the same instant by node. */
export function latestFailures(failing: readonly FailingPair[]): FailingPair[] {
  return [...failing].sort(compareFailures).slice(0, PAIRS_LIMIT);
}

/**
 * Returns the message of a failure as it is recorded. Redacts before shortening, because a credential is recognised by
 * the text in front of it.
 */
export function recordedMessage({ reason, message }: Extract<Evidence, { kind: 'failed' }>): string {
  const redacted = redactMessage(message, REDACT_INPUT_LIMIT_CHARACTERS);
  const cause = causeOfFailure({ reason, message: redacted }, MESSAGE_LIMIT_CHARACTERS);
  return redactMessage(cause, MESSAGE_LIMIT_CHARACTERS);
}

function recordFailure(ledger: Ledger, { pull, nodeKey, outcome }: EndedAttempt, nowMilliseconds: number): Ledger {
  if (outcome.kind !== 'failed') return ledger;
  const before = ledger.failing.find(({ key }) => key === nodeKey);
  const pair: FailingPair = {
    node: pull.node,
    key: nodeKey,
    reason: outcome.reason,
    message: recordedMessage(outcome),
    failures: (before?.failures ?? 0) + 1,
    at: formatTimeMilliseconds(nowMilliseconds),
  };
  return {
    ...ledger,
    failing: [...ledger.failing.filter(({ key }) => key !== nodeKey), pair],
    consecutiveFailures: ledger.consecutiveFailures + 1,
  };
}

export interface RecordingTime {
  readonly nowMilliseconds: number;
  readonly repullIntervalMilliseconds: number | undefined;
}

/** Of several pulls that are recorded at once, the slowest and the greatest digest: their order does not matter. */
function lastPullFields(ended: readonly EndedAttempt[], { nowMilliseconds }: RecordingTime): Partial<Ledger> {
  const seconds: number[] = [];
  const digests: string[] = [];
  for (const { pull, outcome } of ended) {
    if (outcome.kind !== 'cached') continue;
    seconds.push(pullSeconds(pull, nowMilliseconds));
    digests.push(outcome.digest);
  }
  if (seconds.length === 0) return {};
  return {
    lastPulledAt: formatTimeMilliseconds(nowMilliseconds),
    lastPullSeconds: Math.max(...seconds),
    lastPulledDigest: digests.sort().at(-1),
  };
}

/** Returns the ledger with the outcomes of attempts that it has not recorded yet. */
export function recordOutcomes(ledger: Ledger, ended: readonly EndedAttempt[], time: RecordingTime): Ledger {
  if (ended.length === 0) return ledger;
  const since = sinceOf(time.nowMilliseconds, time.repullIntervalMilliseconds);
  const stamps = pulledStamps(ledger.cached);
  const successes = ended.flatMap(({ pull, nodeKey: key, outcome }) => {
    if (outcome.kind !== 'cached') return [];
    return [{ key, digest: outcome.digest, since, stamp: Math.max(pull.lossStamp, stamps.get(key) ?? 0) }];
  });
  const cachedKeys = new Set(successes.map(({ key }) => key));
  const withFailures = ended.reduce(
    (current, attempt) => recordFailure(current, attempt, time.nowMilliseconds),
    ledger,
  );
  return {
    ...withFailures,
    cached: addCached(ledger.cached, successes),
    failing: latestFailures(withFailures.failing.filter(({ key }) => !cachedKeys.has(key))),
    recorded: [...ledger.recorded, ...ended.map(({ pull }) => pull.attempt)].sort(),
    consecutiveFailures: successes.length > 0 ? 0 : withFailures.consecutiveFailures,
    ...lastPullFields(ended, time),
  };
}

/** Returns the ledger with `lastAttemptedAt` moved forward to the latest start of the observed pulls. */
export function recordLatestAttempt(ledger: Ledger, pulls: readonly PullPod[]): Ledger {
  const known = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
  const latest = Math.max(known, ...pulls.map(({ createdAtMilliseconds }) => createdAtMilliseconds));
  return latest > known ? { ...ledger, lastAttemptedAt: formatTimeSeconds(latest) } : ledger;
}
