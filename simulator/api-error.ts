// What an API server refuses, with the reason by which a client tells one refusal from another.

export type ApiErrorReason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Forbidden'
  | 'Invalid'
  | 'NotFound'
  | 'ServerTimeout';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: ApiErrorReason;

  constructor(reason: ApiErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Whether something thrown is a refusal for this reason. */
export function isApiError(error: unknown, reason: ApiErrorReason): boolean {
  return error instanceof ApiError && error.reason === reason;
}
