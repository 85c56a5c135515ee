// Strategy modelExposure: the table of scores, to the last digit.
import { expect, test } from 'vitest';
import type { DiscoveryRanking } from '../../../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { compiled, inputOf, scoresOf } from './rankings.ts';

const names = ['pre', 'target', 'pull'];

const ranking: DiscoveryRanking = {
  strategy: 'modelExposure',
  modelExposure: { preWindowUsageSignal: 'pre', targetWindowUsageSignal: 'target', pullTimeSignal: 'pull' },
};

interface Row {
  readonly nodeCount: number;
  readonly pre?: number;
  readonly target?: number;
  readonly pull?: number;
  readonly score: string;
}

const rows: readonly Row[] = [
  { nodeCount: 2, pre: 1, target: 4, pull: 1, score: '2' },
  { nodeCount: 2, pre: 3, target: 4, pull: 1, score: '0.5' },
  { nodeCount: 2, pre: 0.5, target: 4, pull: 1, score: '2.8284271247461903' },
  { nodeCount: 2, target: 4, pull: 1, score: '4' },
  { nodeCount: 1, pre: 0, target: 4, pull: 1, score: '4' },
  { nodeCount: 1, target: 4, pull: 1, score: '4' },
  { nodeCount: 0, target: 4, pull: 1, score: '4' },
  { nodeCount: 1, pre: 0.001, target: 4, pull: 1, score: '0' },
  { nodeCount: 0, pre: 7, target: 4, pull: 1, score: '0' },
  { nodeCount: 99, pre: 1, target: 4, pull: 1, score: '3.95959595959596' },
  { nodeCount: 99, pre: 3, target: 4, pull: 1, score: '3.8800081212079993' },
  { nodeCount: 100, pre: 50, target: 20, pull: 12.5, score: '151.25151678438402' },
  { nodeCount: 100, pre: 5, target: 10, pull: 42, score: '399.4158209579999' },
  { nodeCount: 5, pre: 1, pull: 1, score: '0' },
  { nodeCount: 5, pre: 1, target: 4, score: '0' },
  { nodeCount: 1, pre: -1, pull: 1, score: '0' },
  { nodeCount: 5, score: '0' },
];

const factsOf = ({ nodeCount, score: _, ...values }: Row) => ({
  nodeCount,
  candidates: ['a'],
  signals: Object.fromEntries(Object.entries(values).map(([signal, value]) => [signal, { a: value }])),
});

test.each(rows)('$nodeCount nodes, usage $pre before and $target in the window, pull time $pull: $score', (row) => {
  expect(scoresOf(ranking, factsOf(row), names)).toEqual([`a=${row.score}`]);
});

test('an image with negative usage before the window has no finite score on one node, and leaves', () => {
  const facts = factsOf({ nodeCount: 1, pre: -1, target: 4, pull: 1, score: '' });
  expect(scoresOf(ranking, facts, names)).toEqual([]);
});

test('usage before the window that is infinite or not a number makes no error', () => {
  const [infinite, missing] = [Number.POSITIVE_INFINITY, Number.NaN].map((pre) =>
    scoresOf(ranking, factsOf({ nodeCount: 3, pre, target: 4, pull: 1, score: '' }), names),
  );
  expect([infinite, missing]).toEqual([['a=0'], []]);
});

test('the arithmetic shows the three values, the nodes and the share of nodes without the image', () => {
  const { explain } = compiled(ranking, names);
  const facts = { nodeCount: 2, signals: { pre: { a: 1 }, target: { a: 4 } } };
  expect(explain(inputOf(facts))('a')).toEqual({
    strategy: 'modelExposure',
    preWindowUsage: { signal: 'pre', value: 1 },
    targetWindowUsage: { signal: 'target', value: 4 },
    pullTime: { signal: 'pull', value: undefined },
    nodeCount: 2,
    coldShare: 0.5,
    score: 0,
  });
});

test('the ranking needs its three signals once each, and the nodes of its block', () => {
  const nodes = { count: 3 };
  const block = {
    preWindowUsageSignal: 'pre',
    targetWindowUsageSignal: 'pre',
    pullTimeSignal: 'pull',
    nodes,
  };
  expect(compiled({ ...ranking, modelExposure: block }, names)).toMatchObject({ signals: ['pre', 'pull'], nodes });
  expect(compiled(ranking, names).nodes).toEqual({});
});

const path = 'spec.ranking.modelExposure';

test('a ranking without its block is refused', () => {
  expect(() => compiled({ strategy: 'modelExposure' }, names)).toThrow(
    `${path}: is required for strategy modelExposure`,
  );
});

test.each([
  ['preWindowUsageSignal', ['target', 'pull']],
  ['targetWindowUsageSignal', ['pre', 'pull']],
  ['pullTimeSignal', ['pre', 'target']],
])('an unknown signal in %s is refused', (field, known) => {
  const unknown = names.find((name) => !known.includes(name));
  expect(() => compiled(ranking, known)).toThrow(`${path}.${field}: no signal has the name "${unknown}"`);
});
