// Powers of numbers from 0 to below 1.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { powerOf } from '../../../../hooks/discovery-policy/rankings/power.ts';

test.each([
  [0, 0, 1],
  [0.99, 0, 1],
  [0, 2, 0],
  [0, 0.3, 0],
  [0, -1, Number.POSITIVE_INFINITY],
  [0.99, 1, 0.99],
  [0.99, 2, 0.9801],
  [0.5, 0.5, Math.SQRT1_2],
  [0.25, -0.5, 2],
  [0.5, -3, 8],
  [0.5, 1074, 2 ** -1074],
  [0.5, 1076, 0],
  [0.5, -1023, 2 ** 1023],
  [0.5, -1025, Number.POSITIVE_INFINITY],
  [0.9, 1e300, 0],
  [0.9, -1e300, Number.POSITIVE_INFINITY],
  [1e-300, 1e6, 0],
  [0.9, Number.POSITIVE_INFINITY, 0],
  [0.9, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  [0.9, Number.NaN, Number.NaN],
])('%d to the power of %d is %d', (base, power, result) => {
  expect(powerOf(base, power)).toBe(result);
});

test('a power differs from that of Math.pow by less than 1 part in 10^12', () => {
  const base = fc.integer({ min: 1, max: 10_000 }).map((count) => 1 - 1 / (count + 1));
  const exponent = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -500, max: 500, noNaN: true }));
  fc.assert(
    fc.property(base, exponent, (number, power) => {
      const reference = number ** power;
      expect(Math.abs(powerOf(number, power) - reference)).toBeLessThanOrEqual(reference * 1e-12);
    }),
  );
});
