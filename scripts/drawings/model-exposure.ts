// How `modelExposure` estimates the time that cold pulls cost.
import type { DiscoveryRanking } from '../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { compileRanking } from '../../hooks/discovery-policy/rankings/strategies.ts';
import { type Drawing, type Point, path, shown, text } from './drawing.ts';

const names = ['before', 'in-window', 'pull-time'] as const;
const ranking: DiscoveryRanking = {
  strategy: 'modelExposure',
  modelExposure: {
    preWindowUsageSignal: names[0],
    targetWindowUsageSignal: names[1],
    pullTimeSignal: names[2],
  },
};

interface Usage {
  readonly before: number;
  readonly inWindow: number;
  readonly pullSeconds: number;
  readonly nodes: number;
}

function exposure({ before, inWindow, pullSeconds, nodes }: Usage): number {
  const values = new Map<string, number>([
    [names[0], before],
    [names[1], inWindow],
    [names[2], pullSeconds],
  ]);
  const scores = compileRanking(ranking, new Set(names), 'spec.ranking').score({
    candidates: ['image'],
    values: (name) => values.get(name),
    highestRaw: () => 0,
    bounds: () => undefined,
    nodeCount: nodes,
  });
  return scores.get('image') ?? 0;
}

const LEFT = 70;
const WIDTH = 420;
const TOP = 82;
const HEIGHT = 210;
const MOST_STARTS = 100;
/** The label stands above the curve after this number of starts. */
const clusters = [
  { nodes: 5, labelAt: 12 },
  { nodes: 20, labelAt: 24 },
  { nodes: 100, labelAt: 55 },
];

const coldShare = (before: number, nodes: number) => exposure({ before, inWindow: 1, pullSeconds: 1, nodes });

const pointAt = (before: number, nodes: number): Point => [
  LEFT + (before / MOST_STARTS) * WIDTH,
  TOP + (1 - coldShare(before, nodes)) * HEIGHT,
];

function curve({ nodes, labelAt }: (typeof clusters)[number]): string[] {
  const points = Array.from({ length: MOST_STARTS + 1 }, (_, before) => pointAt(before, nodes));
  const [x, y] = pointAt(labelAt, nodes);
  return [path(points, 'curve'), text([x + 10, y - 6], `${nodes} nodes`)];
}

const examples: readonly Usage[] = [
  { before: 50, inWindow: 20, pullSeconds: 12.5, nodes: 100 },
  { before: 5, inWindow: 10, pullSeconds: 42, nodes: 100 },
];

function exampleText(usage: Usage, index: number): string[] {
  const y = 196 + index * 48;
  const { before, inWindow, pullSeconds, nodes } = usage;
  return [
    text([610, y], `${before} starts before, ${inWindow} in the window, a pull of ${pullSeconds} s:`),
    text(
      [610, y + 20],
      `${inWindow} x (1 - 1/${nodes})^${before} x ${pullSeconds} = ${shown(exposure(usage))}`,
      'value',
    ),
  ];
}

export function modelExposureDrawing(): Drawing {
  const frame: Point[] = [
    [LEFT, TOP],
    [LEFT, TOP + HEIGHT],
    [LEFT + WIDTH, TOP + HEIGHT],
  ];
  return {
    title: 'modelExposure: the seconds of cold pulls that pulling ahead would save',
    width: 980,
    height: 348,
    elements: [
      path(frame),
      ...clusters.flatMap(curve),
      ...[0, 0.5, 1].map((share) => text([LEFT - 8, TOP + (1 - share) * HEIGHT + 4], `${share * 100}%`, 'note end')),
      ...[0, 50, 100].map((starts) =>
        text([LEFT + (starts / MOST_STARTS) * WIDTH, TOP + HEIGHT + 18], String(starts), 'note middle'),
      ),
      text([LEFT - 30, TOP - 20], 'chance that a node still lacks the image'),
      text([LEFT + WIDTH / 2, TOP + HEIGHT + 40], 'starts before the window', 'note middle'),
      text([610, 84], 'score =', 'name'),
      text([610, 106], 'starts in the window', 'value'),
      text([610, 126], 'x (1 - 1/nodes) ^ starts before the window', 'value'),
      text([610, 146], 'x seconds of a pull', 'value'),
      ...examples.flatMap(exampleText),
    ],
  };
}
