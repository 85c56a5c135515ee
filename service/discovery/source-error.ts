// The error by which a failed query reaches `runQueries`, which turns it into an outcome.
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';

/** A failure outside of our control. Its message may contain a credential until `runQueries` has redacted it. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: FailureReason;
  /** The Retry-After of a RateLimited source, in milliseconds from now. */
  readonly retryAfterMilliseconds: number | undefined;

  constructor(reason: FailureReason, message: string, retryAfterMilliseconds?: number) {
    super(message);
    this.reason = reason;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}
