// Instants for people: absolute in UTC, and relative to the time of the snapshot.
import { formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { durationText } from './duration-text.ts';

const SECOND_MILLISECONDS = 1_000;

/** Formats for example `3s ago`, `now` or `in 2m30s`. Both milliseconds since the epoch. */
function relativeText(milliseconds: number, nowMilliseconds: number): string {
  const distance = milliseconds - nowMilliseconds;
  if (distance > 0) return `in ${durationText(distance)}`;
  const elapsed = Math.floor(-distance / SECOND_MILLISECONDS) * SECOND_MILLISECONDS;
  return elapsed === 0 ? 'now' : `${durationText(elapsed)} ago`;
}

/** Formats for example `2026-11-21T12:00:10Z (in 10s)`; an instant that is not over is rounded up to the second. */
export function instantText(milliseconds: number, nowMilliseconds: number): string {
  const isFuture = milliseconds > nowMilliseconds;
  const shown = isFuture ? Math.ceil(milliseconds / SECOND_MILLISECONDS) * SECOND_MILLISECONDS : milliseconds;
  return `${formatTimeSeconds(shown)} (${relativeText(milliseconds, nowMilliseconds)})`;
}

/** Like instantText, for a time of an object; the text itself if it is not a time. */
export function timeText(time: string, nowMilliseconds: number): string {
  const milliseconds = parseTimeMilliseconds(time);
  return milliseconds === undefined ? time : instantText(milliseconds, nowMilliseconds);
}
