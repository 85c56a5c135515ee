// Which gate keeps a pair from its turn and until when, where earlier failures, refusals and other policies matter.
import { test } from 'vitest';
import { isoTime, NOON, SECOND } from '../builders/wire.ts';
import {
  expectStarts,
  failedOn,
  failing,
  images,
  longAgo,
  manyNodes,
  one,
  refused,
  type StartRow,
  three,
  threeFail,
  two,
} from './policy-tables.ts';

const gateTable: readonly StartRow[] = [
  {
    what: 'a refused pair backs off like one that failed',
    input: { nodes: one, images: images('x'), status: { rejected: [refused('x on a', 5, NOON - SECOND)] } },
    started: [],
    waitingFor: 'backoff',
    resyncAfterSeconds: 29,
  },
  {
    what: 'refusals and failures of a pair add up, from the later of the two on',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - 20 * SECOND)] } }],
      status: { rejected: [refused('x on a', 5, NOON - SECOND)] },
    },
    started: [],
    waitingFor: 'backoff',
    resyncAfterSeconds: 59,
  },
  {
    what: 'a failure whose time cannot be read does not shorten the backoff of a refusal',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [{ ...failing('a', 1, NOON), at: 'lately' }] } }],
      status: { rejected: [refused('x on a', 5, NOON - SECOND)] },
    },
    started: [],
    waitingFor: 'backoff',
    resyncAfterSeconds: 59,
  },
  {
    what: 'a refusal of one image holds up no other',
    input: { nodes: one, images: images('x', 'y'), status: { rejected: [refused('y on a', 5, NOON - SECOND)] } },
    started: ['x on a slot 0'],
  },
  {
    what: 'a refused start rests its slot, the next one takes another',
    input: {
      nodes: two,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      status: { rejected: [refused('x on a', 0, NOON - 10 * SECOND)] },
    },
    started: ['x on b slot 1'],
  },
  {
    what: 'a slot that was refused twice rests until the later end',
    input: {
      nodes: three,
      images: images('x', 'y'),
      status: { rejected: [refused('x on a', 0, NOON - SECOND, 3), refused('x on b', 0, NOON - 5 * SECOND, 1)] },
    },
    started: [],
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 119,
  },
  {
    what: 'with all slots at rest, the first that may be used again is the time to ask',
    input: {
      nodes: three,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      status: { rejected: [refused('x on a', 0, NOON - SECOND, 2), refused('x on b', 1, NOON - 2 * SECOND, 1)] },
    },
    started: [],
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 28,
  },
  {
    what: 'a slot has rested when its backoff has passed',
    input: { nodes: one, images: images('x'), status: { rejected: [refused('x on a', 0, longAgo)] } },
    started: ['x on a slot 0'],
  },
  {
    what: 'a pair whose backoff has passed waits all the same for its node to be schedulable',
    input: { nodes: [{ name: 'a', unschedulable: true }], images: [{ name: 'x', status: failedOn('a') }] },
    started: [],
    waitingFor: 'not-eligible',
  },
  {
    what: 'one pull a node at a time',
    input: { nodes: one, images: images('x'), otherPods: [{ slot: 0, image: 'z', node: 'a' }] },
    started: [],
    waitingFor: 'node-busy',
  },
  {
    what: 'a queue an image: not more of it than maxConcurrentNodes',
    input: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentPulls: 5 },
      pods: [{ slot: 0, image: 'x', node: 'a' }],
    },
    started: [],
    waitingFor: 'image-cap',
  },
  {
    what: 'one queue: a pull of the image by another policy does not count against maxConcurrentNodes',
    input: { nodes: two, images: images('x'), otherPods: [{ slot: 0, image: 'x', node: 'a' }] },
    started: ['x on b slot 0'],
  },
  {
    what: 'one queue: an attempt by another policy does not count for the delay',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON - SECOND) } }],
      spec: { minDelayBetweenPulls: '10s' },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a queue an image: the latest Pod of the image keeps the distance, whichever slot it has',
    input: {
      nodes: three,
      images: images('x'),
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 3, minDelayBetweenPulls: '10s' },
      pods: [
        { slot: 0, image: 'x', node: 'a', createdAt: NOON - 2 * SECOND },
        { slot: 1, image: 'x', node: 'b', createdAt: NOON - 20 * SECOND },
      ],
    },
    started: [],
    waitingFor: 'delay',
    resyncAfterSeconds: 8.999,
  },
  {
    what: 'a queue an image: a start that is not seen yet keeps the distance of its image alone',
    input: {
      nodes: three,
      images: images('x', 'y'),
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 3, minDelayBetweenPulls: '10s' },
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }] },
    },
    started: ['y on b slot 1', 'y on c slot 2'],
    waitingFor: 'delay',
  },
  {
    what: 'a queue an image: the breaker closes there too',
    input: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 5 },
    },
    started: [],
    waitingFor: 'breaker',
    resyncAfterSeconds: 30,
  },
  {
    what: 'a try behind the breaker is the only one, however long it takes',
    input: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
      spec: { maxConcurrentNodes: 5 },
      otherPods: [{ slot: 0, image: 'x', node: 'd' }],
    },
    now: NOON + 60 * SECOND,
    started: [],
    waitingFor: 'breaker',
  },
  {
    what: 'failures recorded together with a success do not close the breaker',
    input: {
      nodes: manyNodes,
      images: [
        {
          name: 'x',
          status: { failing: ['a', 'b', 'c'].map((node) => failing(node, 1, NOON)), lastPulledAt: isoTime(NOON) },
        },
      ],
    },
    started: ['x on d slot 0'],
  },
  ...[{}, { maxConcurrentPulls: 2 }].map((spec) => ({
    what: `the very first pull waits for no delay (${JSON.stringify(spec)})`,
    input: { nodes: one, images: images('x'), spec: { minDelayBetweenPulls: '10s', ...spec } },
    // So early that a start at the beginning of all time would be too close.
    now: 5 * SECOND,
    started: ['x on a slot 0'],
  })),
];

test.each(gateTable)('$what', expectStarts);
