// Signal type eventPullTime: the table of statistics.
import { expect, test } from 'vitest';
import type { SignalBlock } from '../../../../hooks/discovery-policy/signals/signal-type.ts';
import { compiled, valued } from './signals.ts';

type Block = SignalBlock<'eventPullTime'>;

const statistics: readonly Block['statistic'][] = ['p50', 'p90', 'p95', 'avg', 'max', 'count'];

const statisticsOf = (metric: Block['metric'], samples: ReturnType<typeof valued>) =>
  statistics.map((statistic) =>
    compiled({ type: 'eventPullTime', eventPullTime: { metric, statistic } }).evaluate(samples, 0),
  );

test.each([
  { samples: [5], results: [5, 5, 5, 5, 5, 1] },
  { samples: [1, 3], results: [2, 2.8, 2.9, 2, 3, 2] },
  { samples: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], results: [5.5, 9.1, 9.55, 5.5, 10, 10] },
  { samples: [14, 15, 16, 17, 17, 18, 19, 20], results: [17, 19.3, 19.65, 17, 20, 8] },
  { samples: [20, 21, 22, 24, 26, 30], results: [23, 28, 29, 143 / 6, 30, 6] },
])('p50, p90, p95, avg, max and count of $samples are $results', ({ samples, results }) => {
  expect(statisticsOf('pullTime', valued(samples))).toEqual(results);
  expect(statisticsOf('pullTime', valued([...samples].reverse()))).toEqual(results);
  expect(statisticsOf('imageSize', valued([], samples))).toEqual(results);
});

test('numbers are sorted as numbers, not as text', () => {
  expect(statisticsOf('pullTime', valued([100, 9, 20]))[0]).toBe(20);
});

test('an image without samples of the metric has no value', () => {
  const none = statistics.map(() => undefined);
  expect(statisticsOf('pullTime', valued([], [20_461_242]))).toEqual(none);
  expect(statisticsOf('imageSize', valued([2.345]))).toEqual(none);
});
