// Errors that a real sync can end with. Any other error is a bug of the simulator and ends the run.
import { ApiError } from '../api-error.ts';

/** The sync is retried later. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';
}

/** The hook returned 429. */
export class TooManyRequestsError extends SyncError {
  override readonly name = 'TooManyRequestsError';
  readonly afterSeconds: number;

  constructor(afterSeconds: number) {
    super(`too many requests, retry after ${afterSeconds} s`);
    this.afterSeconds = afterSeconds;
  }
}

/** Metacontroller restarted while this work was in progress, so the rest of it never happens. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

export function isSyncFailure(error: unknown): error is Error {
  return error instanceof SyncError || error instanceof ApiError;
}
