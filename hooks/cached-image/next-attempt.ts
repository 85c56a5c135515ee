// The gates that a CachedImage can see itself: the backoff of the image and of its failing pairs. All other gates
// depend on the status of the PullPolicy, which changes with every start and would trigger a sync of every image.
import type { FailingPair } from '../../crds/cached-image.ts';
import type { PolicyViewSpec } from '../../crds/policy-view.ts';
import { formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import type { Ledger } from './ledger.ts';
import { backoffMilliseconds, imageBackoffEnd, type RetryBackoff } from './retry-backoff.ts';

/** Undefined for a view of a release that did not write failureBackoff. */
function backoffOf({ failureBackoff }: PolicyViewSpec): RetryBackoff | undefined {
  if (failureBackoff === undefined) return undefined;
  const initialMilliseconds = parseDurationMilliseconds(failureBackoff.initial);
  const maxMilliseconds = parseDurationMilliseconds(failureBackoff.max);
  if (initialMilliseconds === undefined || maxMilliseconds === undefined) return undefined;
  return { initialMilliseconds, maxMilliseconds };
}

/** Seconds are rounded up, so that the text never promises an attempt too early. */
const instant = (milliseconds: number) => formatTimeSeconds(Math.ceil(milliseconds / 1000) * 1000);

interface PairEnd {
  readonly node: string;
  readonly end: number;
}

function firstPairEnd(failing: readonly FailingPair[], backoff: RetryBackoff): PairEnd | undefined {
  const ends = failing.map(({ node, at, failures }) => ({
    node,
    end: (parseTimeMilliseconds(at) ?? 0) + backoffMilliseconds(backoff, failures),
  }));
  return ends.sort((left, right) => left.end - right.end || (left.node < right.node ? -1 : 1))[0];
}

/**
 * The earliest next attempt that the backoffs allow, as a part of a message; undefined when no backoff applies. It
 * names absolute times only, so that it changes with the failures and never with the clock. `failing` has the pairs
 * of nodes that lack the image.
 */
export function nextAttemptText(
  ledger: Ledger,
  failing: readonly FailingPair[],
  view: PolicyViewSpec | undefined,
): string | undefined {
  const backoff = view === undefined ? undefined : backoffOf(view);
  if (backoff === undefined) return undefined;
  const imageEnd = imageBackoffEnd(ledger, backoff);
  if (imageEnd !== undefined) {
    return `next attempt not before ${instant(imageEnd)}: the image fails on several nodes`;
  }
  const pair = firstPairEnd(failing, backoff);
  return pair === undefined ? undefined : `next attempt on ${pair.node} not before ${instant(pair.end)}`;
}
