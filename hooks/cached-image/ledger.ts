// The ledger: the fields of a CachedImage status on which decisions rest. It changes in three places only: it is read
// from the status (readLedger), pulls are recorded in it (recordOutcomes, recordLatestAttempt), and two statuses are
// merged (merge.ts). Nothing can rebuild it from the cluster, so a node whose key leaves it pulls the image again.
//
// What adds to a field, and what removes from it:
// - `image`: the reference that all other fields are about. Another reference starts an empty ledger.
// - `cached`: a success adds the key of its node, or moves the key to the entry of its digest and `since`. A key
//   leaves only with the reference, or as a deleted node beyond 2 x the living nodes + 2,000 keys. Above 64 entries
//   two entries merge: their keys stay, and the later `since` counts for both.
// - `failing`: a failure adds its pair or raises its count. A pair leaves with a success on its node, with a new
//   generation of the spec, or when 100 other pairs failed later.
// - `recorded`: an ended attempt is added together with its outcome. It leaves when its Pod is gone, with a write that
//   is due for another reason (sync.ts).
// - `consecutiveFailures`: +1 per failure, 0 after a success.
// - `lastPulledAt`, `lastPullSeconds`: set by each success. `lastAttemptedAt`: only moves forward.
//
// How two statuses about one reference merge; test/hooks/cached-image/merge-laws.test.ts proves the laws.
//
// Commutative, associative and idempotent:
// - the keys of `cached` with their `since`, below 64 entries: the union, each key with its later `since`.
// - `lastPulledAt`, `lastAttemptedAt`: the later time. `lastPullSeconds` belongs to `lastPulledAt`; of two with the
//   same time, the larger one.
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
// - `observedGeneration`, `revision`: they define which status is newer.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { MESSAGE_LIMIT_CHARACTERS, PAIRS_LIMIT } from '../../crds/limits.ts';
import { formatTimeMilliseconds, formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { pullSeconds } from '../pull-pod/duration.ts';
import type { Evidence } from '../pull-pod/evidence.ts';
import { causeOfFailure } from '../pull-pod/failure-cause.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { REDACT_INPUT_LIMIT_CHARACTERS, redactMessage } from '../text/redact.ts';
import { addCached, sinceOf } from './cached-entries.ts';

export interface Ledger {
  readonly image: string;
  readonly cached: readonly CachedEntry[];
  readonly failing: readonly FailingPair[];
  /** Attempts whose outcome is in this ledger, sorted. */
  readonly recorded: readonly string[];
  readonly consecutiveFailures: number;
  readonly lastPulledAt: string | undefined;
  /** Duration of the pull that lastPulledAt records. */
  readonly lastPullSeconds: number | undefined;
  readonly lastAttemptedAt: string | undefined;
}

const emptyLedger = (image: string): Ledger => ({
  image,
  cached: [],
  failing: [],
  recorded: [],
  consecutiveFailures: 0,
  lastPulledAt: undefined,
  lastPullSeconds: undefined,
  lastAttemptedAt: undefined,
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
    cached: status.cached ?? [],
    failing: sameGeneration ? (status.failing ?? []) : [],
    recorded: status.recorded ?? [],
    consecutiveFailures: status.consecutiveFailures ?? 0,
    lastPulledAt: status.lastPulledAt,
    lastPullSeconds: status.lastPullSeconds,
    lastAttemptedAt: status.lastAttemptedAt,
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

interface RecordingTime {
  readonly nowMilliseconds: number;
  readonly repullIntervalMilliseconds: number | undefined;
}

/** Of several pulls that are recorded at once, the slowest, so that their order does not matter. */
function slowestPullSeconds(ended: readonly EndedAttempt[], nowMilliseconds: number): number {
  const succeeded = ended.filter(({ outcome }) => outcome.kind === 'cached');
  return Math.max(...succeeded.map(({ pull }) => pullSeconds(pull, nowMilliseconds)));
}

/** Returns the ledger with the outcomes of attempts that it has not recorded yet. */
export function recordOutcomes(ledger: Ledger, ended: readonly EndedAttempt[], time: RecordingTime): Ledger {
  if (ended.length === 0) return ledger;
  const since = sinceOf(time.nowMilliseconds, time.repullIntervalMilliseconds);
  const successes = ended.flatMap(({ nodeKey, outcome }) =>
    outcome.kind === 'cached' ? [{ key: nodeKey, digest: outcome.digest, since }] : [],
  );
  const cachedKeys = new Set(successes.map(({ key }) => key));
  const withFailures = ended.reduce(
    (current, attempt) => recordFailure(current, attempt, time.nowMilliseconds),
    ledger,
  );
  const succeeded = successes.length > 0;
  return {
    ...withFailures,
    cached: addCached(ledger.cached, successes),
    failing: latestFailures(withFailures.failing.filter(({ key }) => !cachedKeys.has(key))),
    recorded: [...ledger.recorded, ...ended.map(({ pull }) => pull.attempt)].sort(),
    consecutiveFailures: succeeded ? 0 : withFailures.consecutiveFailures,
    ...(succeeded
      ? {
          lastPulledAt: formatTimeMilliseconds(time.nowMilliseconds),
          lastPullSeconds: slowestPullSeconds(ended, time.nowMilliseconds),
        }
      : {}),
  };
}

/** Returns the ledger with `lastAttemptedAt` moved forward to the latest start of the observed pulls. */
export function recordLatestAttempt(ledger: Ledger, pulls: readonly PullPod[]): Ledger {
  const known = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
  const latest = Math.max(known, ...pulls.map(({ createdAtMilliseconds }) => createdAtMilliseconds));
  return latest > known ? { ...ledger, lastAttemptedAt: formatTimeSeconds(latest) } : ledger;
}
