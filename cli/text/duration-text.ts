// Durations for people.

const SECOND_MILLISECONDS = 1_000;
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', SECOND_MILLISECONDS],
] as const;

/** The two largest units, rounded up to the smaller one, for example `5d19h`, `28h`, `2m30s` or `0s`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / SECOND_MILLISECONDS) * SECOND_MILLISECONDS;
  const first = units.findIndex(([, size]) => seconds >= size);
  const largest = units[first];
  if (largest === undefined) return '0s';
  const [unit, size] = largest;
  const [nextUnit, nextSize] = units[first + 1] ?? largest;
  const rounded = Math.ceil(seconds / nextSize) * nextSize;
  // Rounding up can reach the next larger unit: 59m60s is 1h.
  if (rounded > seconds) return durationText(rounded);
  const rest = rounded % size;
  return rest === 0 ? `${rounded / size}${unit}` : `${Math.floor(rounded / size)}${unit}${rest / nextSize}${nextUnit}`;
}
