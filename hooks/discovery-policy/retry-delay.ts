// How long a policy waits before it repeats a query that failed.

/** Shortest time between two attempts of a query, whatever `syncInterval` is. Also the first retry delay. */
export const LEAST_INTERVAL_MILLISECONDS = 10_000;

/** Milliseconds until the next query: exponential in the failures, at least the Retry-After, at most the interval. */
export function retryDelayMilliseconds(
  failures: number,
  interval: number,
  retryAfterMilliseconds: number | undefined,
): number {
  const backoff = LEAST_INTERVAL_MILLISECONDS * 2 ** (failures - 1);
  return Math.min(interval, Math.max(backoff, retryAfterMilliseconds ?? 0));
}
