// Proves which durations a spec may contain, and that the hooks can parse all of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goDuration, positiveGoDuration } from '../../crds/go-duration.ts';
import { parseDurationMilliseconds } from '../../kubernetes/duration.ts';

test.each([
  ['0', true, false],
  ['0s', true, false],
  ['0h0m0.000s', true, false],
  ['1ns', true, true],
  ['1us', true, true],
  ['1µs', true, true],
  ['1ms', true, true],
  ['1.5h', true, true],
  ['8760h', true, true],
  ['8759h60m', true, true],
  ['8760h1s', false, false],
  ['', false, false],
  ['5', false, false],
  ['-5s', false, false],
  ['.5s', false, false],
  ['5.s', false, false],
  ['1h\n', false, false],
  ['1d', false, false],
  [`${'0'.repeat(31)}s`, true, false],
  [`${'0'.repeat(32)}s`, false, false],
])('"%s" is accepted as a duration: %s, and as a duration longer than zero: %s', (text, expected, expectedPositive) => {
  expect(goDuration.safeParse(text).success).toBe(expected);
  expect(positiveGoDuration.safeParse(text).success).toBe(expectedPositive);
});

test('every accepted duration can be parsed, and only a duration of zero is refused as not positive', () => {
  const part = fc.tuple(
    fc.stringMatching(/^[0-9]{1,6}(\.[0-9]{1,4})?$/),
    fc.constantFrom('ns', 'us', 'µs', 'ms', 's', 'm', 'h'),
  );
  const text = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((pair) => pair.join('')).join(''));
  fc.assert(
    fc.property(text, (duration) => {
      const milliseconds = parseDurationMilliseconds(duration);
      if (goDuration.safeParse(duration).success) expect(milliseconds).toBeTypeOf('number');
      if (positiveGoDuration.safeParse(duration).success) expect(milliseconds).toBeGreaterThanOrEqual(0);
      if (milliseconds !== undefined && milliseconds > 0 && goDuration.safeParse(duration).success) {
        expect(positiveGoDuration.safeParse(duration).success).toBe(true);
      }
    }),
  );
});
