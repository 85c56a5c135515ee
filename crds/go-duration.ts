// A duration as every field of ours writes it: Go's notation, never negative.
import { z } from 'zod';
import { DURATION_LIMIT_CHARACTERS } from './limits.ts';
import { withRule } from './rule.ts';

/** One year: longer pauses are typing errors. */
const LONGEST_HOURS = 8760;

const hoursOf: Readonly<Record<string, number>> = {
  h: 1,
  m: 1 / 60,
  s: 1 / 3600,
  ms: 1 / 3.6e6,
  us: 1 / 3.6e9,
  µs: 1 / 3.6e9,
  ns: 1 / 3.6e12,
};

function hours(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|h|m|s)/g)) {
    sum += Number(count) * (hoursOf[unit ?? ''] ?? 0);
  }
  return sum;
}

/** A duration field such as `30s`, `1h30m`; at most a year. */
export const goDuration = withRule(
  z
    .string()
    .max(DURATION_LIMIT_CHARACTERS)
    .regex(/^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/, 'must be a duration such as 30s, 5m or 1h30m'),
  {
    cel: `duration(self) <= duration('${LONGEST_HOURS}h')`,
    message: 'must be a duration of at most a year (8760h)',
    holds: (text) => hours(text) <= LONGEST_HOURS,
  },
);

/** A duration that must not be zero, because something waits for it to pass. */
export const positiveGoDuration = withRule(goDuration, {
  cel: `duration(self) > duration('0s')`,
  message: 'must be longer than zero',
  holds: (text) => hours(text) > 0,
});
