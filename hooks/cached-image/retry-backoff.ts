// When a failed pull is retried: a backoff per (image, node) pair, and one for an image that fails on several nodes.
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { isImageFailure } from '../pull-pod/evidence.ts';
import type { Ledger } from './ledger.ts';

/** `failureBackoff` of a PullPolicy. */
export interface RetryBackoff {
  readonly initialMilliseconds: number;
  readonly maxMilliseconds: number;
}

/** From this many failing nodes on, the image itself is suspected and pulled to one node at a time. */
export const BREAKER_FAILURES = 3;

/** Milliseconds to wait after the given number of failures (at least 1): doubles with each, up to the maximum. */
export function backoffMilliseconds({ initialMilliseconds, maxMilliseconds }: RetryBackoff, failures: number): number {
  return Math.min(initialMilliseconds * 2 ** (failures - 1), Math.max(initialMilliseconds, maxMilliseconds));
}

/**
 * Times of the failures since the last success that suggest a fault of the image or its registry, not of a node or a
 * quota. In milliseconds since the epoch, one per node.
 */
export function suspiciousFailures(ledger: Ledger): readonly number[] {
  const lastPulledAt = parseTimeMilliseconds(ledger.lastPulledAt) ?? 0;
  return ledger.failing
    .filter(({ reason }) => isImageFailure(reason))
    .map(({ at }) => parseTimeMilliseconds(at) ?? 0)
    .filter((at) => at > lastPulledAt);
}

/**
 * End of the image's backoff in milliseconds since the epoch, which may be past; undefined while fewer than three
 * nodes failed after the last success.
 */
export function imageBackoffEnd(ledger: Ledger, backoff: RetryBackoff): number | undefined {
  const failureTimes = suspiciousFailures(ledger);
  if (failureTimes.length < BREAKER_FAILURES) return undefined;
  const excess = Math.max(0, ledger.consecutiveFailures - BREAKER_FAILURES);
  return Math.max(...failureTimes) + backoffMilliseconds(backoff, excess + 1);
}
