// The notation of quantities such as "100m", "1.5" and "128Mi".

/**
 * A quantity of k8s.io/apimachinery `pkg/api/resource/quantity.go`. Stricter than upstream: no sign, digits on both
 * sides of the decimal point, no sign in an exponent, and no suffix below one thousandth (`u` and `n`). The pattern has
 * the same meaning in JavaScript and RE2. Does not check the range.
 */
export const quantityPattern = /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$/;

const sign = '(\\+|-)?';
const digits = '(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))';

/** Every quantity of k8s.io/apimachinery: the pattern that controller-gen writes. Does not check the range. */
export const signedQuantityPattern = new RegExp(`^${sign}${digits}(([KMGTPE]i)|[numkMGTPE]|([eE]${sign}${digits}))?$`);

const partsPattern =
  /^(?<sign>[+-]?)(?<whole>[0-9]*)\.?(?<fraction>[0-9]*)(?:[eE](?<exponent>[+-]?[0-9]+)|(?<suffix>[a-zA-Z]*))$/;

const decimalExponents: ReadonlyMap<string, number> = new Map(
  Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }),
);

const binaryFactors: ReadonlyMap<string, bigint> = new Map(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 1024n ** BigInt(index + 1)]),
);

/** Every larger power of ten exceeds the range of a number, whatever digits of a quantity precede it. */
const LARGEST_EXPONENT = 400;
const NANO_DIGITS = 9;
/** The powers of ten by which a canonical quantity is multiplied: 1, m, u and n. */
const CANONICAL_FACTORS = [1, 1e-3, 1e-6, 1e-9];

/** Divides by a power of ten and rounds up. */
function dividedRoundingUp(value: bigint, digits: number): bigint {
  // All digits of a quantity are below this power.
  const divisor = 10n ** BigInt(Math.min(digits, LARGEST_EXPONENT));
  return (value + divisor - 1n) / divisor;
}

/** Returns billionths. More than nine decimals are rounded up. */
function nanosOf(digits: bigint, exponent: number): bigint {
  const shift = exponent + NANO_DIGITS;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : dividedRoundingUp(digits, -shift);
}

/** The canonical mantissa is whole: 0.7 is 700m. Its product has the same last digit as `AsApproximateFloat64`. */
function numberOf(nanos: bigint): number {
  const shortest = CANONICAL_FACTORS.findIndex((_, index) => nanos % 1000n ** BigInt(3 - index) === 0n);
  const mantissa = nanos / 1000n ** BigInt(3 - shortest);
  return Number(mantissa) * (CANONICAL_FACTORS[shortest] ?? 1);
}

/** A quantity without its sign: `digits` times ten to the power of `exponent`. */
interface Magnitude {
  readonly digits: bigint;
  readonly exponent: number;
}

function magnitudeOf(groups: Readonly<Record<string, string | undefined>>): Magnitude | undefined {
  const { whole = '', fraction = '', exponent, suffix = '' } = groups;
  const factor = binaryFactors.get(suffix);
  const decimal = factor === undefined ? decimalExponents.get(suffix) : 0;
  const power = exponent === undefined ? decimal : Number(exponent);
  if (whole + fraction === '' || power === undefined) return undefined;
  return { digits: BigInt(whole + fraction) * (factor ?? 1n), exponent: power - fraction.length };
}

function sizeOf({ digits, exponent }: Magnitude): number {
  if (digits === 0n) return 0;
  return exponent > LARGEST_EXPONENT ? Number.POSITIVE_INFINITY : numberOf(nanosOf(digits, exponent));
}

/**
 * Returns the number that a quantity stands for, or undefined for other text and beyond the range of a number. More
 * than nine decimals are rounded away from zero. Ported from `ParseQuantity` and `AsApproximateFloat64`, without the
 * limit of 2^63-1.
 */
export function parseQuantity(text: string): number | undefined {
  const groups = partsPattern.exec(text)?.groups;
  const magnitude = groups && magnitudeOf(groups);
  const size = magnitude === undefined ? Number.NaN : sizeOf(magnitude);
  if (!Number.isFinite(size)) return undefined;
  return groups?.sign === '-' ? -size : size;
}
