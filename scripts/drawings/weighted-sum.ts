// How `weightedSum` turns signals with different units into one score.
import type { DiscoveryRanking } from '../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { compileRanking } from '../../hooks/discovery-policy/rankings/strategies.ts';
import { box, type Drawing, type Point, path, shown, text } from './drawing.ts';

const images = ['a', 'b', 'c'] as const;
type Image = (typeof images)[number];

const signals = [
  { name: 'usage', unit: 'container hours', weight: '0.7', values: { a: 8210, b: 10_000, c: 1000 }, kind: 'used' },
  { name: 'pull-time', unit: 'seconds', weight: '0.3', values: { a: 96, b: 40, c: 12 }, kind: 'part' },
] as const;

type Signal = (typeof signals)[number];

const names = new Set(signals.map(({ name }) => name as string));

/** The scores of a weighted sum of some of the signals. */
function scoresOf(of: readonly Signal[]): ReadonlyMap<string, number> {
  const terms = of.map(({ name, weight }) => ({ signal: name, weight }));
  const ranking: DiscoveryRanking = {
    strategy: 'weightedSum',
    weightedSum: { normalize: 'minMax', missingSignal: 'zero', terms },
  };
  return compileRanking(ranking, names, 'spec.ranking').score({
    candidates: images,
    values: (name, image) => signals.find((signal) => signal.name === name)?.values[image as Image],
    highestRaw: () => 0,
    bounds: () => undefined,
    nodeCount: 1,
  });
}

const scoreOf = (of: readonly Signal[], image: Image) => scoresOf(of).get(image) ?? 0;

const AXIS_LEFT = 150;
const AXIS_WIDTH = 340;

/** The values of a signal on a line from the lowest to the highest. */
function axisOf(signal: Signal, y: number): string[] {
  const ends: Point[] = [
    [AXIS_LEFT, y],
    [AXIS_LEFT + AXIS_WIDTH, y],
  ];
  const marks = images.flatMap((image) => {
    const normalised = scoreOf([signal], image) / Number(signal.weight);
    const x = AXIS_LEFT + normalised * AXIS_WIDTH;
    return [
      box([x - 3, y - 9, 6, 18], signal.kind, 2),
      text([x, y - 16], image, 'name middle'),
      text([x, y + 26], String(signal.values[image]), 'value middle'),
      text([x, y + 43], shown(normalised), 'note middle'),
    ];
  });
  return [
    text([24, y - 4], signal.name, 'name'),
    text([24, y + 13], signal.unit),
    path(ends),
    ...marks,
    text([24, y + 43], 'normalised'),
  ];
}

const SUM_LEFT = 600;
const SUM_WIDTH = 250;

function sumOf(image: Image, order: number): string[] {
  const y = 92 + order * 64;
  let left = SUM_LEFT;
  const bars = signals.map((signal) => {
    const width = scoreOf([signal], image) * SUM_WIDTH;
    left += width;
    return width > 0 ? box([left - width, y - 18, width, 26], signal.kind) : '';
  });
  const products = signals.map((signal) => shown(scoreOf([signal], image))).join(' + ');
  return [
    text([SUM_LEFT - 22, y], image, 'name'),
    ...bars.filter((bar) => bar !== ''),
    text([SUM_LEFT, y + 26], `${products} = ${shown(scoreOf(signals, image))}`, 'value'),
  ];
}

export function weightedSumDrawing(): Drawing {
  return {
    title: 'weightedSum: every signal from 0 to 1, times its weight, added up',
    width: 980,
    height: 296,
    elements: [
      ...axisOf(signals[0], 92),
      ...axisOf(signals[1], 210),
      path(
        [
          [534, 60],
          [534, 270],
        ],
        'mark',
      ),
      ...[...images].sort((left, right) => scoreOf(signals, right) - scoreOf(signals, left)).flatMap(sumOf),
      text([SUM_LEFT, 276], '0.7 x usage + 0.3 x pull-time'),
    ],
  };
}
