// The ledger: what is known of an image on the nodes. It is read from the status, outcomes are recorded in it, nothing else changes it.
import type { CachedEntry, CachedImageStatus, FailingPair } from '../../crds/cached-image.ts';
import { MESSAGE_LIMIT_CHARACTERS, PAIRS_LIMIT } from '../../crds/limits.ts';
import { formatTimeMilliseconds, formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { Evidence } from '../pull-pod/evidence.ts';
import { causeOf } from '../pull-pod/failure-cause.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { REDACT_INPUT_LIMIT_CHARACTERS, redactMessage } from '../text/redact.ts';
import { addCached, sinceOf } from './cached-entries.ts';

export interface Ledger {
  readonly image: string;
  readonly cached: readonly CachedEntry[];
  readonly failing: readonly FailingPair[];
  /** Attempts whose outcome is in here. */
  readonly recorded: readonly string[];
  readonly consecutiveFailures: number;
  readonly lastPulledAt: string | undefined;
  readonly lastAttemptedAt: string | undefined;
}

const emptyLedger = (image: string): Ledger => ({
  image,
  cached: [],
  failing: [],
  recorded: [],
  consecutiveFailures: 0,
  lastPulledAt: undefined,
  lastAttemptedAt: undefined,
});

/**
 * Takes a status, the reference it should be about and the generation of the spec; gives the ledger. Another reference starts it
 * afresh; another generation empties `failing`, so that a corrected secret is tried at once.
 */
export function readLedger(status: Partial<CachedImageStatus>, reference: string, generation: number): Ledger {
  if (status.image !== reference) return emptyLedger(reference);
  const sameSpec = status.observedGeneration === generation;
  return {
    image: reference,
    cached: status.cached ?? [],
    failing: sameSpec ? (status.failing ?? []) : [],
    recorded: status.recorded ?? [],
    consecutiveFailures: status.consecutiveFailures ?? 0,
    lastPulledAt: status.lastPulledAt,
    lastAttemptedAt: status.lastAttemptedAt,
  };
}

/** An attempt that ended, on a node that is known by its key. */
export interface EndedAttempt {
  readonly pull: PullPod;
  readonly nodeKey: string;
  readonly outcome: Exclude<Evidence, { kind: 'pulling' }>;
}

function compareFailures(left: FailingPair, right: FailingPair): number {
  if (left.at !== right.at) return left.at < right.at ? 1 : -1;
  return left.node < right.node ? -1 : 1;
}

/** Takes failing pairs; gives the latest of them, as many as a status holds, in their order. */
export function latestFailures(failing: readonly FailingPair[]): FailingPair[] {
  return [...failing].sort(compareFailures).slice(0, PAIRS_LIMIT);
}

/** Credentials go first: what stands before one is how it is known as one. */
function recordedWords(message: string): string {
  const cause = causeOf(redactMessage(message, REDACT_INPUT_LIMIT_CHARACTERS), MESSAGE_LIMIT_CHARACTERS);
  return redactMessage(cause, MESSAGE_LIMIT_CHARACTERS);
}

function recordFailure(ledger: Ledger, { pull, nodeKey, outcome }: EndedAttempt, nowMilliseconds: number): Ledger {
  if (outcome.kind !== 'failed') return ledger;
  const before = ledger.failing.find(({ key }) => key === nodeKey);
  const pair: FailingPair = {
    node: pull.node,
    key: nodeKey,
    reason: outcome.reason,
    message: recordedWords(outcome.message),
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

/** Takes the ledger and attempts that ended and are not recorded yet; gives the ledger in which they are. */
export function recordOutcomes(ledger: Ledger, ended: readonly EndedAttempt[], time: RecordingTime): Ledger {
  if (ended.length === 0) return ledger;
  const since = sinceOf(time.nowMilliseconds, time.repullIntervalMilliseconds);
  const successes = ended.flatMap(({ nodeKey, outcome }) =>
    outcome.kind === 'cached' ? [{ key: nodeKey, digest: outcome.digest, since }] : [],
  );
  const cachedKeys = new Set(successes.map(({ key }) => key));
  const withFailures = ended.reduce((so, attempt) => recordFailure(so, attempt, time.nowMilliseconds), ledger);
  const succeeded = successes.length > 0;
  return {
    ...withFailures,
    cached: addCached(ledger.cached, successes),
    failing: latestFailures(withFailures.failing.filter(({ key }) => !cachedKeys.has(key))),
    recorded: [...ledger.recorded, ...ended.map(({ pull }) => pull.attempt)].sort(),
    consecutiveFailures: succeeded ? 0 : withFailures.consecutiveFailures,
    lastPulledAt: succeeded ? formatTimeMilliseconds(time.nowMilliseconds) : ledger.lastPulledAt,
  };
}

/** Takes the ledger and the pulls that are observed; gives the ledger that knows when the latest of them started. */
export function noteAttempts(ledger: Ledger, pulls: readonly PullPod[]): Ledger {
  const known = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
  const latest = Math.max(known, ...pulls.map(({ createdAtMilliseconds }) => createdAtMilliseconds));
  return latest > known ? { ...ledger, lastAttemptedAt: formatTimeSeconds(latest) } : ledger;
}
