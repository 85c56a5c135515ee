// Reads and writes the timestamps of Kubernetes, strictly, because JavaScript's own parser takes almost anything for a date.

/** The instant, its day, the fraction of its second, and the sign, hours and minutes of an offset; unnamed, since names take twice as long. */
const timestampPattern =
  /^(\d{4}-\d{2}-(\d{2})T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * Takes what an object holds where a timestamp belongs, gives milliseconds since 1970 (rounded down), or undefined if it is
 * no RFC 3339 timestamp with a Z or an offset and at most nanoseconds, or not a real date. The rules are those of
 * `metav1.Time` and Go's `parseRFC3339` (`src/time/format_rfc3339.go`).
 */
export function parseTimeMilliseconds(text: unknown): number | undefined {
  const match = typeof text === 'string' ? timestampPattern.exec(text) : null;
  if (match === null) return undefined;
  const [, instant, day, fraction = '', sign, hours, minutes] = match;
  const local = Date.parse(`${instant}Z`);
  // A day that the month does not have and the hour 24 are read as the day after; what is no date has no day.
  if (new Date(local).getUTCDate() !== Number(day)) return undefined;
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMilliseconds(sign, hours, minutes);
}

/** Takes milliseconds since 1970 (rounded down), gives `2026-11-21T23:13:54.123Z`. Throws a RangeError beyond what a Date holds. */
export function formatTimeMilliseconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds)).toISOString();
}

/** Takes milliseconds since 1970, gives the whole second they are in, `2026-11-21T23:13:54Z`. Throws a RangeError beyond what a Date holds. */
export function formatTimeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function offsetMilliseconds(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number {
  if (sign === undefined) return 0;
  const milliseconds = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -milliseconds : milliseconds;
}
