// Powers with the same last digit as in the original Drop. The result of Math.pow depends on the version of V8.

/** Beyond this power of two, a number is 0 or infinite whatever its fraction is. */
const LARGEST_BINARY_EXPONENT = 4096;

interface BinaryNumber {
  /** From 0.5 to below 1. */
  readonly fraction: number;
  /** The number is the fraction times this power of two. */
  readonly exponent: number;
}

/** `Frexp` for a number above 0 and below 1. */
function binaryNumberOf(value: number): BinaryNumber {
  let [fraction, exponent] = [value, 0];
  while (fraction < 0.5) {
    fraction *= 2;
    exponent -= 1;
  }
  return { fraction, exponent };
}

/** `Ldexp`. Two steps, because the power of two alone can exceed the range. */
function timesPowerOfTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** Squares the base once for each binary digit of the exponent, which is whole and at least 0. */
function wholePower(base: number, power: number): BinaryNumber {
  let { fraction: square, exponent: squareExponent } = binaryNumberOf(base);
  let [fraction, exponent] = [1, 0];
  for (let rest = power; rest >= 1; rest = Math.floor(rest / 2)) {
    if (squareExponent < -LARGEST_BINARY_EXPONENT) return { fraction, exponent: exponent + squareExponent };
    if (rest % 2 === 1) {
      fraction *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square *= 2;
      squareExponent -= 1;
    }
  }
  return { fraction, exponent };
}

function powerInRange(base: number, power: number): number {
  const size = Math.abs(power);
  // The fraction of the power is between -0.5 and 0.5.
  const whole = size - Math.trunc(size) > 0.5 ? Math.trunc(size) + 1 : Math.trunc(size);
  const { fraction, exponent } = wholePower(base, whole);
  const product = size === whole ? fraction : Math.exp((size - whole) * Math.log(base)) * fraction;
  return power < 0 ? timesPowerOfTwo(1 / product, -exponent) : timesPowerOfTwo(product, exponent);
}

/** Ported from `pow` of Go `src/math/pow.go`, for a base from 0 to below 1. */
export function powerOf(base: number, power: number): number {
  if (power === 0) return 1;
  if (base === 0 || !Number.isFinite(power)) return base ** power;
  if (power === 1) return base;
  if (Math.abs(power) === 0.5) return power < 0 ? 1 / Math.sqrt(base) : Math.sqrt(base);
  return powerInRange(base, power);
}
