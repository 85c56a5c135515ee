// Proves which durations a spec may contain, and that the hooks can parse all of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goDuration, nonzeroDuration, optionalDuration } from '../../crds/go-duration.ts';
import { withoutUnset } from '../../crds/unset-values.ts';
import { parseDurationMilliseconds } from '../../kubernetes/duration.ts';

test.each([
  ['0', true],
  ['0s', true],
  ['0h0m0.000s', true],
  ['1ns', true],
  ['1us', true],
  ['1µs', true],
  ['1ms', true],
  ['1.5h', true],
  ['8760h', true],
  ['8759h60m', true],
  ['8760h1s', false],
  ['', false],
  ['5', false],
  ['-5s', false],
  ['.5s', false],
  ['5.s', false],
  ['1h\n', false],
  ['1d', false],
  [' ', false],
  [`${'0'.repeat(31)}s`, true],
  [`${'0'.repeat(32)}s`, false],
])('"%s" is accepted as a duration: %s', (text, expected) => {
  expect(goDuration.safeParse(text).success).toBe(expected);
  const isAcceptedByUsers = expected || text === '';
  expect(optionalDuration.safeParse(text).success).toBe(isAcceptedByUsers);
  expect(nonzeroDuration.safeParse(text).success).toBe(isAcceptedByUsers);
});

test.each([
  ['', undefined, undefined],
  ['0', '0', undefined],
  ['0s', '0s', undefined],
  ['0h0m0.000s', '0h0m0.000s', undefined],
  ['0.1ns', '0.1ns', undefined],
  ['1ns', '1ns', '1ns'],
  ['0s1ms', '0s1ms', '0s1ms'],
])('"%s" is read as the delay %s and as the timeout %s', (text, delay, timeout) => {
  expect(withoutUnset(optionalDuration, text)).toBe(delay);
  expect(withoutUnset(nonzeroDuration, text)).toBe(timeout);
});

test('every accepted duration can be parsed', () => {
  const part = fc.tuple(
    fc.stringMatching(/^[0-9]{1,6}(\.[0-9]{1,4})?$/),
    fc.constantFrom('ns', 'us', 'µs', 'ms', 's', 'm', 'h'),
  );
  const text = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((pair) => pair.join('')).join(''));
  fc.assert(
    fc.property(text, (duration) => {
      if (!goDuration.safeParse(duration).success) return;
      const milliseconds = parseDurationMilliseconds(duration);
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(withoutUnset(nonzeroDuration, duration)).toBe(milliseconds === 0 ? undefined : duration);
    }),
  );
});
