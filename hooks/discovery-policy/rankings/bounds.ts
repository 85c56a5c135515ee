// The lowest and the highest value of a signal, by which its values are normalized.

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Returns the bounds of the finite values, or undefined without any. */
export function boundsOf(values: Iterable<number | undefined>): Bounds | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === undefined || !Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min <= max ? { min, max } : undefined;
}
