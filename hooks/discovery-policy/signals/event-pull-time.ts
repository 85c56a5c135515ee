// Signal type eventPullTime: statistics of the durations or the sizes of pulls.
import { aggregated } from './methods.ts';
import type { SignalBlock, SignalType } from './signal-type.ts';

type Statistic = SignalBlock<'eventPullTime'>['statistic'];

/** Interpolates between the two closest values. The product comes first, because it is a whole number. */
function percentile(percent: number, values: readonly number[]): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (percent * (sorted.length - 1)) / 100;
  const lower = Math.floor(position);
  const below = sorted[lower];
  const above = sorted[lower + 1];
  if (below === undefined || above === undefined) return below;
  return below + (position - lower) * (above - below);
}

const statistics: Readonly<Record<Statistic, (values: readonly number[]) => number | undefined>> = {
  p50: (values) => percentile(50, values),
  p90: (values) => percentile(90, values),
  p95: (values) => percentile(95, values),
  avg: (values) => aggregated('avg', values),
  max: (values) => aggregated('max', values),
  count: (values) => aggregated('count', values),
};

export const eventPullTime: SignalType<'eventPullTime'> = {
  fits: ['loki'],
  compile:
    ({ metric, statistic }) =>
    ({ values, sizes }) =>
      statistics[statistic](metric === 'imageSize' ? sizes : values),
};
