// When Metacontroller should sync again: at the nearest instant at which time alone changes the outcome.

/** Metacontroller reads 0 as never, and a shorter timer would only cost syncs. */
const MIN_RESYNC_SECONDS = 0.05;

/**
 * While a desired child is not observed: an old object may still have its name, and nothing triggers a sync when that
 * object is gone.
 */
export const UNSEEN_CHILD_RESYNC_MILLISECONDS = 5_000;

/**
 * Returns `resyncAfterSeconds`, rounded up to a millisecond, for the nearest of the instants (milliseconds since the
 * epoch). Ignores undefined and past instants; returns an empty object if none is left.
 */
export function resyncAt(
  nowMilliseconds: number,
  instants: Iterable<number | undefined>,
): { readonly resyncAfterSeconds?: number } {
  let nearest = Number.POSITIVE_INFINITY;
  for (const instant of instants) {
    if (instant !== undefined && instant > nowMilliseconds && instant < nearest) nearest = instant;
  }
  if (nearest === Number.POSITIVE_INFINITY) return {};
  const seconds = Math.ceil(nearest - nowMilliseconds) / 1000;
  return { resyncAfterSeconds: Math.max(seconds, MIN_RESYNC_SECONDS) };
}
