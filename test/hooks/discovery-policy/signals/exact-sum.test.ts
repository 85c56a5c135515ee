// The sum is the number closest to the exact sum, in any order of the values.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactSum } from '../../../../hooks/discovery-policy/signals/exact-sum.ts';

/** The exact sum in units of the smallest number above 0, which is 2 to the power of -1074. */
function exactUnits(values: readonly number[]): bigint {
  const view = new DataView(new ArrayBuffer(8));
  return values.reduce((total, value) => {
    view.setFloat64(0, Math.abs(value));
    const bits = view.getBigUint64(0);
    const exponent = bits >> 52n;
    const fraction = bits & ((1n << 52n) - 1n);
    const units = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
    return total + (value < 0 ? -units : units);
  }, 0n);
}

const distance = (left: bigint, right: bigint) => (left > right ? left - right : right - left);

/** The next number of the same sign away from zero, and towards zero. */
function neighbours(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  return [bits + 1n, bits - 1n]
    .filter((each) => each >= 0n)
    .map((each) => {
      view.setBigUint64(0, each);
      return view.getFloat64(0) * (value < 0 ? -1 : 1);
    });
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
const decimal = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 10);
const values = fc.oneof(fc.array(finite, { maxLength: 40 }), fc.array(decimal, { maxLength: 40 }));

test('no other number is closer to the exact sum', () => {
  fc.assert(
    fc.property(values, (list) => {
      const sum = exactSum(list);
      const exact = exactUnits(list);
      const error = distance(exactUnits([sum]), exact);
      for (const other of neighbours(sum)) expect(distance(exactUnits([other]), exact)).toBeGreaterThanOrEqual(error);
    }),
  );
});

test('the order of the values does not change the sum', () => {
  const anyFinite = fc.array(fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true })), { maxLength: 40 });
  const shuffled = anyFinite.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(fc.property(shuffled, ([list, other]) => Object.is(exactSum(list) + 0, exactSum(other) + 0)));
});

test.each([
  { what: 'no value', list: [], sum: 0 },
  { what: 'two values as in any language', list: [0.1, 0.2], sum: 0.30000000000000004 },
  { what: 'ten tenths', list: Array.from({ length: 10 }, () => 0.1), sum: 1 },
  { what: 'a value that large ones hide', list: [1e16, 1, -1e16], sum: 1 },
  { what: 'a sum half way between two numbers and above', list: [1, 2 ** -53, 2 ** -106], sum: 1 + 2 ** -52 },
  { what: 'a sum half way between two numbers', list: [1, 2 ** -53], sum: 1 },
  { what: 'parts beyond the range of a number', list: [1.7e308, 1.7e308, -1.7e308], sum: 1.7e308 },
  { what: 'a sum beyond the range of a number', list: [1.7e308, 1.7e308], sum: Number.POSITIVE_INFINITY },
  { what: 'a sum below the range of a number', list: [-1.7e308, -1.7e308], sum: Number.NEGATIVE_INFINITY },
])('the sum is exact: $what', ({ list, sum }) => {
  expect(exactSum(list)).toBe(sum);
});
