// Strategy weightedSum: the table of cases, bounds that are kept from before, and the arithmetic that users see.
import { expect, test } from 'vitest';
import type { DiscoveryRanking } from '../../../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { compiled, inputOf, scoresOf } from './rankings.ts';

type Terms = readonly (readonly [signal: string, weight: string | number])[];

const sumOf = (terms: Terms, missingSignal: 'zero' | 'drop' = 'zero'): DiscoveryRanking => ({
  strategy: 'weightedSum',
  weightedSum: { normalize: 'minMax', missingSignal, terms: terms.map(([signal, weight]) => ({ signal, weight })) },
});

const usageAndPulls: Terms = [
  ['u', '0.7'],
  ['p', '0.3'],
];
const halves: Terms = [
  ['u', '0.5'],
  ['p', '0.5'],
];

test.each([
  {
    what: 'two signals',
    ranking: sumOf(usageAndPulls),
    signals: { u: { a: 30, b: 12, c: 21 }, p: { a: 6, b: 3, c: 6 } },
    scores: ['a=1', 'c=0.65', 'b=0'],
  },
  {
    what: 'two signals of different sizes',
    ranking: sumOf(usageAndPulls),
    signals: { u: { a: 8210, b: 10000, c: 1000 }, p: { a: 96, b: 40, c: 12 } },
    scores: ['a=0.8607777777777779', 'b=0.8', 'c=0'],
  },
  {
    what: 'a missing value that counts as zero before it is normalized',
    ranking: sumOf(halves),
    signals: { u: { a: 30, b: 10, c: 20 }, p: { a: 6, b: 2 } },
    scores: ['a=1', 'b=0', 'c=0'],
  },
  {
    what: 'a missing value that drops the image',
    ranking: sumOf(halves, 'drop'),
    signals: { u: { a: 30, b: 10, c: 20 }, p: { a: 6, b: 2 } },
    scores: ['a=1', 'b=0'],
  },
  {
    what: 'equal values',
    ranking: sumOf([['u', '0.4']]),
    signals: { u: { a: 7, b: 7 } },
    scores: ['a=0.4', 'b=0.4'],
  },
  {
    what: 'a missing value, which gains nothing from equal values',
    ranking: sumOf([['u', '0.4']]),
    signals: { u: { a: 7, b: 7 } },
    candidates: ['a', 'b', 'c'],
    scores: ['a=0.4', 'b=0.4', 'c=0'],
  },
  { what: 'a single image', ranking: sumOf([['u', '0.4']]), signals: { u: { a: 3 } }, scores: ['a=0.4'] },
  {
    what: 'a signal that no image has',
    ranking: sumOf([
      ['u', '0.5'],
      ['nothing', '0.25'],
    ]),
    signals: { u: { a: 3, b: 1 } },
    scores: ['a=0.5', 'b=0'],
  },
  {
    what: 'a signal that no image has, which drops all images',
    ranking: sumOf(
      [
        ['u', '0.5'],
        ['nothing', '0.25'],
      ],
      'drop',
    ),
    signals: { u: { a: 3, b: 1 } },
    scores: [],
  },
  {
    what: 'a negative weight',
    ranking: sumOf([['u', '-1']]),
    signals: { u: { a: 30, b: 12, c: 21 } },
    scores: ['b=0', 'c=-0.5', 'a=-1'],
  },
  {
    what: 'a term that is listed twice',
    ranking: sumOf([
      ['u', 1],
      ['u', '500m'],
    ]),
    signals: { u: { a: 2, b: 0 } },
    scores: ['a=1.5', 'b=0'],
  },
  {
    what: 'weights that do not add up to 1',
    ranking: sumOf([
      ['u', '1e3'],
      ['p', '1Ki'],
    ]),
    signals: { u: { a: 1, b: 0 }, p: { a: 2, b: 1 } },
    scores: ['a=2024', 'b=0'],
  },
])('a weighted sum of $what', ({ ranking, scores, ...facts }) => {
  expect(scoresOf(ranking, facts, ['nothing'])).toEqual(scores);
});

test('a missing value below all others becomes negative in the arithmetic', () => {
  const signals = { u: { a: 30, b: 10, c: 20 }, p: { a: 6, b: 2 } };
  const explain = compiled(sumOf(halves), ['u', 'p']).explain(inputOf({ signals }));
  expect(explain('c')).toEqual({
    strategy: 'weightedSum',
    score: 0,
    terms: [
      { signal: 'u', value: 20, bounds: { min: 10, max: 30 }, normalized: 0.5, weight: 0.5, product: 0.25 },
      { signal: 'p', value: undefined, bounds: { min: 2, max: 6 }, normalized: -0.5, weight: 0.5, product: -0.25 },
    ],
  });
});

test('the arithmetic of a dropped image is shown without a score', () => {
  const explain = compiled(sumOf(halves, 'drop'), ['u', 'p']).explain(inputOf({ signals: { u: { a: 1 } } }));
  expect(explain('a')).toEqual({
    strategy: 'weightedSum',
    score: undefined,
    terms: [
      { signal: 'u', value: 1, bounds: { min: 1, max: 1 }, normalized: 1, weight: 0.5, product: 0.5 },
      { signal: 'p', value: undefined, bounds: undefined, normalized: 0, weight: 0.5, product: 0 },
    ],
  });
});

test('bounds that are kept from before count instead of those of the candidates', () => {
  const facts = { signals: { u: { a: 30, b: 20 } }, bounds: { u: { min: 10, max: 50 } } };
  expect(scoresOf(sumOf([['u', 1]]), facts)).toEqual(['a=0.5', 'b=0.25']);
});

test('images that the filter left out do not change the bounds', () => {
  const facts = { signals: { u: { a: 30, b: 20, c: 1000 } }, candidates: ['a', 'b'] };
  expect(scoresOf(sumOf([['u', 1]]), facts)).toEqual(['a=1', 'b=0']);
});

test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])(
  'an image whose value is %d leaves, and the scores of the others do not change',
  (value) => {
    const facts = { signals: { u: { a: 30, b: 20, c: value } } };
    expect(scoresOf(sumOf([['u', 1]]), facts)).toEqual(['a=1', 'b=0']);
  },
);

const path = 'spec.ranking.weightedSum';

test.each<{ ranking: DiscoveryRanking; problem: string }>([
  { ranking: { strategy: 'weightedSum' }, problem: `${path}: is required for strategy weightedSum` },
  {
    ranking: { strategy: 'weightedSum', weightedSum: { normalize: 'minMax', missingSignal: 'zero' } },
    problem: `${path}.terms: is required for strategy weightedSum`,
  },
  {
    ranking: sumOf([
      ['u', 1],
      ['x', 1],
    ]),
    problem: `${path}.terms.1.signal: no signal has the name "x"`,
  },
  {
    ranking: sumOf([['u', '1e400']]),
    problem: `${path}.terms.0.weight: must be a quantity within the range of a number, such as 1, "0.7" or "700m"`,
  },
])('a ranking that cannot work is refused: $problem', ({ ranking, problem }) => {
  expect(() => compiled(ranking, ['u'])).toThrow(
    expect.objectContaining({ name: 'InvalidFieldError', message: problem }),
  );
});

test('the ranking needs each signal of its terms once', () => {
  const ranking = sumOf([
    ['u', 1],
    ['p', 1],
    ['u', 2],
  ]);
  expect(compiled(ranking, ['u', 'p', 'unused'])).toMatchObject({ signals: ['u', 'p'], nodes: undefined });
});
