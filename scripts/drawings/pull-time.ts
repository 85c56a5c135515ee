// What the statistics of `eventPullTime` read from the pulls of one image.

import { type Drawing, type Point, path, shown, text } from './drawing.ts';
import { samplesOf, signalValue } from './signal-value.ts';
import { barChart } from './time-chart.ts';

const seconds = [5, 6, 6, 7, 8, 9, 12, 40, 62.345, 95];
const samples = samplesOf(
  seconds,
  seconds.map((_, index) => index),
);
const TOP_VALUE = 105;
const place = [40, 60, 440, 250] as const;

const statistics = [
  { statistic: 'p50', question: 'How long does half of the pulls take at most?' },
  { statistic: 'p90', question: 'How long do 9 of 10 pulls take at most?' },
  { statistic: 'p95', question: 'How long do 19 of 20 pulls take at most?' },
  { statistic: 'avg', question: 'How long does a pull take on average?' },
  { statistic: 'max', question: 'How long did the slowest pull take?' },
  { statistic: 'count', question: 'How many pulls were there?' },
] as const;

type Statistic = (typeof statistics)[number]['statistic'];

const computed = (statistic: Statistic) =>
  signalValue({ type: 'eventPullTime', eventPullTime: { metric: 'pullTime', statistic } }, samples);

function level(statistic: Statistic): string[] {
  const [left, above, width, height] = place;
  const y = above + height - (computed(statistic) / TOP_VALUE) * (height - 16);
  const ends: Point[] = [
    [left, y],
    [left + width, y],
  ];
  return [path(ends, 'mark'), text([left + width + 6, y + 4], statistic)];
}

export function pullTimeDrawing(): Drawing {
  const rows = statistics.flatMap(({ statistic, question }, index) => {
    const y = 92 + index * 40;
    const unit = statistic === 'count' ? '' : ' s';
    return [
      text([560, y], statistic, 'name'),
      text([690, y], `${shown(computed(statistic))}${unit}`, 'value end'),
      text([710, y], question),
    ];
  });
  return {
    title: 'eventPullTime: what the kubelets report about the pulls of one image',
    width: 980,
    height: 384,
    elements: [
      ...barChart({
        place,
        bars: seconds.map((value) => ({ value, label: '' })),
        top: TOP_VALUE,
        times: seconds.map(String),
      }),
      ...(['p50', 'avg', 'p90', 'p95'] as const).flatMap(level),
      text([40, 346], 'pulls in seconds, the fastest first; percentiles are interpolated'),
      text([40, 364], 'between neighbours; a pull of 1m2.345s counts with 62.345 s'),
      text([560, 64], 'statistic'),
      text([690, 64], 'value', 'note end'),
      text([710, 64], 'question'),
      ...rows,
    ],
  };
}
