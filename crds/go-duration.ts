// A duration as every field of ours writes it: Go's notation, never negative.
import { z } from 'zod';
import { durationFieldPattern, parseDurationMilliseconds } from '../kubernetes/duration.ts';
import { DURATION_LIMIT_CHARACTERS } from './limits.ts';
import { matchesInCel, withPattern, withRule } from './rule.ts';

const HOUR_MILLISECONDS = 3_600_000;
/** One year: longer pauses are typing errors. */
const LONGEST_HOURS = 8760;

/** Milliseconds, Infinity beyond what Go can hold; undefined for text that is not a duration. */
function millisecondsOf(text: string): number | undefined {
  if (!durationFieldPattern.test(text)) return undefined;
  return parseDurationMilliseconds(text) ?? Number.POSITIVE_INFINITY;
}

/** CEL's own conversion fails where the pattern does not match, and would add a second, unreadable complaint. */
const ifDuration = (comparison: string) => `!${matchesInCel(durationFieldPattern)} || ${comparison}`;

/** A duration field such as `30s`, `1h30m`; at most a year. */
export const goDuration = withRule(
  withPattern(
    z.string().max(DURATION_LIMIT_CHARACTERS),
    durationFieldPattern,
    'must be a duration such as 30s, 5m or 1h30m',
  ),
  {
    cel: ifDuration(`duration(self) <= duration('${LONGEST_HOURS}h')`),
    message: 'must be a duration of at most a year (8760h)',
    holds: (text) => (millisecondsOf(text) ?? 0) <= LONGEST_HOURS * HOUR_MILLISECONDS,
  },
);

/** A duration that must not be zero, because something waits for it to pass. */
export const positiveGoDuration = withRule(goDuration, {
  cel: ifDuration(`duration(self) > duration('0s')`),
  message: 'must be longer than zero',
  holds: (text) => millisecondsOf(text) !== 0,
});
