// Fields of a query that the API server accepts as any text, and that are checked when the policy is compiled.
import { parseDurationMilliseconds } from '../../text/parsed.ts';
import { InvalidFieldError } from '../compiled-field.ts';

const YEAR_MILLISECONDS = 8_760 * 3_600_000;

/** Returns milliseconds, `fallback` for a duration that is unset or zero. Throws an InvalidFieldError. */
export function durationField(path: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const milliseconds = parseDurationMilliseconds(text);
  if (milliseconds === undefined || milliseconds < 0) {
    throw new InvalidFieldError(`${path}: must be a duration such as 30s, 5m or 1h30m`);
  }
  if (milliseconds > YEAR_MILLISECONDS) {
    throw new InvalidFieldError(`${path}: must be a duration of at most a year (8760h)`);
  }
  return milliseconds === 0 ? fallback : milliseconds;
}

/** Returns the URL. Throws an InvalidFieldError, which does not contain the URL. */
export function urlField(path: string, url: string): string {
  if (!/^https?:\/\/[^\s/?#]+/i.test(url) || !URL.canParse(url)) {
    throw new InvalidFieldError(`${path}: must be an http or https URL`);
  }
  if (/^https?:\/\/[^/]*@/i.test(url)) {
    throw new InvalidFieldError(`${path}: must not hold credentials: use secretRef`);
  }
  return url;
}
