// Sizes for people.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const STEP = 1_000;

/** Decimal units with at most three digits, for example `999 B`, `1.5 MB` or `40 TB`. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (Math.round(value) >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
  return `${digits} ${UNITS[unit]}`;
}
