// The ways in which a sync ends without success; anything else that is thrown is a mistake of the simulator and ends the run.
import { ApiError } from '../api-error.ts';

/** A sync failed and is tried again later. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';
}

/** The hook asked to be left alone for a while. */
export class TooManyRequestsError extends SyncError {
  override readonly name = 'TooManyRequestsError';
  readonly afterSeconds: number;

  constructor(afterSeconds: number) {
    super(`too many requests, retry after ${afterSeconds} s`);
    this.afterSeconds = afterSeconds;
  }
}

/** Metacontroller was restarted while this work was under way: nothing of it happens any more. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** Whether something thrown is a failure that a real sync may meet. */
export function isSyncFailure(error: unknown): error is Error {
  return error instanceof SyncError || error instanceof ApiError;
}
