// Times of the cluster in words, relative to the time of the view and never to the clock of the browser.
import { parseTimeMilliseconds } from '../../../../kubernetes/time.ts';
import { durationText } from '../../../text/duration-text.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const roundedTo = (unit: number, milliseconds: number) => Math.max(unit, Math.round(milliseconds / unit) * unit);

/** A duration that is only estimated: in steps of ten seconds, of a minute, or of ten minutes. */
function roughDuration(milliseconds: number): string {
  if (milliseconds < MINUTE) return durationText(roundedTo(10 * SECOND, milliseconds));
  return durationText(roundedTo(milliseconds < 2 * HOUR ? MINUTE : 10 * MINUTE, milliseconds));
}

/** Returns for example `in about 2m`, or `now`; undefined without a time. */
export function foreseenText(time: string | undefined, at: string): string | undefined {
  const distance = distanceOf(time, at);
  if (distance === undefined) return undefined;
  return distance <= 0 ? 'now' : `in about ${roughDuration(distance)}`;
}

/** Returns for example `3m ago`, `in 10s` or `now`; the text itself if it is not a time. */
export function relativeText(time: string, at: string): string {
  const distance = distanceOf(time, at);
  if (distance === undefined) return time;
  if (distance > 0) return `in ${durationText(distance)}`;
  const elapsed = Math.floor(-distance / SECOND) * SECOND;
  if (elapsed === 0) return 'now';
  // Rounded down to the minute, because the seconds of an old event do not matter.
  return `${durationText(elapsed < HOUR ? elapsed : Math.floor(elapsed / MINUTE) * MINUTE)} ago`;
}

function distanceOf(time: string | undefined, at: string): number | undefined {
  const [milliseconds, now] = [parseTimeMilliseconds(time), parseTimeMilliseconds(at)];
  return milliseconds === undefined || now === undefined ? undefined : milliseconds - now;
}

/** Returns for example `2026-11-21 12:00:10 UTC`. */
export function instantText(time: string): string {
  const milliseconds = parseTimeMilliseconds(time);
  if (milliseconds === undefined) return time;
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
