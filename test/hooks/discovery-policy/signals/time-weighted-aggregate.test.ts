// Signal type timeWeightedAggregate: the tables of weights by the local hour.
import { expect, test } from 'vitest';
import type { Method } from '../../../../hooks/discovery-policy/signals/methods.ts';
import type { SignalBlock } from '../../../../hooks/discovery-policy/signals/signal-type.ts';
import { compiled, imageA, imageB, timed } from './signals.ts';

type Block = SignalBlock<'timeWeightedAggregate'>;

const workingHours: Block = {
  method: 'sum',
  timezone: 'Europe/Berlin',
  defaultWeight: '0',
  windows: [
    { startHour: 7, endHour: 9, weight: '0.3' },
    { startHour: 9, endHour: 17, weight: '1.0' },
    { startHour: 17, endHour: 20, weight: '0.3' },
  ],
};

const weighted = (block: Block) => compiled({ type: 'timeWeightedAggregate', timeWeightedAggregate: block });

const rows = [
  ['2026-06-15T04:59:59Z', 0],
  ['2026-06-15T05:00:00Z', 3],
  ['2026-06-15T06:59:59Z', 3],
  ['2026-06-15T07:00:00Z', 10],
  ['2026-06-15T14:59:59Z', 10],
  ['2026-06-15T15:00:00Z', 3],
  ['2026-06-15T18:00:00Z', 0],
  ['2026-01-15T06:00:00Z', 3],
  ['2026-01-15T05:59:59Z', 0],
] as const;

test.each(rows)('a sample of 10 at %s in Berlin counts as %d', (time, value) => {
  expect(weighted(workingHours).evaluate(timed([[time, 10]]), 0)).toBe(value);
});

test.each([
  ['sum', 32],
  ['count', 9],
  ['avg', 32 / 9],
  ['max', 10],
  ['min', 0],
] as const)('%s over the nine samples is %d', (method, value) => {
  const samples = timed(rows.map(([time]) => [time, 10]));
  expect(weighted({ ...workingHours, method }).evaluate(samples, 0)).toBe(value);
});

const overlapping: Block = {
  method: 'sum',
  timezone: 'UTC',
  defaultWeight: 5,
  windows: [
    { startHour: 8, endHour: 18, weight: 2 },
    { startHour: 10, endHour: 12, weight: 100 },
    { startHour: 22, endHour: 6, weight: 7 },
    { startHour: 23, endHour: 24, weight: 3 },
  ],
};

test.each([
  { hour: '03', weight: 7 },
  { hour: '06', weight: 5 },
  { hour: '08', weight: 2 },
  { hour: '11', weight: 2 },
  { hour: '18', weight: 5 },
  { hour: '22', weight: 7 },
  { hour: '23', weight: 7 },
])('of overlapping and wrapped windows the first one gives hour $hour the weight $weight', ({ hour, weight }) => {
  expect(weighted(overlapping).evaluate(timed([[`2026-06-15T${hour}:30:00Z`, 1]]), 0)).toBe(weight);
});

test('a window that ends at the hour at which it starts is the whole day', () => {
  const block = { ...overlapping, windows: [{ startHour: 9, endHour: 9, weight: 4 }] };
  const samples = timed(['00', '08', '09', '23'].map((hour) => [`2026-06-15T${hour}:00:00Z`, 1] as const));
  expect(weighted(block).evaluate(samples, 0)).toBe(16);
});

test('two equal days have the weighted sums of the worked example', () => {
  const signal = weighted({ ...workingHours, timezone: 'UTC' });
  expect(signal.evaluate(imageA, 0)).toBe(14.4);
  expect(signal.evaluate(imageB, 0)).toBe(7.2);
});

test('a fraction of a second does not change the hour', () => {
  const { times } = timed([['2026-06-15T04:59:59Z', 10]]);
  const samples = { times: times.map((time) => time + 0.999), values: [10], sizes: [] };
  expect(weighted(workingHours).evaluate(samples, 0)).toBe(0);
});

test.each<Method>(['sum', 'count', 'avg', 'max', 'min'])('%s of an image without samples has no value', (method) => {
  expect(weighted({ ...workingHours, method }).evaluate(timed([]), 0)).toBeUndefined();
});

test('a sample with weight 0 is counted, and a negative one does not become a negative zero', () => {
  const samples = timed([['2026-06-15T00:00:00Z', -5]]);
  expect(weighted({ ...workingHours, method: 'count' }).evaluate(samples, 0)).toBe(1);
  expect(weighted({ ...workingHours, method: 'max' }).evaluate(samples, 0)).toBe(0);
});

const path = 'spec.signals.0.timeWeightedAggregate';

test.each([
  {
    block: { ...workingHours, timezone: 'Local' },
    problem: `${path}.timezone: "Local" is not a time zone: use a name of the IANA database such as Europe/Berlin`,
  },
  {
    block: { ...workingHours, defaultWeight: '1e999' },
    problem: `${path}.defaultWeight: must be a quantity within the range of a number, such as 1, "0.7" or "700m"`,
  },
  {
    block: { ...workingHours, windows: [{ startHour: 1, endHour: 2, weight: '1e1.5' }] },
    problem: `${path}.windows.0.weight: must be a quantity within the range of a number, such as 1, "0.7" or "700m"`,
  },
])('a block that cannot work is refused: $problem', ({ block, problem }) => {
  expect(() => weighted(block)).toThrow(expect.objectContaining({ name: 'InvalidFieldError', message: problem }));
});
