// Which gate cost the time of a policy, as sentences.
import { durationText } from '../text/duration-text.ts';
import type { PlannedPolicy } from './plan.ts';

/** For example `delay 5d18h, policy-cap 1h`; empty if no pair ever waited. */
export function gateTimesText({ gateTimes }: PlannedPolicy): string {
  return gateTimes.map(({ gate, milliseconds }) => `${gate} ${durationText(milliseconds)}`).join(', ');
}

/**
 * For example `minDelayBetweenPulls accounts for 5d18h of 5d19h; 2s would finish in 1d4h`; undefined without a second
 * run of the plan.
 */
export function whatIfText({ whatIf, durationMilliseconds }: PlannedPolicy): string | undefined {
  if (whatIf === undefined) return undefined;
  const { field, withoutMilliseconds, suggestion } = whatIf;
  const whole = durationText(durationMilliseconds);
  const saved = durationMilliseconds - withoutMilliseconds;
  if (saved <= 0) return `without ${field}, the pulls would take ${whole} all the same`;
  const sentence = `${field} accounts for ${durationText(saved)} of ${whole}`;
  if (suggestion === undefined) return sentence;
  return `${sentence}; ${suggestion.value} would finish in ${durationText(suggestion.milliseconds)}`;
}
