// An image that keeps failing is deprioritized, so that it cannot starve the others, and is still tried.
import { test } from 'vitest';
import { type ImageFacts, MINUTE, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { cachedOn, expectStarts, failing, longAgo, one, rejection, two } from './policy-tables.ts';

const recently = NOON - 20 * MINUTE;

/** An image that failed on a deleted node, so that no backoff of a present pair decides the order. */
const failed = (name: string, times: number, at: number, priority = -5): ImageFacts => ({
  name,
  spec: { priority },
  status: { consecutiveFailures: times, failing: [failing('gone', times, at)] },
});
/** The same, with a copy on node a that is due for a re-pull. */
const failedAndDue = (at: number): ImageFacts => ({
  name: 'x',
  status: { ...cachedOn('a'), consecutiveFailures: 3, failing: [failing('gone', 3, at)] },
});
const preferred = { name: 'x', spec: { priority: -5 } };
const dueForRepull = { name: 'due', status: cachedOn('a') };
const rejected = (...starts: ReturnType<typeof rejection>[]) => ({ status: { rejected: starts } });

const dead = { name: 'b', ready: false };
/** An image that each pull to node b failed because the node is NotReady. */
const failedOnDead = (status: ImageFacts['status'] = {}): ImageFacts => ({
  name: 'x',
  spec: { priority: -5 },
  status: { consecutiveFailures: 4, failing: [failing('b', 4, recently, 'NodeNotReady')], ...status },
});

interface Row extends Pick<PolicyRequestFacts, 'nodes' | 'spec' | 'status'> {
  readonly title: string;
  readonly images: readonly ImageFacts[];
  readonly started: string;
}

const rows: readonly Row[] = [
  {
    title: 'an image that failed twice in a row keeps its place',
    images: [failed('x', 2, recently), { name: 'y' }],
    started: 'x on a slot 0',
  },
  {
    title: 'an image that failed three times in a row comes after one with a worse priority',
    images: [failed('x', 3, recently), { name: 'y', spec: { priority: 9 } }],
    started: 'y on a slot 0',
  },
  {
    title: 'the deprioritized image whose last failure is the oldest comes first, whatever its priority',
    images: [failed('x', 3, recently), failed('y', 9, recently - 1, 9)],
    started: 'y on a slot 0',
  },
  {
    title: 'priority decides between deprioritized images that failed at the same time',
    images: [failed('x', 3, recently, 1), failed('y', 9, recently, 0)],
    started: 'y on a slot 0',
  },
  {
    title: 'the latest failure of a deprioritized image decides its place',
    images: [
      {
        name: 'x',
        status: { consecutiveFailures: 4, failing: [failing('gone', 1, longAgo), failing('lost', 3, recently)] },
      },
      failed('y', 3, recently - 1),
    ],
    started: 'y on a slot 0',
  },
  {
    title: 'a deprioritized image without the time of a failure comes first',
    images: [failed('x', 3, longAgo), { name: 'y', status: { consecutiveFailures: 3 } }],
    started: 'y on a slot 0',
  },
  {
    title: 'the rejected starts of all nodes add up to deprioritize an image',
    images: [preferred, { name: 'y' }],
    ...rejected(rejection('x on gone', recently, { count: 2 }), rejection('x on lost', recently)),
    started: 'y on a slot 0',
  },
  {
    title: 'the rejected starts of another image do not deprioritize an image',
    images: [preferred, { name: 'y' }],
    ...rejected(rejection('z on gone', recently, { count: 3 })),
    started: 'x on a slot 0',
  },
  {
    title: 'a rejected start counts as the last failure of a deprioritized image',
    images: [failed('x', 3, longAgo), failed('y', 3, recently - 1)],
    ...rejected(rejection('x on gone', recently)),
    started: 'y on a slot 0',
  },
  {
    title: 'a deprioritized image comes before re-pulls from ten maximum backoffs after its last failure',
    images: [failed('x', 3, NOON - 50 * MINUTE), dueForRepull],
    started: 'x on a slot 0',
  },
  {
    title: 'a deprioritized image comes after re-pulls until ten maximum backoffs have passed',
    images: [failed('x', 3, NOON - 50 * MINUTE + SECOND), dueForRepull],
    started: 'due on a slot 0',
  },
  {
    title: 'a longer maximum backoff keeps a deprioritized image after re-pulls for longer',
    images: [failed('x', 3, NOON - 50 * MINUTE), dueForRepull],
    spec: { failureBackoff: { initial: '30s', max: '6m' } },
    started: 'due on a slot 0',
  },
  {
    title: 'an overdue deprioritized image still comes after images that a node lacks',
    images: [failed('x', 3, longAgo), { name: 'y' }],
    started: 'y on a slot 0',
  },
  {
    title: 'an image that failed only because a node is still NotReady keeps its place',
    nodes: [...one, dead],
    images: [failedOnDead(), { name: 'y' }],
    started: 'x on a slot 0',
  },
  {
    title: 'an image that failed on a NotReady node and on another one loses its place',
    nodes: [...one, dead],
    images: [
      failedOnDead({ failing: [failing('b', 3, recently, 'NodeNotReady'), failing('gone', 1, recently)] }),
      { name: 'y' },
    ],
    started: 'y on a slot 0',
  },
  {
    title: 'an image that failed with ErrImagePull on a node that is NotReady now loses its place',
    nodes: [...one, dead],
    images: [failedOnDead({ failing: [failing('b', 4, recently)] }), { name: 'y' }],
    started: 'y on a slot 0',
  },
  {
    title: 'an image that failed on a node that is Ready again loses its place',
    nodes: two,
    images: [failedOnDead(), { name: 'y' }],
    status: { lastStartNode: 'b' },
    started: 'y on a slot 0',
  },
  {
    title: 'rejected starts count also where the pulls failed because a node is NotReady',
    nodes: [...one, dead],
    images: [failedOnDead(), { name: 'y' }],
    ...rejected(rejection('x on gone', recently)),
    started: 'y on a slot 0',
  },
  {
    title: 'a deprioritized image is pulled to a node that lacks it before its own re-pull',
    nodes: two,
    images: [failedAndDue(recently)],
    started: 'x on b slot 0',
  },
  {
    title: 'a deprioritized image that a node lacks comes before the re-pull of another one',
    images: [failedAndDue(longAgo), failed('y', 3, recently)],
    started: 'y on a slot 0',
  },
  {
    title: 'a deprioritized image is re-pulled when no other pair wants a pull',
    images: [failedAndDue(recently)],
    started: 'x on a slot 0',
  },
];

test.each(rows)('$title', ({ title, spec, started, ...cluster }) => {
  const policy = { repullInterval: '30m', ...spec };
  expectStarts({ title, cluster: { nodes: one, ...cluster, spec: policy }, started: [started] });
});
