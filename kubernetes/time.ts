// Parses and formats Kubernetes timestamps. `Date.parse` is too lenient: it accepts "1" and February 30.

/** Groups: date and time, day, fraction, offset sign, offset hours, offset minutes. Named groups take twice as long. */
const timestampPattern =
  /^(\d{4}-\d{2}-(\d{2})T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * Milliseconds since the epoch, rounded down. Returns undefined for anything but an existing date in RFC 3339 with Z
 * or an offset and at most nine digits of fraction. Ported from `metav1.Time` of k8s.io/apimachinery
 * `pkg/apis/meta/v1/time.go` and `parseRFC3339` of Go `src/time/format_rfc3339.go`.
 */
export function parseTimeMilliseconds(text: unknown): number | undefined {
  const match = typeof text === 'string' ? timestampPattern.exec(text) : null;
  if (match === null) return undefined;
  const [, instant, day, fraction = '', sign, hours, minutes] = match;
  const local = Date.parse(`${instant}Z`);
  // Date.parse turns February 30 and hour 24 into the next day, and an invalid date into NaN.
  if (new Date(local).getUTCDate() !== Number(day)) return undefined;
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMilliseconds(sign, hours, minutes);
}

/** Formats `2026-11-21T23:13:54.123Z`, rounded down. Throws a RangeError outside the range of Date. */
export function formatTimeMilliseconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds)).toISOString();
}

/** Formats `2026-11-21T23:13:54Z`, rounded down. Throws a RangeError outside the range of Date. */
export function formatTimeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function offsetMilliseconds(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number {
  if (sign === undefined) return 0;
  const milliseconds = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -milliseconds : milliseconds;
}
