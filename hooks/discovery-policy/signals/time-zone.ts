// The local time of day in a time zone. The rules of the zones are those of the ICU data in Node.
import { InvalidFieldError } from '../compiled-field.ts';

const DAY_SECONDS = 86_400;
/** Offsets of time zones change at quarter hours only, so one lookup for each of them is enough. */
const QUARTER_HOUR_SECONDS = 900;
/** The year 2100, in seconds since the epoch. Times before 1970 and from then on have no local time. */
const LATEST_TIME_SECONDS = 4_102_444_800;

export const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1440;

/** Minutes since local midnight, from 0 to 1439. NaN for a time without a local time, which is in no window. */
export type LocalTime = (unixSeconds: number) => number;

/** The names of three letters in the IANA database. ICU knows others, and some are ambiguous, such as IST. */
const shortNames: ReadonlySet<string> = new Set([
  'CET',
  'EET',
  'EST',
  'GMT',
  'HST',
  'MET',
  'MST',
  'PRC',
  'ROC',
  'ROK',
  'UCT',
  'UTC',
  'WET',
]);

/** Newer versions of Node also accept offsets such as +01:00, which are no names. */
const zoneNamePattern = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

function clockOf(timezone: string): Intl.DateTimeFormat | undefined {
  if (!zoneNamePattern.test(timezone)) return undefined;
  if (timezone.length === 3 && !shortNames.has(timezone.toUpperCase())) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
    });
  } catch {
    return undefined;
  }
}

/** Parses HH:MM. */
export function minuteOfDay(text: string): number {
  const [hours, minutes] = text.split(':');
  return Number(hours) * MINUTES_PER_HOUR + Number(minutes);
}

/** Returns a function that looks up the local time at the start of a unit of time, once for each start. */
function startMinutes(clock: Intl.DateTimeFormat, unitSeconds: number): (unit: number) => number {
  const known = new Map<number, number>();
  return (unit) => {
    const found = known.get(unit);
    if (found !== undefined) return found;
    const minute = minuteOfDay(clock.format(unit * unitSeconds * 1000));
    known.set(unit, minute);
    return minute;
  };
}

/**
 * A day that begins and ends at the same local time has one offset, so most days need one lookup. The bounds of the
 * times bound the lookups: one for each day, and 96 for each day that changes the offset.
 */
function localTimeOf(clock: Intl.DateTimeFormat): LocalTime {
  const dayStart = startMinutes(clock, DAY_SECONDS);
  const quarterHourStart = startMinutes(clock, QUARTER_HOUR_SECONDS);
  return (unixSeconds) => {
    const seconds = Math.trunc(unixSeconds);
    if (!(seconds >= 0 && seconds < LATEST_TIME_SECONDS)) return Number.NaN;
    const day = Math.floor(seconds / DAY_SECONDS);
    const start = dayStart(day);
    if (start === dayStart(day + 1)) return (start + Math.floor((seconds % DAY_SECONDS) / 60)) % MINUTES_PER_DAY;
    const minutes = Math.floor((seconds % QUARTER_HOUR_SECONDS) / 60);
    return (quarterHourStart(Math.floor(seconds / QUARTER_HOUR_SECONDS)) + minutes) % MINUTES_PER_DAY;
  };
}

/** Throws an InvalidFieldError for text that is not the name of a time zone. A fraction of a second is dropped. */
export function compileLocalTime(timezone: string, path: string): LocalTime {
  const clock = clockOf(timezone);
  if (clock !== undefined) return localTimeOf(clock);
  const advice = 'use a name of the IANA database such as Europe/Berlin';
  throw new InvalidFieldError(`${path}: ${JSON.stringify(timezone)} is not a time zone: ${advice}`);
}

/** The end of a window is excluded. A window that ends at or before its start wraps over midnight. */
export function isWithinWindow(minute: number, start: number, end: number): boolean {
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}
