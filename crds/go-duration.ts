// A duration as every field of ours writes it: Go's notation, never negative.
import { z } from 'zod';
import { DURATION_LIMIT_CHARACTERS } from './limits.ts';
import { matchesInCel, withPattern, withRule } from './rule.ts';

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

const durationPattern = /^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/;

/** CEL's own conversion fails where the pattern does not match, and would add a second, unreadable complaint. */
const ifDuration = (comparison: string) => `!${matchesInCel(durationPattern)} || ${comparison}`;

/** A duration field such as `30s`, `1h30m`; at most a year. */
export const goDuration = withRule(
  withPattern(
    z.string().max(DURATION_LIMIT_CHARACTERS),
    durationPattern,
    'must be a duration such as 30s, 5m or 1h30m',
  ),
  {
    cel: ifDuration(`duration(self) <= duration('${LONGEST_HOURS}h')`),
    message: 'must be a duration of at most a year (8760h)',
    holds: (text) => hours(text) <= LONGEST_HOURS,
  },
);

/** A duration that must not be zero, because something waits for it to pass. */
export const positiveGoDuration = withRule(goDuration, {
  cel: ifDuration(`duration(self) > duration('0s')`),
  message: 'must be longer than zero',
  holds: (text) => !durationPattern.test(text) || hours(text) > 0,
});
