// When each gate is closed, and when time opens it, where earlier starts, failures and other policies matter.
import { test } from 'vitest';
import { isoTime, NOON, SECOND } from '../builders/wire.ts';
import {
  expectStarts,
  failedOn,
  failing,
  failingImage,
  five,
  images,
  longAgo,
  one,
  pendingStart,
  rejection,
  running,
  type StartRow,
  three,
  two,
} from './policy-tables.ts';

const failedPair = (failures: number, at: number) => ({ name: 'x', status: { failing: [failing('a', failures, at)] } });
const failedOnThree = (reason: string, status = {}) => ({
  name: 'x',
  status: { failing: ['a', 'b', 'c'].map((node) => failing(node, 1, NOON, reason)), ...status },
});
const queuePerImage = { maxConcurrentPulls: 5, maxConcurrentNodes: 3, minDelayBetweenPulls: '10s' };

const capRows: readonly StartRow[] = [
  {
    title: 'with a single queue, a pull of another policy does not count against maxConcurrentNodes',
    cluster: { nodes: two, images: images('x'), otherPods: [running] },
    started: ['x on b slot 0'],
  },
  {
    title: 'the slot of a rejected start rests while the next start uses another slot',
    cluster: {
      nodes: two,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      status: { rejected: [rejection('x on a', NOON - 10 * SECOND, { slot: 0 })] },
    },
    started: ['x on b slot 1'],
  },
  {
    title: 'a slot with two rejected starts rests until the later end',
    cluster: {
      nodes: three,
      images: images('x', 'y'),
      status: {
        rejected: [
          rejection('x on a', NOON - SECOND, { slot: 0, count: 3 }),
          rejection('x on b', NOON - 5 * SECOND, { slot: 0 }),
        ],
      },
    },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 119,
  },
  {
    title: 'a policy whose slots all rest waits for the first one',
    cluster: {
      nodes: three,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      status: {
        rejected: [
          rejection('x on a', NOON - SECOND, { slot: 0, count: 2 }),
          rejection('x on b', NOON - 2 * SECOND, { slot: 1 }),
        ],
      },
    },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 28,
  },
  {
    title: 'a slot is free again once its backoff has passed',
    cluster: { nodes: one, images: images('x'), status: { rejected: [rejection('x on a', longAgo, { slot: 0 })] } },
    started: ['x on a slot 0'],
  },
];

const delayRows: readonly StartRow[] = [
  {
    title: 'minDelayBetweenPulls counts from the millisecond that the status records',
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s' },
      status: { lastStartTime: isoTime(NOON - 3_250) },
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 6.75,
  },
  {
    title: 'minDelayBetweenPulls counts from the end of the second in which a Pod was created',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: { minDelayBetweenPulls: '40s', maxConcurrentNodes: 2 },
      pods: [running],
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 10.999,
  },
  {
    title: 'minDelayBetweenPulls counts from a start whose Pod is not observed yet',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s', maxConcurrentNodes: 2 },
      status: { starting: [pendingStart('x on a', NOON - 4 * SECOND)] },
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 6,
  },
  {
    title: 'with a single queue, an attempt of another policy does not delay a pull',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON - SECOND) } }],
      spec: { minDelayBetweenPulls: '10s' },
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'with a queue per image, the last attempt that the image records delays its next wave',
    cluster: {
      nodes: two,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON - 5 * SECOND) } }],
      spec: queuePerImage,
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 5.999,
  },
  {
    title: 'with a queue per image, the latest Pod of the image delays its next wave, whatever its slot',
    cluster: {
      nodes: three,
      images: images('x'),
      spec: queuePerImage,
      pods: [
        { slot: 0, image: 'x', node: 'a', createdAt: NOON - 2 * SECOND },
        { slot: 1, image: 'x', node: 'b', createdAt: NOON - 20 * SECOND },
      ],
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 8.999,
  },
  {
    title: 'with a queue per image, a Pod of another policy delays the next wave of its image',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: queuePerImage,
      otherPods: [{ ...running, createdAt: NOON - 2 * SECOND }],
    },
    waitingFor: 'delay',
    resyncAfterSeconds: 8.999,
  },
  {
    title: 'with a queue per image, a start whose Pod is not observed yet delays its own image only',
    cluster: {
      nodes: three,
      images: images('x', 'y'),
      spec: queuePerImage,
      status: { starting: [pendingStart('x on a', NOON - SECOND)] },
    },
    started: ['y on b slot 1', 'y on c slot 2'],
    waitingFor: 'delay',
  },
  {
    title: 'a policy without a delay starts right after an attempt recorded with a precision of one second',
    cluster: {
      nodes: two,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON) } }],
      spec: { maxConcurrentPulls: 2, maxConcurrentNodes: 1 },
    },
    started: ['x on a slot 0'],
  },
  ...['a single queue', 'a queue per image'].map((queue) => ({
    title: `the first pull of a policy with ${queue} does not wait for minDelayBetweenPulls`,
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s', ...(queue === 'a single queue' ? {} : { maxConcurrentPulls: 2 }) },
    },
    // Less than the delay after the epoch, the value that stands for "never".
    now: 5 * SECOND,
    started: ['x on a slot 0'],
  })),
];

