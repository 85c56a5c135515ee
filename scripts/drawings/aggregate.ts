// How `aggregate` reduces the samples of one image.

import { type Drawing, type Point, path, shown, text } from './drawing.ts';
import { samplesOf, signalValue } from './signal-value.ts';
import { barChart } from './time-chart.ts';

const values = [10, 20, 30, 5];
const samples = samplesOf(values, [0, 1, 2, 3]);
const TOP_VALUE = 34;
const place = [40, 60, 380, 220] as const;

const methods = [
  { method: 'sum', question: 'How much in all?' },
  { method: 'count', question: 'How many samples: for how long was it there?' },
  { method: 'avg', question: 'How much while it was there?' },
  { method: 'max', question: 'How much at its peak?' },
  { method: 'min', question: 'How much is always there?' },
] as const;

type Method = (typeof methods)[number]['method'];

const computed = (method: Method) => signalValue({ type: 'aggregate', aggregate: { method } }, samples);

/** A line across the chart at the value of a method. */
function level(method: Method): string[] {
  const [left, above, width, height] = place;
  const y = above + height - (computed(method) / TOP_VALUE) * (height - 16);
  const ends: Point[] = [
    [left, y],
    [left + width, y],
  ];
  return [path(ends, 'mark'), text([left + width + 6, y + 4], method)];
}

export function aggregateDrawing(): Drawing {
  const rows = methods.flatMap(({ method, question }, index) => {
    const y = 92 + index * 40;
    return [
      text([500, y], method, 'name'),
      text([620, y], shown(computed(method)), 'value end'),
      text([640, y], question),
    ];
  });
  return {
    title: 'aggregate: every sample counts, whenever it was taken',
    width: 980,
    height: 330,
    elements: [
      ...barChart({ place, bars: values.map((value) => ({ value })), top: TOP_VALUE, times: ['', '', '', ''] }),
      ...(['max', 'avg', 'min'] as const).flatMap(level),
      text([40, 306], 'samples of one image over the lookback of its query'),
      text([500, 64], 'method'),
      text([620, 64], 'value', 'note end'),
      text([640, 64], 'question'),
      ...rows,
    ],
  };
}
