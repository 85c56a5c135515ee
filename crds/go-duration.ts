// Duration fields: Go's notation without a sign, for example 1h30m.
import { z } from 'zod';
import { durationFieldPattern, parseDurationMilliseconds } from '../kubernetes/duration.ts';
import { DURATION_LIMIT_CHARACTERS } from './limits.ts';
import { matchesInCel, orEmpty, withPattern, withRule } from './rule.ts';
import { unsetIf, unsetIfEmpty } from './unset-values.ts';

const HOUR_MILLISECONDS = 3_600_000;
/** One year. A longer duration is probably a typing error. */
const LONGEST_HOURS = 8760;

/** Returns Infinity beyond Go's range of 292 years, undefined for text that is not a duration. */
function millisecondsOf(text: string): number | undefined {
  if (!durationFieldPattern.test(text)) return undefined;
  return parseDurationMilliseconds(text) ?? Number.POSITIVE_INFINITY;
}

/** CEL's duration() fails on text that the pattern refuses, which would add a second, unreadable error. */
const ifDuration = (comparison: string) => `!${matchesInCel(durationFieldPattern)} || ${comparison}`;

const withinYear = {
  cel: ifDuration(`duration(self) <= duration('${LONGEST_HOURS}h')`),
  message: 'must be a duration of at most a year (8760h)',
  holds: (text: string) => (millisecondsOf(text) ?? 0) <= LONGEST_HOURS * HOUR_MILLISECONDS,
};

function durationText(pattern: RegExp): z.ZodString {
  const text = z.string().max(DURATION_LIMIT_CHARACTERS);
  return withRule(withPattern(text, pattern, 'must be a duration such as 30s, 5m or 1h30m'), withinYear);
}

/** At most one year. */
export const goDuration = durationText(durationFieldPattern);

/** A duration of a user's spec, for which zero is a value. Empty text means that it is not set. */
export const optionalDuration = unsetIfEmpty(durationText(orEmpty(durationFieldPattern)));

/** An interval or a timeout of a user's spec. Empty text and zero mean that it is not set. */
export const nonzeroDuration = unsetIf(optionalDuration, (text) => text === '' || millisecondsOf(text) === 0);

/** Of these durations the API server checks only the length, so that a mistake becomes a condition. */
export const uncheckedDuration = unsetIfEmpty(z.string().max(DURATION_LIMIT_CHARACTERS));

/** Empty text and zero mean that the default counts. */
export const uncheckedNonzeroDuration = unsetIf(uncheckedDuration, (text) => text === '' || millisecondsOf(text) === 0);
