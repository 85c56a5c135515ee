// Errors of the simulated API server, with the machine-readable reason of the Kubernetes Status object.

export type ApiErrorReason = 'AlreadyExists' | 'Conflict' | 'Forbidden' | 'Invalid' | 'NotFound' | 'ServerTimeout';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: ApiErrorReason;

  constructor(reason: ApiErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function isApiError(error: unknown, reason: ApiErrorReason): boolean {
  return error instanceof ApiError && error.reason === reason;
}
