// A sum that does not depend on the order of its values, so that a source may return them in any order.

/**
 * Adds a value to parts whose exact sum is the sum of all values so far. The parts do not overlap. Ported from `fsum`
 * of CPython `Modules/mathmodule.c`, after Shewchuk.
 */
function addExactly(parts: number[], value: number): void {
  let rest = value;
  let count = 0;
  for (const part of parts) {
    const [large, small] = Math.abs(rest) < Math.abs(part) ? [part, rest] : [rest, part];
    rest = large + small;
    const rounding = small - (rest - large);
    if (rounding !== 0) parts[count++] = rounding;
  }
  parts.length = count;
  parts.push(rest);
}

/** Adds from the largest part down until a part is rounded, and corrects a sum half way between two numbers. */
function rounded(parts: readonly number[]): number {
  let index = parts.length - 1;
  let sum = parts[index] ?? 0;
  let rounding = 0;
  while (index > 0 && rounding === 0) {
    index -= 1;
    const part = parts[index] ?? 0;
    const before = sum;
    sum = before + part;
    rounding = part - (sum - before);
  }
  const isHalfWay = index > 0 && Math.sign(rounding) === Math.sign(parts[index - 1] ?? 0);
  const corrected = sum + rounding * 2;
  return isHalfWay && rounding * 2 === corrected - sum ? corrected : sum;
}

function exactSumInRange(values: readonly number[], factor: number): number {
  const parts: number[] = [];
  for (const value of values) addExactly(parts, value * factor);
  return rounded(parts);
}

/** Values are scaled down by this power of two if a part of their sum could exceed the range. */
const SCALE = 2 ** 64;

/** Returns the number closest to the exact sum of the finite values, or an infinite one beyond the range. */
export function exactSum(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (Number.isFinite(largest * values.length)) return exactSumInRange(values, 1);
  return exactSumInRange(values, 1 / SCALE) * SCALE;
}
