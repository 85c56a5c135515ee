// The strategies signal and highest, rankings without a strategy, and what all rankings share.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankedImages } from '../../../../hooks/discovery-policy/rankings/ranked-images.ts';
import type { DiscoveryRanking } from '../../../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { highestRanking } from '../../../../hooks/discovery-policy/rankings/strategies.ts';
import { compiled, type Facts, inputOf, scoresOf } from './rankings.ts';

const bySignal: DiscoveryRanking = { strategy: 'signal', signal: 's' };

test('the score of strategy signal is the value, and 0 for an image without one', () => {
  const facts = { candidates: ['a', 'b', 'c', 'd', 'z'], signals: { s: { b: 2, a: 2, c: -1, z: 5 } } };
  expect(scoresOf(bySignal, facts)).toEqual(['z=5', 'a=2', 'b=2', 'd=0', 'c=-1']);
});

test('the arithmetic of strategy signal is its value', () => {
  const { explain, signals, nodes } = compiled(bySignal, ['s', 'other']);
  expect({ signals, nodes }).toEqual({ signals: ['s'], nodes: undefined });
  const explainImage = explain(inputOf({ signals: { s: { a: 2 } } }));
  expect(explainImage('a')).toEqual({ strategy: 'signal', signal: 's', value: 2, score: 2 });
  expect(explainImage('b')).toEqual({ strategy: 'signal', signal: 's', value: undefined, score: 0 });
});

test.each<{ ranking: DiscoveryRanking; problem: string }>([
  { ranking: { strategy: 'signal' }, problem: 'spec.ranking.signal: is required for strategy signal' },
  { ranking: { strategy: 'signal', signal: 'x"y' }, problem: 'spec.ranking.signal: no signal has the name "x\\"y"' },
])('a ranking that cannot work is refused: $problem', ({ ranking, problem }) => {
  expect(() => compiled(ranking, ['s'])).toThrow(
    expect.objectContaining({ name: 'InvalidFieldError', message: problem }),
  );
});

test('the blocks of other strategies are ignored', () => {
  const block = { preWindowUsageSignal: 'x', targetWindowUsageSignal: 'x', pullTimeSignal: 'x' };
  expect(scoresOf({ ...bySignal, modelExposure: block }, { signals: { s: { a: 1 } } })).toEqual(['a=1']);
});

test('without a ranking the greatest raw value is the score, and 0 without any', () => {
  const facts = { candidates: ['a', 'b', 'c', 'd'], raw: { a: 3, b: 9, d: -1 }, signals: { s: { c: 100 } } };
  expect(scoresOf(undefined, facts)).toEqual(['b=9', 'a=3', 'c=0', 'd=-1']);
  const { explain, signals } = compiled(undefined, ['s']);
  expect(signals).toEqual([]);
  expect(explain(inputOf(facts))('b')).toEqual({ strategy: 'highestRaw', score: 9 });
});

test('the ranking of sources takes the greatest value, and leaves out images without any', () => {
  const { score, explain, signals } = highestRanking(['source-0', 'source-1']);
  const values = { 'source-0': { a: 1, b: -5 }, 'source-1': { a: 4, b: -7 }, other: { c: 9 } };
  const input = inputOf({ signals: values });
  expect(signals).toEqual(['source-0', 'source-1']);
  expect([...score(input)]).toEqual([
    ['a', 4],
    ['b', -5],
  ]);
  expect(explain(input)('a')).toEqual({
    strategy: 'highest',
    score: 4,
    signals: [
      { signal: 'source-0', value: 1 },
      { signal: 'source-1', value: 4 },
    ],
  });
});

test('a negative zero becomes zero', () => {
  const { score } = compiled(bySignal, ['s']);
  expect(score(inputOf({ signals: { s: { a: -0 } } })).get('a')).toBe(0);
});

const rankings: readonly DiscoveryRanking[] = [
  bySignal,
  ...(['zero', 'drop'] as const).map(
    (missingSignal): DiscoveryRanking => ({
      strategy: 'weightedSum',
      weightedSum: {
        normalize: 'minMax',
        missingSignal,
        terms: ['s', 't', 'u'].map((signal, index) => ({ signal, weight: `0.${index + 3}` })),
      },
    }),
  ),
  {
    strategy: 'modelExposure',
    modelExposure: { preWindowUsageSignal: 's', targetWindowUsageSignal: 't', pullTimeSignal: 'u' },
  },
];

const images = ['a', 'b', 'c', 'registry.example.com/a:1', 'Z', '_'];
const numbers = fc.dictionary(fc.constantFrom(...images), fc.double({ min: -1e6, max: 1e6, noNaN: true }));

const facts: fc.Arbitrary<Facts> = fc.record({
  candidates: fc.subarray(images),
  signals: fc.record({ s: numbers, t: numbers, u: numbers }),
  raw: numbers,
  nodeCount: fc.integer({ min: 0, max: 100 }),
});

test.each([undefined, ...rankings])('the order of the candidates does not change the result of %j', (ranking) => {
  const { score } = compiled(ranking, ['s', 't', 'u']);
  fc.assert(
    fc.property(facts, fc.shuffledSubarray(images, { minLength: images.length }), (first, order) => {
      const candidates = order.filter((image) => first.candidates?.includes(image));
      const [left, right] = [first, { ...first, candidates }].map((each) => rankedImages(score(inputOf(each)), 4));
      expect(right).toEqual(left);
    }),
  );
});

test.each([undefined, ...rankings])('every score of %j is that of its explanation', (ranking) => {
  const { score, explain } = compiled(ranking, ['s', 't', 'u']);
  fc.assert(
    fc.property(facts, (each) => {
      const input = inputOf(each);
      const explainImage = explain(input);
      const explained = input.candidates.flatMap((image) => {
        const { score: value } = explainImage(image);
        return value === undefined ? [] : [[image, value + 0]];
      });
      expect([...score(input)]).toEqual(explained);
    }),
  );
});
