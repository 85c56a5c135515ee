// What the status records about the attempts of a query, whichever list of the spec it is in.
import type { SourceStatus } from '../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import { redactMessage } from '../text/redact.ts';
import type { Verdict } from './response-verdict.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

export type QueryState = Pick<
  SourceStatus,
  | 'healthy'
  | 'reason'
  | 'message'
  | 'failures'
  | 'lastAttemptTime'
  | 'lastSuccessTime'
  | 'failingSince'
  | 'retryTime'
  | 'imageCount'
>;

/** The state before the first query. */
export const pendingState: QueryState = {
  healthy: false,
  reason: 'Pending',
  message: 'not queried yet',
  failures: 0,
  imageCount: 0,
};

interface Attempt {
  /** The longest time until a retry. */
  readonly intervalMilliseconds: number;
  readonly nowMilliseconds: number;
  /** Number of images, if the response replaced those of before, even if only in part. */
  readonly imageCount: number | undefined;
}

/** The retry is rounded up to whole seconds, so that it is never earlier than the delay. */
function retryTime(delayMilliseconds: number, nowMilliseconds: number): string {
  return formatTimeSeconds(Math.ceil((nowMilliseconds + delayMilliseconds) / 1000) * 1000);
}

function changes(previous: QueryState, verdict: Verdict, attempt: Attempt): Partial<QueryState> {
  if (verdict.kind === 'success') return { healthy: true, reason: 'Synced', failures: 0 };
  const { intervalMilliseconds, nowMilliseconds } = attempt;
  const failures = previous.failures + 1;
  const delay = retryDelayMilliseconds(failures, intervalMilliseconds, verdict.retryAfterMilliseconds);
  return {
    healthy: false,
    reason: verdict.reason,
    failures,
    failingSince: previous.failingSince ?? formatTimeSeconds(nowMilliseconds),
    retryTime: retryTime(delay, nowMilliseconds),
  };
}

/** Other fields of the previous state stay. */
export function afterAttempt<State extends QueryState>(previous: State, verdict: Verdict, attempt: Attempt): State {
  const { failingSince: _since, retryTime: _retry, ...others } = previous;
  const now = formatTimeSeconds(attempt.nowMilliseconds);
  const { imageCount } = attempt;
  return {
    ...others,
    ...changes(previous, verdict, attempt),
    message: redactMessage(verdict.message, MESSAGE_LIMIT_CHARACTERS),
    lastAttemptTime: now,
    ...(imageCount === undefined ? {} : { lastSuccessTime: now, imageCount }),
  } as State;
}
