// Proves that only valid timestamps are parsed and that Kubernetes can parse the formatted ones. The values are those
// of `pkg/apis/meta/v1/time_test.go` of k8s.io/apimachinery, and a few for invalid dates.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTimeMilliseconds, formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1998-05-05T05:05:05Z', 894_344_705_000],
  ['1998-05-05T05:05:05.1Z', 894_344_705_100],
  ['1998-05-05T05:05:05.123456789Z', 894_344_705_123],
  ['1998-05-05T01:05:05-04:00', 894_344_705_000],
  ['1998-05-05T07:35:05.5+02:30', 894_344_705_500],
  ['1960-01-01T00:00:00Z', -315_619_200_000],
  ['2024-02-29T00:00:00Z', 1_709_164_800_000],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
])('the timestamp %s is parsed as %d ms', (text, expected) => {
  expect(parseTimeMilliseconds(text)).toBe(expected);
});

test.each([
  ['empty text', ''],
  ['a date alone', '2026-11-21'],
  ['a timestamp without a zone', '2026-11-21T23:13:54'],
  ['a timestamp without seconds', '2026-11-21T23:13Z'],
  ['a timestamp in lower case', '2026-11-21t23:13:54z'],
  ['a timestamp with a space instead of T', '2026-11-21 23:13:54Z'],
  ['a timestamp with a line break at the end', '2026-11-21T23:13:54Z\n'],
  ['a comma as decimal separator', '2026-11-21T23:13:54,5Z'],
  ['an empty fraction', '2026-11-21T23:13:54.Z'],
  ['ten digits of fraction', '2026-11-21T23:13:54.1234567891Z'],
  ['an hour of one digit', '2026-11-21T3:13:54Z'],
  ['hour 24', '2026-11-21T24:00:00Z'],
  ['minute 60', '2026-11-21T23:60:00Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['month 13', '2026-13-01T00:00:00Z'],
  ['day 0', '2026-11-00T00:00:00Z'],
  ['the 30th of February', '2026-02-30T00:00:00Z'],
  ['the 29th of February of a common year', '2026-02-29T00:00:00Z'],
  ['an offset of a day', '2026-11-21T23:13:54+24:00'],
  ['an offset with minute 60', '2026-11-21T23:13:54+00:60'],
  ['an offset without a colon', '2026-11-21T23:13:54+0000'],
  ['a year of five digits', '12026-11-21T23:13:54Z'],
  ['null', null],
  ['a list of one timestamp', ['2026-11-21T23:13:54Z']],
])('%s is not a timestamp', (_what, value) => {
  expect(parseTimeMilliseconds(value)).toBeUndefined();
});

test.each([
  [0, '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00Z'],
  [1_795_302_834_123, '2026-11-21T23:13:54.123Z', '2026-11-21T23:13:54Z'],
  [1_795_302_834_999.9, '2026-11-21T23:13:54.999Z', '2026-11-21T23:13:54Z'],
  [-0.5, '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59Z'],
])('%d ms are formatted as %s, and in seconds as %s', (milliseconds, withMilliseconds, withSeconds) => {
  expect(formatTimeMilliseconds(milliseconds)).toBe(withMilliseconds);
  expect(formatTimeSeconds(milliseconds)).toBe(withSeconds);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 9e15])('%d cannot be formatted as a timestamp', (milliseconds) => {
  expect(() => formatTimeMilliseconds(milliseconds)).toThrow(RangeError);
  expect(() => formatTimeSeconds(milliseconds)).toThrow(RangeError);
});

test('a formatted timestamp is parsed as the same instant', () => {
  const inFourDigits = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(inFourDigits, (milliseconds) => {
      expect(parseTimeMilliseconds(formatTimeMilliseconds(milliseconds))).toBe(milliseconds);
      expect(parseTimeMilliseconds(formatTimeSeconds(milliseconds))).toBe(Math.floor(milliseconds / 1_000) * 1_000);
    }),
  );
});
