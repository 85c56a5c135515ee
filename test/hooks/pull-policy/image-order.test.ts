// An image that only fails stands back: it takes no turn from those that can arrive, and is not forgotten itself.
import { expect, test } from 'vitest';
import { HOUR, isoTime, NOON, nodesNamed, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { cachedOn, decide, failing, one } from './policy-tables.ts';

const MINUTE = 60 * SECOND;
const recently = NOON - 20 * MINUTE;
const longAgo = NOON - HOUR;

/** An image of the best priority that failed so often, on a node that is gone, so that no backoff of a pair hides the order. */
const failed = (name: string, times: number, at: number, priority = -5) => ({
  name,
  spec: { priority },
  status: { consecutiveFailures: times, failing: [failing('gone', times, at)] },
});
const dueForRepull = { name: 'due', status: cachedOn('a') };
const refusedPair = (image: string, count: number) => ({ image, node: 'gone', slot: 9, at: isoTime(recently), count });

const table: readonly { readonly what: string; readonly input: PolicyWorld; readonly started: readonly string[] }[] = [
  {
    what: 'two failures in a row reserve no place from it',
    input: { nodes: one, images: [failed('x', 2, recently), { name: 'y' }] },
    started: ['x on a slot 0'],
  },
  {
    what: 'three failures in a row put it behind an image of a worse priority',
    input: { nodes: one, images: [failed('x', 3, recently), { name: 'y', spec: { priority: 9 } }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'of two that only fail, the one tried longest ago, whatever the priority',
    input: { nodes: one, images: [failed('x', 3, recently), failed('y', 9, recently - 1, 9)] },
    started: ['y on a slot 0'],
  },
  {
    what: 'tried at the same moment, priority decides',
    input: { nodes: one, images: [failed('x', 3, recently, 1), failed('y', 9, recently, 0)] },
    started: ['y on a slot 0'],
  },
  {
    what: 'the latest of its failures is when it was tried',
    input: {
      nodes: one,
      images: [
        {
          name: 'x',
          status: { consecutiveFailures: 4, failing: [failing('gone', 1, longAgo), failing('lost', 3, recently)] },
        },
        failed('y', 3, recently - 1),
      ],
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'of which nobody knows when it was tried comes first',
    input: { nodes: one, images: [failed('x', 3, longAgo), { name: 'y', status: { consecutiveFailures: 3 } }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'starts that were refused count as failures',
    input: {
      nodes: one,
      images: [{ name: 'x', spec: { priority: -5 } }, { name: 'y' }],
      status: { rejected: [refusedPair('x', 3)] },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'those of all its nodes together',
    input: {
      nodes: one,
      images: [{ name: 'x', spec: { priority: -5 } }, { name: 'y' }],
      status: { rejected: [refusedPair('x', 2), { ...refusedPair('x', 1), node: 'lost' }] },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'those of another image do not',
    input: {
      nodes: one,
      images: [{ name: 'x', spec: { priority: -5 } }, { name: 'y' }],
      status: { rejected: [refusedPair('z', 3)] },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a refusal is a try like a failure',
    input: {
      nodes: one,
      images: [failed('x', 3, longAgo), failed('y', 3, recently - 1)],
      status: { rejected: [refusedPair('x', 1)] },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'also behind a re-pull of the others',
    input: { nodes: one, images: [failed('x', 3, recently), dueForRepull], spec: { repullInterval: '30m' } },
    started: ['due on a slot 0'],
  },
  {
    what: 'before the re-pulls once it is overdue: ten longest backoffs after its last try',
    input: { nodes: one, images: [failed('x', 3, NOON - 50 * MINUTE), dueForRepull], spec: { repullInterval: '30m' } },
    started: ['x on a slot 0'],
  },
  {
    what: 'not a second before',
    input: {
      nodes: one,
      images: [failed('x', 3, NOON - 50 * MINUTE + SECOND), dueForRepull],
      spec: { repullInterval: '30m' },
    },
    started: ['due on a slot 0'],
  },
  {
    what: 'longer backoffs, later overdue',
    input: {
      nodes: one,
      images: [failed('x', 3, NOON - 50 * MINUTE), dueForRepull],
      spec: { repullInterval: '30m', failureBackoff: { initial: '30s', max: '6m' } },
    },
    started: ['due on a slot 0'],
  },
  {
    what: 'overdue it still waits for what others lack',
    input: { nodes: one, images: [failed('x', 3, longAgo), { name: 'y' }], spec: { repullInterval: '30m' } },
    started: ['y on a slot 0'],
  },
  {
    what: 'what it lacks itself before its own re-pulls',
    input: {
      nodes: nodesNamed('a', 'b'),
      images: [
        { name: 'x', status: { ...cachedOn('a'), consecutiveFailures: 3, failing: [failing('gone', 3, recently)] } },
      ],
      spec: { repullInterval: '30m' },
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'what another that stands back lacks before its own re-pulls',
    input: {
      nodes: one,
      images: [
        { name: 'x', status: { ...cachedOn('a'), consecutiveFailures: 3, failing: [failing('gone', 3, longAgo)] } },
        failed('y', 3, recently),
      ],
      spec: { repullInterval: '30m' },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'its own re-pulls come too, when nothing else is left',
    input: {
      nodes: one,
      images: [
        { name: 'x', status: { ...cachedOn('a'), consecutiveFailures: 3, failing: [failing('gone', 3, recently)] } },
      ],
      spec: { repullInterval: '30m' },
    },
    started: ['x on a slot 0'],
  },
];

test.each(table)('$what', ({ input, started }) => {
  expect(decide(input).started).toEqual(started);
});
