// When to be asked again: the nearest instant at which something can change by the mere passing of time.

/** Metacontroller takes 0 as never, and a timer that fires at once only burns syncs. */
const LEAST_RESYNC_SECONDS = 0.05;

/** A child that was named but is not seen may be blocked by an old object of its name; nothing else would wake us. */
export const UNSEEN_CHILD_RESYNC_MILLISECONDS = 5_000;

/**
 * Takes now and instants in milliseconds since the epoch (undefined and past ones do not count); gives
 * `resyncAfterSeconds` rounded up to a millisecond, or an empty object where nothing is due.
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
  return { resyncAfterSeconds: Math.max(seconds, LEAST_RESYNC_SECONDS) };
}
