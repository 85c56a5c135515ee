// Parses and formats Go durations such as "1h30m", the notation of Kubernetes manifests.

/** Bounds the time to parse. Go formats every duration in at most 26 characters. */
const DURATION_LIMIT_CHARACTERS = 128;

/**
 * Durations that a field of a custom resource may contain: without a sign, and with digits on both sides of the decimal
 * point. The pattern has the same meaning in JavaScript, RE2 and CEL.
 */
export const durationFieldPattern = /^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/;

const LARGEST_NANOSECONDS = 2n ** 63n - 1n;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Go accepts both the micro sign (U+00B5) and the Greek letter mu (U+03BC). */
const unitNanoseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1_000],
  ['\u00b5s', 1_000],
  ['\u03bcs', 1_000],
  ['ms', 1_000_000],
  ['s', 1_000_000_000],
  ['m', 60_000_000_000],
  ['h', 3_600_000_000_000],
]);

const partPattern = /(?<whole>[0-9]*)(?<point>\.?)(?<fraction>[0-9]*)(?<unit>[nu\u00b5\u03bcm]s|[smh])/y;

/**
 * Parses Go's notation: an optional sign, then numbers with a unit (ns, us, µs, ms, s, m or h), or a bare 0. Returns
 * milliseconds with a fraction for microseconds and nanoseconds. Returns undefined for other text, for more than 64-bit
 * nanoseconds (292 years) and for more than 128 characters. Ported from `ParseDuration` of Go `src/time/format.go`.
 */
export function parseDurationMilliseconds(text: string): number | undefined {
  if (text.length > DURATION_LIMIT_CHARACTERS) {
    return undefined;
  }
  const isNegative = text.startsWith('-');
  const unsigned = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') {
    return 0;
  }
  const nanoseconds = sumOfParts(unsigned);
  if (nanoseconds === undefined || nanoseconds > LARGEST_NANOSECONDS + (isNegative ? 1n : 0n)) {
    return undefined;
  }
  return millisecondsOf(isNegative ? -nanoseconds : nanoseconds);
}

/**
 * Formats milliseconds as "1h0m0s", "1m30s", "500ms" or "0s", rounded to the nanosecond. Throws a RangeError for NaN
 * and Infinity. Ported from `Duration.String` of Go `src/time/time.go`.
 */
export function formatDuration(milliseconds: number): string {
  const whole = Math.trunc(milliseconds);
  const signed = BigInt(whole) * NANOSECONDS_PER_MILLISECOND + BigInt(Math.round((milliseconds - whole) * 1_000_000));
  const nanoseconds = signed < 0n ? -signed : signed;
  const text = nanoseconds < NANOSECONDS_PER_SECOND ? formatBelowSecond(nanoseconds) : formatFromSecond(nanoseconds);
  return signed < 0n ? `-${text}` : text;
}

/** Converts in two steps, because nanoseconds exceed the safe integers of JavaScript after 104 days. */
function millisecondsOf(nanoseconds: bigint): number {
  const fraction = Number(nanoseconds % NANOSECONDS_PER_MILLISECOND) / Number(NANOSECONDS_PER_MILLISECOND);
  return Number(nanoseconds / NANOSECONDS_PER_MILLISECOND) + fraction;
}

function sumOfParts(text: string): bigint | undefined {
  let sum = 0n;
  let position = 0;
  do {
    partPattern.lastIndex = position;
    const part = partPattern.exec(text);
    const nanoseconds = part?.groups && nanosecondsOfPart(part.groups);
    if (part === null || nanoseconds === undefined) {
      return undefined;
    }
    sum += nanoseconds;
    position += part[0].length;
  } while (position < text.length);
  return sum;
}

function nanosecondsOfPart(groups: Readonly<Record<string, string | undefined>>): bigint | undefined {
  const { whole = '', point = '', fraction = '', unit = '' } = groups;
  const factor = unitNanoseconds.get(unit);
  if (factor === undefined || whole + fraction === '' || (point === '' && fraction !== '')) {
    return undefined;
  }
  return BigInt(whole) * BigInt(factor) + BigInt(Math.trunc(fractionOf(fraction, factor)));
}

/** Follows `leadingFraction` of Go: floating point, truncated to 63 bits, so that every nanosecond is the same. */
function fractionOf(digits: string, factor: number): number {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (next > LARGEST_NANOSECONDS) {
      break;
    }
    value = next;
    scale *= 10;
  }
  return Number(value) * (factor / scale);
}

function formatBelowSecond(nanoseconds: bigint): string {
  if (nanoseconds === 0n) {
    return '0s';
  }
  if (nanoseconds < 1_000n) {
    return `${nanoseconds}ns`;
  }
  return nanoseconds < NANOSECONDS_PER_MILLISECOND
    ? `${formatDecimal(nanoseconds, 3)}\u00b5s`
    : `${formatDecimal(nanoseconds, 6)}ms`;
}

function formatFromSecond(nanoseconds: bigint): string {
  const minutes = nanoseconds / (60n * NANOSECONDS_PER_SECOND);
  const seconds = `${formatDecimal(nanoseconds % (60n * NANOSECONDS_PER_SECOND), 9)}s`;
  if (minutes === 0n) {
    return seconds;
  }
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** Divides by a power of ten and omits trailing zeros of the fraction. */
function formatDecimal(value: bigint, fractionDigits: number): string {
  const digits = value.toString().padStart(fractionDigits + 1, '0');
  const fraction = digits.slice(-fractionDigits).replace(/0+$/, '');
  const whole = digits.slice(0, -fractionDigits);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
