// Signal type aggregate: the tables of the methods.
import { expect, test } from 'vitest';
import type { Method } from '../../../../hooks/discovery-policy/signals/methods.ts';
import { compiled, imageA, imageB, valued } from './signals.ts';

const methods: readonly Method[] = ['sum', 'count', 'avg', 'max', 'min'];

const aggregates = (samples: ReturnType<typeof valued>) =>
  methods.map((method) => compiled({ type: 'aggregate', aggregate: { method } }).evaluate(samples, 0));

test.each([
  { values: [10, 20, 30, 5], results: [65, 4, 16.25, 30, 5] },
  { values: [-3, -1], results: [-4, 2, -2, -1, -3] },
  { values: [0, 0, 0], results: [0, 3, 0, 0, 0] },
  { values: [-0], results: [0, 1, 0, 0, 0] },
  { values: [0.1, 0.2], results: [0.30000000000000004, 2, 0.15000000000000002, 0.2, 0.1] },
])('sum, count, avg, max and min of $values are $results', ({ values, results }) => {
  expect(aggregates(valued(values))).toEqual(results);
});

test('an image without samples has no value, whatever the method is', () => {
  expect(aggregates(valued([]))).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('two equal days have the sums, counts, averages and extremes of the worked example', () => {
  expect(aggregates(imageA)).toEqual([30, 8, 3.75, 6, 2]);
  expect(aggregates(imageB)).toEqual([12, 8, 1.5, 3, 0]);
});

test('sizes of pulled images do not count', () => {
  expect(aggregates(valued([7], [1000, 2000]))).toEqual([7, 1, 7, 7, 7]);
  expect(aggregates(valued([], [1000]))[1]).toBeUndefined();
});

test('a hundred thousand values of one image do not exceed the stack', () => {
  const values = Array.from({ length: 100_000 }, (_, index) => index);
  expect(aggregates(valued(values))).toEqual([4_999_950_000, 100_000, 49_999.5, 99_999, 0]);
});
