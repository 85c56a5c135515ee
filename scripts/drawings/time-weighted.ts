// How `timeWeightedAggregate` weights the samples of one image by their time of day.

import { box, type Drawing, type Point, path, shown, text } from './drawing.ts';
import { HOUR_SECONDS, MIDNIGHT_SECONDS, samplesOf, signalValue } from './signal-value.ts';
import { barChart } from './time-chart.ts';

const windows = [
  { startHour: 7, endHour: 9, weight: '0.3' },
  { startHour: 9, endHour: 17, weight: '1' },
  { startHour: 17, endHour: 20, weight: '0.3' },
];
/** The number of containers at each hour of a day: a nightly job, and the work of people. */
const usage = [8, 8, 8, 8, 2, 0, 1, 3, 5, 8, 9, 10, 7, 8, 10, 9, 8, 6, 4, 2, 1, 1, 8, 8];
const TOP_VALUE = 11;
const LEFT = 180;
const HOUR_WIDTH = 32;
const WIDTH = 24 * HOUR_WIDTH;
const hours = usage.map((_, hour) => hour);
const timeOf = (hour: number) => MIDNIGHT_SECONDS + hour * HOUR_SECONDS;

type Method = 'sum' | 'avg' | 'max';

function weighted(method: Method, only = hours): number {
  const samples = samplesOf(
    only.map((hour) => usage[hour] ?? 0),
    only.map(timeOf),
  );
  const timeWeightedAggregate = { method, timezone: 'Europe/Berlin', defaultWeight: '0', windows };
  return signalValue({ type: 'timeWeightedAggregate', timeWeightedAggregate }, samples);
}

const unweighted = (method: Method) =>
  signalValue({ type: 'aggregate', aggregate: { method } }, samplesOf(usage, hours.map(timeOf)));

const weightAt = (hour: number) =>
  Number(windows.find(({ startHour, endHour }) => hour >= startHour && hour < endHour)?.weight ?? 0);

/** The weight as a line of steps. */
function weightSteps(bottom: number, height: number): string {
  const points = hours.flatMap((hour): Point[] => {
    const y = bottom - weightAt(hour) * height;
    return [
      [LEFT + hour * HOUR_WIDTH, y],
      [LEFT + (hour + 1) * HOUR_WIDTH, y],
    ];
  });
  return path(points, 'curve');
}

const clock = (hour: number) => (hour % 3 === 0 ? `${String(hour).padStart(2, '0')}:00` : '');

function windowBands(top: number, height: number): string[] {
  return windows.map(({ startHour, endHour, weight }) => {
    const place = [LEFT + startHour * HOUR_WIDTH, top, (endHour - startHour) * HOUR_WIDTH, height] as const;
    return box(place, weight === '1' ? 'band' : 'second');
  });
}

function results(): string[] {
  return (['sum', 'avg', 'max'] as const).flatMap((method, index) => {
    const x = LEFT + index * 230;
    const values = `${shown(weighted(method))} instead of ${shown(unweighted(method))}`;
    return [text([x, 470], method, 'name'), text([x + 40, 470], values, 'value')];
  });
}

export function timeWeightedDrawing(): Drawing {
  const bars = usage.map((value) => ({ value, label: '', kind: 'unused' as const }));
  const products = hours.map((hour) => {
    const kind = weightAt(hour) === 1 ? ('used' as const) : ('part' as const);
    return { value: weighted('sum', [hour]), label: '', kind };
  });
  return {
    title: 'timeWeightedAggregate: each sample counts as much as its hour',
    width: 980,
    height: 496,
    elements: [
      ...windowBands(60, 340),
      text([24, 120], 'sample', 'name'),
      text([24, 138], 'containers'),
      ...barChart({ place: [LEFT, 60, WIDTH, 110], bars, top: TOP_VALUE }),
      text([24, 220], 'weight', 'name'),
      text([24, 238], 'of the first window'),
      text([24, 254], 'with the local hour,'),
      text([24, 270], 'otherwise 0'),
      weightSteps(264, 60),
      path([
        [LEFT, 264],
        [LEFT + WIDTH, 264],
      ]),
      ...['1', '0.3'].map((weight) => text([LEFT - 8, 268 - Number(weight) * 60], weight, 'note end')),
      text([24, 340], 'sample x weight', 'name'),
      ...barChart({ place: [LEFT, 290, WIDTH, 110], bars: products, top: TOP_VALUE, times: hours.map(clock) }),
      text([24, 416], 'Europe/Berlin'),
      text([24, 470], 'value', 'name'),
      ...results(),
    ],
  };
}
