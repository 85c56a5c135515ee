// Which samples `windowAggregate` uses.

import { box, type Drawing, type Point, path, shown, text } from './drawing.ts';
import { HOUR_SECONDS, MIDNIGHT_SECONDS, samplesOf, signalValue } from './signal-value.ts';
import { type Bar, barChart } from './time-chart.ts';

const STEP_HOURS = 3;
const DAYS = 2;
const COUNT = (DAYS * 24) / STEP_HOURS;
const usage = [1, 1, 2, 6, 9, 8, 4, 2, 1, 1, 3, 7, 10, 9, 5, 2];
const times = usage.map((_, index) => MIDNIGHT_SECONDS + index * STEP_HOURS * HOUR_SECONDS);
const now = (times.at(-1) ?? 0) + HOUR_SECONDS;
const TOP_VALUE = 12;
const LEFT = 40;
const WIDTH = 640;
const STEP_WIDTH = WIDTH / COUNT;

interface Row {
  readonly title: string;
  readonly fields: readonly string[];
  readonly block: { readonly relativeWindow?: string; readonly timezone?: string; readonly window?: Window };
}

interface Window {
  readonly start: string;
  readonly end: string;
}

const computed = ({ block }: Row, indexes: readonly number[]) =>
  signalValue(
    { type: 'windowAggregate', windowAggregate: { method: 'sum', ...block } },
    samplesOf(
      indexes.map((index) => usage[index] ?? 0),
      indexes.map((index) => times[index] ?? 0),
    ),
    now,
  );

const isUsed = (row: Row, index: number) => computed(row, [index]) > 0;

const rows: readonly Row[] = [
  {
    title: 'relativeWindow: 12h',
    fields: ['the time span before the query'],
    block: { relativeWindow: '12h' },
  },
  {
    title: 'window: 09:00 to 17:00',
    fields: ['these hours of every day,', 'start included, end excluded'],
    block: { timezone: 'Europe/Berlin', window: { start: '09:00', end: '17:00' } },
  },
  {
    title: 'window: 22:00 to 06:00',
    fields: ['a window with an end before', 'its start spans midnight'],
    block: { timezone: 'Europe/Berlin', window: { start: '22:00', end: '06:00' } },
  },
];

const x = (index: number) => LEFT + index * STEP_WIDTH;

function rowElements(row: Row, order: number): string[] {
  const top = 56 + order * 130;
  const all = usage.map((_, index) => index);
  const bars = usage.map(
    (value, index): Bar => ({ value, kind: isUsed(row, index) ? 'used' : 'unused', label: String(value) }),
  );
  return [
    ...all.filter((index) => isUsed(row, index)).map((index) => box([x(index), top, STEP_WIDTH, 100], 'band')),
    ...barChart({ place: [LEFT, top, WIDTH, 100], bars, top: TOP_VALUE }),
    text([720, top + 24], row.title, 'name'),
    ...row.fields.map((field, index) => text([720, top + 44 + index * 16], field)),
    text([720, top + 92], `sum ${shown(computed(row, all))}`, 'value'),
  ];
}

const clock = (index: number) => `${String((index * STEP_HOURS) % 24).padStart(2, '0')}:00`;

export function windowDrawing(): Drawing {
  const midnight: Point[] = [
    [x(COUNT / DAYS), 50],
    [x(COUNT / DAYS), 436],
  ];
  return {
    title: 'windowAggregate: only the samples within the window count',
    width: 980,
    height: 456,
    elements: [
      ...rows.flatMap(rowElements),
      path(midnight, 'mark'),
      ...usage.map((_, index) => text([x(index + 0.5), 432], clock(index), 'note middle')),
    ],
  };
}
