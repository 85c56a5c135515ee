// Signal type windowAggregate: only samples of the last hours, or of some hours of every day, count.
import { parseDurationMilliseconds } from '../../text/parsed.ts';
import { InvalidFieldError } from '../compiled-field.ts';
import { aggregated } from './methods.ts';
import type { SignalBlock, SignalType } from './signal-type.ts';
import { compileLocalTime, isWithinWindow, minuteOfDay } from './time-zone.ts';

type Block = SignalBlock<'windowAggregate'>;
/** Whether a sample of the time counts. */
type Counts = (unixSeconds: number, nowMilliseconds: number) => boolean;

/** Samples after `now` count too. */
function compileRelativeWindow(text: string, path: string): Counts {
  const milliseconds = parseDurationMilliseconds(text) ?? 0;
  if (milliseconds <= 0) {
    throw new InvalidFieldError(`${path}.relativeWindow: must be a duration above 0 such as 30m or 24h`);
  }
  return (unixSeconds, nowMilliseconds) => unixSeconds >= Math.floor(nowMilliseconds / 1000) - milliseconds / 1000;
}

function compileDailyWindow(window: NonNullable<Block['window']>, timezone: string | undefined, path: string): Counts {
  if (timezone === undefined) throw new InvalidFieldError(`${path}.timezone: is required for a window`);
  const localTime = compileLocalTime(timezone, `${path}.timezone`);
  const [start, end] = [minuteOfDay(window.start), minuteOfDay(window.end)];
  if (start === end) throw new InvalidFieldError(`${path}.window: start and end must differ`);
  return (unixSeconds) => isWithinWindow(localTime(unixSeconds), start, end);
}

function compileWindow({ relativeWindow, window, timezone }: Block, path: string): Counts {
  if (relativeWindow !== undefined) return compileRelativeWindow(relativeWindow, path);
  if (window !== undefined) return compileDailyWindow(window, timezone, path);
  throw new InvalidFieldError(`${path}: needs relativeWindow or window`);
}

/** If both windows are set, the relative one counts, as in the original Drop. */
export const windowAggregate: SignalType<'windowAggregate'> = {
  fits: ['prometheus', 'loki'],
  compile(block, path) {
    const counts = compileWindow(block, path);
    return ({ times, values }, nowMilliseconds) => {
      const counted = values.filter((_, index) => counts(times[index] ?? Number.NaN, nowMilliseconds));
      return aggregated(block.method, counted);
    };
  },
};
