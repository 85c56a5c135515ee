// The order, the cut and the ranks of images, and the text of their scores.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nonFiniteScores, rankedImages, scoreText } from '../../../../hooks/discovery-policy/rankings/ranked-images.ts';

test.each([
  [0.3, '0.3'],
  [25, '25'],
  [104857600, '104857600'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e21, '1000000000000000000000'],
  [1e-7, '0.0000001'],
  [0, '0'],
  [-0, '0'],
  [-1.5e-9, '-0.0000000015'],
  [-1.25e25, '-12500000000000000000000000'],
  [1e20, '100000000000000000000'],
  [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`],
  [5e-324, `0.${'0'.repeat(323)}5`],
])('the text of the score %d is %s', (score, text) => {
  expect(scoreText(score)).toBe(text);
});

test('the text of any finite score is decimal and reads back to the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (score) => {
      const text = scoreText(score);
      expect(text).toMatch(/^-?[0-9]+(\.[0-9]+)?$/);
      expect(Number(text)).toBe(score + 0);
    }),
  );
});

const scores = new Map([
  ['b', 2],
  ['B', 2],
  ['a:1', 2],
  ['a', 2],
  ['z', 7.5],
  ['c', -1],
]);

test('images are sorted by score and then by name, and numbered from 1', () => {
  expect(rankedImages(scores, 50)).toEqual([
    { image: 'z', rank: 1, finalScore: '7.5', score: 7.5 },
    { image: 'B', rank: 2, finalScore: '2', score: 2 },
    { image: 'a', rank: 3, finalScore: '2', score: 2 },
    { image: 'a:1', rank: 4, finalScore: '2', score: 2 },
    { image: 'b', rank: 5, finalScore: '2', score: 2 },
    { image: 'c', rank: 6, finalScore: '-1', score: -1 },
  ]);
});

test('the list is cut to the maximum number of images', () => {
  expect(rankedImages(scores, 2).map(({ image }) => image)).toEqual(['z', 'B']);
});

test('images whose score is infinite or not a number leave and are counted', () => {
  const broken = new Map([
    ['a', Number.NaN],
    ['b', 1],
    ['c', Number.POSITIVE_INFINITY],
    ['d', Number.NEGATIVE_INFINITY],
  ]);
  expect(rankedImages(broken, 50).map(({ image, rank }) => [image, rank])).toEqual([['b', 1]]);
  expect(nonFiniteScores(broken)).toBe(3);
});
