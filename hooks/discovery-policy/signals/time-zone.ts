// The local time of day in a time zone. The rules of the zones are those of the ICU data in Node.
import { InvalidFieldError } from '../compiled-field.ts';

/** Offsets of time zones change at quarter hours only, so one lookup for each of them is enough. */
const QUARTER_HOUR_SECONDS = 900;
/** Maximum number of quarter hours that a signal remembers: more than a year. Beyond it, all are dropped. */
const QUARTER_HOURS_LIMIT = 50_000;
/** Largest time that a Date can represent, in seconds since the epoch. */
const LARGEST_DATE_SECONDS = 8.64e12;

export const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1440;

/** Minutes since local midnight, from 0 to 1439. NaN for a time that no Date can represent. */
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

/** Throws an InvalidFieldError for text that is not the name of a time zone. A fraction of a second is dropped. */
export function compileLocalTime(timezone: string, path: string): LocalTime {
  const clock = clockOf(timezone);
  if (clock === undefined) {
    const advice = 'use a name of the IANA database such as Europe/Berlin';
    throw new InvalidFieldError(`${path}: ${JSON.stringify(timezone)} is not a time zone: ${advice}`);
  }
  const startMinutes = new Map<number, number>();
  const startMinuteOf = (quarterHour: number) => {
    const known = startMinutes.get(quarterHour);
    if (known !== undefined) return known;
    const minute = minuteOfDay(clock.format(quarterHour * QUARTER_HOUR_SECONDS * 1000));
    if (startMinutes.size >= QUARTER_HOURS_LIMIT) startMinutes.clear();
    startMinutes.set(quarterHour, minute);
    return minute;
  };
  return (unixSeconds) => {
    const seconds = Math.trunc(unixSeconds);
    const quarterHour = Math.floor(seconds / QUARTER_HOUR_SECONDS);
    if (!(Math.abs(quarterHour * QUARTER_HOUR_SECONDS) <= LARGEST_DATE_SECONDS)) return Number.NaN;
    const minutes = Math.floor((seconds - quarterHour * QUARTER_HOUR_SECONDS) / 60);
    return (startMinuteOf(quarterHour) + minutes) % MINUTES_PER_DAY;
  };
}

/** The end of a window is excluded. A window that ends at or before its start wraps over midnight. */
export function isWithinWindow(minute: number, start: number, end: number): boolean {
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}
