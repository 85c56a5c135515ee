// Signal type windowAggregate: the tables of relative and daily windows.
import { expect, test } from 'vitest';
import type { SignalBlock } from '../../../../hooks/discovery-policy/signals/signal-type.ts';
import { compiled, imageA, imageB, seconds, timed } from './signals.ts';

type Block = SignalBlock<'windowAggregate'>;

const windowed = (block: Omit<Block, 'method'>, method: Block['method'] = 'sum') =>
  compiled({ type: 'windowAggregate', windowAggregate: { method, ...block } });

const now = '2026-06-15T12:00:00Z';
const nowMilliseconds = seconds(now) * 1000;

const recent = timed([
  ['2026-06-15T09:00:00Z', 5],
  ['2026-06-15T11:00:00Z', 10],
  ['2026-06-15T11:50:00Z', 15],
]);

test('a relative window of two hours counts the samples of the last two hours', () => {
  expect(windowed({ relativeWindow: '2h' }).evaluate(recent, nowMilliseconds)).toBe(25);
});

test.each([
  { time: '2026-06-15T10:00:00Z', value: 1, what: 'at its start counts' },
  { time: '2026-06-15T09:59:59Z', value: undefined, what: 'before its start does not count' },
  { time: '2026-06-15T12:00:00Z', value: 1, what: 'of now counts' },
  { time: '2026-06-17T00:00:00Z', value: 1, what: 'in the future counts' },
])('a sample of a relative window $what', ({ time, value }) => {
  expect(windowed({ relativeWindow: '2h' }).evaluate(timed([[time, 1]]), nowMilliseconds)).toBe(value);
});

test('a relative window begins at whole seconds before now, and may be shorter than a second', () => {
  const atStart = timed([['2026-06-15T10:00:00Z', 1]]);
  expect(windowed({ relativeWindow: '2h' }).evaluate(atStart, nowMilliseconds + 999)).toBe(1);
  const justNow = { times: [seconds(now) - 0.5], values: [1], sizes: [] };
  expect(windowed({ relativeWindow: '500ms' }).evaluate(justNow, nowMilliseconds + 999)).toBe(1);
  expect(windowed({ relativeWindow: '499ms' }).evaluate(justNow, nowMilliseconds)).toBeUndefined();
});

const aroundMidnight = timed([
  ['2026-06-14T10:00:00Z', 1],
  ['2026-06-15T00:00:00Z', 2],
  ['2026-06-15T08:59:00Z', 4],
  ['2026-06-15T09:00:00Z', 8],
  ['2026-06-15T09:01:00Z', 16],
  ['2026-06-16T03:00:00Z', 32],
]);

test.each([
  { start: '00:00', end: '09:00', sum: 38 },
  { start: '09:00', end: '17:00', sum: 25 },
  { start: '22:00', end: '06:00', sum: 34 },
  { start: '09:01', end: '09:02', sum: 16 },
  { start: '09:02', end: '09:01', sum: 47 },
  { start: '20:00', end: '20:01', sum: undefined },
])('the window from $start to $end of every day has the sum $sum', ({ start, end, sum }) => {
  expect(windowed({ timezone: 'UTC', window: { start, end } }).evaluate(aroundMidnight, nowMilliseconds)).toBe(sum);
});

test('the last second before the end of a window counts', () => {
  const samples = timed([['2026-06-15T08:59:59Z', 1]]);
  const window = { start: '08:00', end: '09:00' };
  expect(windowed({ timezone: 'UTC', window }).evaluate(samples, nowMilliseconds)).toBe(1);
});

test('a window of two equal days counts the samples of both', () => {
  const sums = (start: string, end: string) =>
    [imageA, imageB].map((samples) => windowed({ timezone: 'UTC', window: { start, end } }).evaluate(samples, 0));
  expect(sums('00:00', '09:00')).toEqual([10, 2]);
  expect(sums('09:00', '17:00')).toEqual([12, 6]);
});

test('the method is that of the block', () => {
  const window = { start: '00:00', end: '09:00' };
  const value = (method: Block['method']) =>
    windowed({ timezone: 'UTC', window }, method).evaluate(aroundMidnight, nowMilliseconds);
  expect([value('count'), value('avg'), value('max'), value('min')]).toEqual([3, 38 / 3, 32, 2]);
});

test('the window follows summer time', () => {
  const block = { timezone: 'Europe/Berlin', window: { start: '09:00', end: '10:00' } };
  const samples = timed([
    ['2026-06-15T07:30:00Z', 1],
    ['2026-06-15T08:30:00Z', 2],
    ['2026-01-15T07:30:00Z', 4],
    ['2026-01-15T08:30:00Z', 8],
  ]);
  expect(windowed(block).evaluate(samples, nowMilliseconds)).toBe(9);
});

test('the relative window counts if both windows are set, and the zone is not read', () => {
  const block = { relativeWindow: '2h', timezone: 'Nowhere', window: { start: '00:00', end: '00:00' } };
  expect(windowed(block).evaluate(recent, nowMilliseconds)).toBe(25);
});

const path = 'spec.signals.0.windowAggregate';
const window = { start: '09:00', end: '17:00' };

test.each([
  { block: {}, problem: `${path}: needs relativeWindow or window` },
  { block: { timezone: 'UTC' }, problem: `${path}: needs relativeWindow or window` },
  { block: { window }, problem: `${path}.timezone: is required for a window` },
  {
    block: { window, timezone: 'Mars/Sea' },
    problem: `${path}.timezone: "Mars/Sea" is not a time zone: use a name of the IANA database such as Europe/Berlin`,
  },
  {
    block: { window: { start: '09:00', end: '09:00' }, timezone: 'UTC' },
    problem: `${path}.window: start and end must differ`,
  },
  ...['0s', '0', '-1h', 'soon', '1d', '1000000h0m0.000000001s'.repeat(9)].map((relativeWindow) => ({
    block: { relativeWindow },
    problem: `${path}.relativeWindow: must be a duration above 0 such as 30m or 24h`,
  })),
])('a block that cannot work is refused: $block', ({ block, problem }) => {
  expect(() => windowed(block)).toThrow(expect.objectContaining({ name: 'InvalidFieldError', message: problem }));
});
