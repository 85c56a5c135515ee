// How a source's failure travels from where it is noticed to where it becomes an outcome.
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';

/** The world's failure. Its message may still hold a credential; only `runQueries` makes it fit for a status. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: FailureReason;
  /** What a RateLimited source asked for, in milliseconds from now. */
  readonly retryAfterMilliseconds: number | undefined;

  constructor(reason: FailureReason, message: string, retryAfterMilliseconds?: number) {
    super(message);
    this.reason = reason;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}