const backoffRows: readonly StartRow[] = [
  ...[
    { failures: 1, title: 'a pair waits 30 s after its first failure', seconds: 30 },
    { failures: 3, title: 'the backoff of a pair doubles with each failure', seconds: 120 },
    { failures: 30, title: 'the backoff of a pair ends at failureBackoff.max', seconds: 300 },
  ].map(({ failures, title, seconds }) => ({
    title,
    cluster: { nodes: one, images: [failedPair(failures, NOON)] },
    waitingFor: 'backoff',
    resyncAfterSeconds: seconds,
  })),
  {
    title: 'a rejected start backs off like a failed pull',
    cluster: { nodes: one, images: images('x'), status: { rejected: [rejection('x on a', NOON - SECOND)] } },
    waitingFor: 'backoff',
    resyncAfterSeconds: 29,
  },
  {
    title: 'failures and rejected starts of a pair add up, counted from the later of the two',
    cluster: {
      nodes: one,
      images: [failedPair(1, NOON - 20 * SECOND)],
      status: { rejected: [rejection('x on a', NOON - SECOND)] },
    },
    waitingFor: 'backoff',
    resyncAfterSeconds: 59,
  },
  {
    title: 'a failure with an unreadable time does not shorten the backoff of a rejected start',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [{ ...failing('a', 1, NOON), at: 'lately' }] } }],
      status: { rejected: [rejection('x on a', NOON - SECOND)] },
    },
    waitingFor: 'backoff',
    resyncAfterSeconds: 59,
  },
  {
    title: 'a pair whose backoff is over still waits for its cordoned node, without a resync',
    cluster: { nodes: [{ name: 'a', unschedulable: true }], images: [{ name: 'x', status: failedOn('a') }] },
    waitingFor: 'not-eligible',
    resyncAfterSeconds: undefined,
  },
];

const breakerRows: readonly StartRow[] = [
  {
    title: 'an image that failed on three nodes waits 30 s after the last failure before it tries another node',
    cluster: { nodes: five, images: [failingImage()], spec: { maxConcurrentNodes: 5 } },
    waitingFor: 'breaker',
    resyncAfterSeconds: 30,
  },
  {
    title: 'the backoff of an image doubles with each further failure',
    cluster: { nodes: five, images: [failingImage(5)], spec: { maxConcurrentNodes: 5 } },
    waitingFor: 'breaker',
    resyncAfterSeconds: 120,
  },
  {
    title: 'an image whose backoff is over is tried on one node, the one that failed least',
    cluster: { nodes: five, images: [failingImage()], spec: { maxConcurrentNodes: 5 } },
    now: NOON + 30 * SECOND,
    started: ['x on d slot 0'],
    waitingFor: 'breaker',
  },
  {
    title: 'an image whose backoff is over waits for the end of its one attempt, however long that takes',
    cluster: {
      nodes: five,
      images: [failingImage()],
      spec: { maxConcurrentNodes: 5 },
      otherPods: [{ slot: 0, image: 'x', node: 'd' }],
    },
    now: NOON + 60 * SECOND,
    waitingFor: 'breaker',
  },
  {
    title: 'failures that are not later than the last success do not cause a backoff of the image',
    cluster: { nodes: five, images: [failedOnThree('ErrImagePull', { lastPulledAt: isoTime(NOON) })] },
    started: ['x on d slot 0'],
  },
  ...['PullTimeout', 'InvalidImageName'].map((reason) => ({
    title: `an image that failed with ${reason} on three nodes waits for its backoff`,
    cluster: { nodes: five, images: [failedOnThree(reason)] },
    waitingFor: 'breaker',
  })),
  ...['Evicted', 'OutOfpods', 'NodeNotReady', 'PodFailed'].map((reason) => ({
    title: `an image that failed with ${reason} on three nodes is tried on the next node at once`,
    cluster: { nodes: five, images: [failedOnThree(reason)] },
    started: ['x on d slot 0'],
  })),
];

test.each([...capRows, ...delayRows, ...breakerRows, ...backoffRows])('$title', expectStarts);
