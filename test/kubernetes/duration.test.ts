// Proves that durations are parsed and formatted to the nanosecond as by Go. The values are those of Go's
// `src/time/time_test.go`, and a few for our limits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDurationMilliseconds } from '../../kubernetes/duration.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const largest = 2 ** 63 / 1_000_000;

test.each([
  ['0', 0],
  ['5s', 5 * second],
  ['-5s', -5 * second],
  ['+5s', 5 * second],
  ['-0', 0],
  ['0s', 0],
  ['5.0s', 5 * second],
  ['5.6s', 5_600],
  ['5.s', 5 * second],
  ['.5s', 500],
  ['1.004s', 1_004],
  ['100.00100s', 100_001],
  ['10ns', 0.000_01],
  ['11us', 0.011],
  ['12\u00b5s', 0.012],
  ['12\u03bcs', 0.012],
  ['13ms', 13],
  ['15m', 15 * minute],
  ['16h', 16 * hour],
  ['3h30m', 3 * hour + 30 * minute],
  ['10.5s4m', 4 * minute + 10_500],
  ['-2m3.4s', -(2 * minute + 3_400)],
  ['1h2m3s4ms5us6ns', hour + 2 * minute + 3 * second + 4.005_006],
  ['160278h31m11.493s', 577_002_671_493],
  ['52763797000ns', 52_763.797],
  ['0.3333333333333333333h', 20 * minute],
  ['0.100000000000000000000h', 6 * minute],
  ['0.9992009999999999399999m', 59_952.059_999],
  ['9007199254740993ns', 9_007_199_254.740_993],
  [`${'0'.repeat(126)}1s`, second],
  ['9223372036854775807ns', largest],
  ['9223372036854775.807us', largest],
  ['9223372036s854ms775us807ns', largest],
  ['-9223372036854775808ns', -largest],
  ['-2562047h47m16.854775808s', -largest],
])('the duration %s is parsed as %d ms', (text, expected) => {
  expect(parseDurationMilliseconds(text)).toBe(expected);
});

test.each([
  ['empty text', ''],
  ['a number without a unit', '3'],
  ['a sign alone', '-'],
  ['a unit alone', 's'],
  ['a decimal point alone', '.'],
  ['a decimal point and a unit', '.s'],
  ['a number of days', '1d'],
  ['two signs', '+-5s'],
  ['a number with two decimal points', '1..5s'],
  ['a unit in upper case', '5S'],
  ['a space before the unit', '5 s'],
  ['a space at the end', '5s '],
  ['a line break at the end', '5s\n'],
  ['an exponent', '1e3s'],
  ['the replacement character', '\ufffd'],
  ['digits of another script', '\u0665s'],
  ['one nanosecond more than the maximum', '9223372036854775808ns'],
  ['one nanosecond less than the minimum', '-9223372036854775809ns'],
  ['too many microseconds', '9223372036854776us'],
  ['too many hours', '3000000h'],
  ['a fraction that exceeds the maximum', '9223372036854775.808us'],
  ['a sum that exceeds the maximum', '9223372036854ms775us808ns'],
  ['text of 129 characters', `${'0'.repeat(127)}1s`],
])('%s is not a duration', (_what, text) => {
  expect(parseDurationMilliseconds(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [-0, '0s'],
  [0.000_001, '1ns'],
  [0.000_999, '999ns'],
  [0.001, '1\u00b5s'],
  [0.001_1, '1.1\u00b5s'],
  [0.999_999, '999.999\u00b5s'],
  [1, '1ms'],
  [999.999_999, '999.999999ms'],
  [second, '1s'],
  [3_300, '3.3s'],
  [minute, '1m0s'],
  [90 * second, '1m30s'],
  [hour, '1h0m0s'],
  [5 * hour + 6 * minute + 7_001, '5h6m7.001s'],
  [8 * minute + 0.000_001, '8m0.000000001s'],
  [-90 * second, '-1m30s'],
  [-0.5, '-500\u00b5s'],
  [100 * 24 * hour, '2400h0m0s'],
])('%d ms is formatted as %s', (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d cannot be formatted as a duration', (milliseconds) => {
  expect(() => formatDuration(milliseconds)).toThrow(RangeError);
});

test('a formatted duration is parsed as the same number of milliseconds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 42), max: 2 ** 42 }),
      fc.integer({ min: 0, max: 999 }),
      (whole, thousandths) => {
        const milliseconds = whole === 0 ? 0 : whole + (Math.sign(whole) * thousandths) / 1_000;
        const read = parseDurationMilliseconds(formatDuration(milliseconds));
        expect(read).toBeCloseTo(milliseconds, 3);
        expect(parseDurationMilliseconds(formatDuration(whole))).toBe(whole);
      },
    ),
  );
});
