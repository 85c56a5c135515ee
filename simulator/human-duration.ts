// An age as kubectl prints it: the older, the coarser.

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_HOURS = 24;
const YEAR_DAYS = 365;

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`;
}

function daysText(hours: number): string {
  const days = Math.floor(hours / DAY_HOURS);
  if (hours < 8 * DAY_HOURS) return withRest(days, 'd', hours % DAY_HOURS, 'h');
  if (days < 2 * YEAR_DAYS) return `${days}d`;
  const years = Math.floor(days / YEAR_DAYS);
  return days < 8 * YEAR_DAYS ? withRest(years, 'y', days % YEAR_DAYS, 'd') : `${years}y`;
}

function hoursText(seconds: number): string {
  const hours = Math.floor(seconds / HOUR_SECONDS);
  if (hours < 8) return withRest(hours, 'h', Math.floor(seconds / MINUTE_SECONDS) % 60, 'm');
  return hours < 2 * DAY_HOURS ? `${hours}h` : daysText(hours);
}

/** Returns text such as 30s, 5m, 2h5m. Ported from k8s.io/apimachinery `pkg/util/duration/duration.go`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  // Upstream tolerates clocks that differ by up to a second.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE_SECONDS) return `${seconds}s`;
  const minutes = Math.floor(seconds / MINUTE_SECONDS);
  if (minutes < 10) return withRest(minutes, 'm', seconds % MINUTE_SECONDS, 's');
  return minutes < 3 * 60 ? `${minutes}m` : hoursText(seconds);
}
