// What a PullPolicy waits for, and when it asks again, as a table.
import { expect, test } from 'vitest';
import { HOUR, isoTime, NOON, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { cachedOn, decide, failing, images, manyNodes, one, threeFail, two } from './policy-tables.ts';

interface WaitRow {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly gate: string | undefined;
  /** Seconds from now. */
  readonly resyncAfterSeconds: number | undefined;
}

const waitTable: WaitRow[] = [
  { what: 'nothing to do', input: { nodes: one }, gate: undefined, resyncAfterSeconds: undefined },
  {
    what: 'paused is not a matter of time',
    input: { nodes: one, images: images('x'), spec: { paused: true } },
    gate: 'paused',
    resyncAfterSeconds: undefined,
  },
  {
    what: 'the rest of minDelayBetweenPulls, to the millisecond that the status recorded',
    input: {
      nodes: one,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s' },
      status: { lastStartTime: isoTime(NOON - 3_250) },
    },
    gate: 'delay',
    resyncAfterSeconds: 6.75,
  },
  {
    what: 'a Pod that only says its second counts as late as it can have been',
    input: {
      nodes: two,
      images: images('x'),
      spec: { minDelayBetweenPulls: '40s', maxConcurrentNodes: 2 },
      pods: [{ slot: 0, image: 'x', node: 'a', createdAt: NOON - 30 * SECOND }],
    },
    gate: 'delay',
    resyncAfterSeconds: 10.999,
  },
  {
    what: 'a start that is not seen yet keeps its distance too',
    input: {
      nodes: two,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s', maxConcurrentNodes: 2 },
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - 4 * SECOND) }] },
    },
    gate: 'delay',
    resyncAfterSeconds: 6,
  },
  {
    what: 'the backoff after one failure',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - 10 * SECOND)], consecutiveFailures: 1 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 20,
  },
  {
    what: 'the backoff doubles with each failure',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 3, NOON)], consecutiveFailures: 3 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 120,
  },
  {
    what: 'the backoff ends at its max',
    input: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 30, NOON)], consecutiveFailures: 30 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 300,
  },
  {
    what: 'three nodes that fail close the breaker: one more try 30 s after the last failure',
    input: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
      spec: { maxConcurrentNodes: 5 },
    },
    gate: 'breaker',
    resyncAfterSeconds: 30,
  },
  {
    what: 'the breaker backs off with the failures of the image',
    input: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 5 } }],
      spec: { maxConcurrentNodes: 5 },
    },
    gate: 'breaker',
    resyncAfterSeconds: 120,
  },
  {
    what: 'a queue an image: nothing more of this image until the delay has passed',
    input: {
      nodes: two,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON - 5 * SECOND) } }],
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 2, minDelayBetweenPulls: '10s' },
    },
    gate: 'delay',
    resyncAfterSeconds: 5.999,
  },
  {
    what: 'the deadline of a pull that goes on',
    input: {
      nodes: one,
      images: images('x'),
      pods: [{ slot: 0, image: 'x', node: 'a', deadline: NOON + 90 * SECOND }],
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 90,
  },
  {
    what: 'a pull on a node that is NotReady ends 60 s after it began',
    input: {
      nodes: [{ name: 'a', ready: false }],
      images: images('x'),
      pods: [{ slot: 0, image: 'x', node: 'a', createdAt: NOON - 50 * SECOND }],
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 10,
  },
  {
    what: 'the re-pull that comes next',
    input: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '90m' },
    },
    gate: undefined,
    resyncAfterSeconds: 1800,
  },
  {
    what: 'a node that is not eligible is not a matter of time',
    input: { nodes: [{ name: 'a', unschedulable: true }], images: images('x') },
    gate: 'not-eligible',
    resyncAfterSeconds: undefined,
  },
  {
    what: 'a start that nobody sees is given up after 60 s',
    input: {
      nodes: one,
      images: images('x'),
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - 40 * SECOND) }] },
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 20,
  },
];

test.each(waitTable)('waits: $what', ({ input, gate, resyncAfterSeconds }) => {
  const { response, logFields, started } = decide(input);
  expect(started).toEqual([]);
  expect(logFields.waitingFor).toBe(gate);
  expect(response.resyncAfterSeconds).toBe(resyncAfterSeconds);
});

test('an answer that names a Pod nobody has seen asks again within 5 s', () => {
  expect(decide({ nodes: one, images: images('x') }).response.resyncAfterSeconds).toBe(5);
});

test('the breaker lets one try through when it is time, on the node tried least', () => {
  const input: PolicyWorld = {
    nodes: manyNodes,
    images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
    spec: { maxConcurrentNodes: 5 },
  };
  expect(decide(input, NOON + 30 * SECOND).started).toEqual(['x on d slot 0']);
  const trying = { ...input, pods: [{ slot: 0, image: 'x', node: 'd', createdAt: NOON + 30 * SECOND }] };
  expect(decide(trying, NOON + HOUR / 4).started).toEqual([]);
});

test.each([
  { reason: 'ErrImagePull', closes: true },
  { reason: 'PullTimeout', closes: true },
  { reason: 'InvalidImageName', closes: true },
  { reason: 'Evicted', closes: false },
  { reason: 'OutOfpods', closes: false },
  { reason: 'NodeNotReady', closes: false },
  { reason: 'PodFailed', closes: false },
])('three times $reason closes the breaker: $closes', ({ reason, closes }) => {
  const list = ['a', 'b', 'c'].map((node) => failing(node, 1, NOON, reason));
  const { started } = decide({
    nodes: manyNodes,
    images: [{ name: 'x', status: { failing: list, consecutiveFailures: 3 } }],
  });
  expect(started).toEqual(closes ? [] : ['x on d slot 0']);
});

test('failures from before the last success do not close the breaker', () => {
  const status = { failing: threeFail, consecutiveFailures: 0, lastPulledAt: isoTime(NOON + 1) };
  const { started } = decide({ nodes: manyNodes, images: [{ name: 'x', status }] }, NOON + SECOND);
  expect(started).toEqual(['x on d slot 0']);
});
