// Reads and writes the timestamps of Kubernetes, strictly, because JavaScript's own parser takes almost anything for a date.

const timestampPattern =
  /^(?<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,9}))?(?:Z|(?<sign>[+-])(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d))$/;

/**
 * Takes what an object holds where a timestamp belongs, gives milliseconds since 1970 (rounded down), or undefined if it is
 * no RFC 3339 timestamp with a Z or an offset and at most nanoseconds, or not a real date. The rules are those of
 * `metav1.Time` and Go's `parseRFC3339` (`src/time/format_rfc3339.go`).
 */
export function parseTimeMilliseconds(text: unknown): number | undefined {
  const groups = typeof text === 'string' ? timestampPattern.exec(text)?.groups : undefined;
  const instant = groups?.instant;
  if (groups === undefined || instant === undefined) {
    return undefined;
  }
  const local = Date.parse(`${instant}Z`);
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(instant)) {
    return undefined;
  }
  return local + Number((groups.fraction ?? '').padEnd(3, '0').slice(0, 3)) - offsetMilliseconds(groups);
}

/** Takes milliseconds since 1970 (rounded down), gives `2026-11-21T23:13:54.123Z`. Throws a RangeError beyond what a Date holds. */
export function formatTimeMilliseconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds)).toISOString();
}

/** Takes milliseconds since 1970, gives the whole second they are in, `2026-11-21T23:13:54Z`. Throws a RangeError beyond what a Date holds. */
export function formatTimeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function offsetMilliseconds(groups: Readonly<Record<string, string | undefined>>): number {
  const minutes = Number(groups.hours ?? 0) * 60 + Number(groups.minutes ?? 0);
  return (groups.sign === '-' ? -minutes : minutes) * 60_000;
}
