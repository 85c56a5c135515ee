// Signal type timeWeightedAggregate: each sample is weighted by its hour of the day.
import { compileWeight } from '../weight.ts';
import { aggregated } from './methods.ts';
import type { SignalBlock, SignalType } from './signal-type.ts';
import { compileLocalTime, isWithinWindow, MINUTES_PER_HOUR } from './time-zone.ts';

type WeightWindow = SignalBlock<'timeWeightedAggregate'>['windows'][number];

function compileWindow({ startHour, endHour, weight }: WeightWindow, path: string) {
  const [start, end] = [startHour * MINUTES_PER_HOUR, endHour * MINUTES_PER_HOUR];
  return {
    contains: (minute: number) => isWithinWindow(minute, start, end),
    weight: compileWeight(weight, `${path}.weight`),
  };
}

export const timeWeightedAggregate: SignalType<'timeWeightedAggregate'> = {
  fits: ['prometheus', 'loki'],
  compile({ method, timezone, defaultWeight, windows }, path) {
    const localTime = compileLocalTime(timezone, `${path}.timezone`);
    const otherWeight = compileWeight(defaultWeight, `${path}.defaultWeight`);
    const compiled = windows.map((window, index) => compileWindow(window, `${path}.windows.${index}`));
    const weightAt = (unixSeconds: number) => {
      const minute = localTime(unixSeconds);
      return (compiled.find(({ contains }) => contains(minute)) ?? { weight: otherWeight }).weight;
    };
    return ({ times, values }) => {
      const weighted = values.map((value, index) => value * weightAt(times[index] ?? Number.NaN));
      return aggregated(method, weighted);
    };
  },
};
