// The status of a PullPolicy: its starts and its conditions. progressing.test.ts has the condition Progressing.
import { expect, test } from 'vitest';
import { latestStart } from '../../../hooks/pull-policy/last-start.ts';
import { isoTime, MINUTE, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { decide, five, images, one, pendingStart, rejection } from './policy-tables.ts';

test('a start is recorded with its slot, its pair and the millisecond', () => {
  const now = NOON + 123;
  expect(decide({ nodes: one, images: images('x') }, now).status).toMatchObject({
    revision: 1,
    lastStartTime: isoTime(now),
    lastStartNode: 'a',
    starting: [pendingStart('x on a', now)],
  });
});

test('the last of several starts decides lastStartNode', () => {
  const { status } = decide({ nodes: five, images: images('x'), spec: { maxConcurrentNodes: 2 } });
  expect(status).toMatchObject({ starting: [{ node: 'a' }, { node: 'b' }], lastStartNode: 'b' });
});

test('a sync that starts nothing keeps the recorded last start', () => {
  const last = { lastStartTime: isoTime(NOON - MINUTE), lastStartNode: 'b' };
  expect(decide({ nodes: one, status: last }).status).toMatchObject(last);
  expect(decide({ nodes: one }).status.lastStartTime).toBeUndefined();
});

test.each([
  {
    title: 'a Pod in the recorded second keeps the recorded millisecond as the last start',
    recordedAt: NOON - 20_500,
    podsAt: [NOON - 21_000],
    lastStartAt: NOON - 20_500,
  },
  {
    title: 'a Pod older than the recorded start does not change the last start',
    recordedAt: NOON - 10_000,
    podsAt: [NOON - 21_000],
    lastStartAt: NOON - 10_000,
  },
  {
    title: 'the latest of several Pods becomes the last start, at the end of its second, where the record was lost',
    recordedAt: NOON - MINUTE,
    podsAt: [NOON - 21_000, NOON - 40_000],
    lastStartAt: NOON - 20_001,
  },
])('$title', ({ recordedAt, podsAt, lastStartAt }) => {
  const pods = podsAt.map((createdAt, slot) => ({ slot, image: 'x', node: ['a', 'b'][slot] ?? '', createdAt }));
  const status = { lastStartTime: isoTime(recordedAt), lastStartNode: 'b' };
  const cluster = { nodes: one, images: images('x'), pods, status, spec: { maxConcurrentNodes: 2 } };
  expect(decide(cluster).status).toMatchObject({ lastStartTime: isoTime(lastStartAt), lastStartNode: 'b' });
});

test.each([
  { title: 'an image that was never attempted has no last start', wholeSeconds: 0, recorded: NOON, latest: 0 },
  {
    title: 'a start in the recorded second happened at the recorded millisecond',
    wholeSeconds: NOON,
    recorded: NOON + 250,
    latest: NOON + 250,
  },
  {
    title: 'a start in another second counts as late as it can have been',
    wholeSeconds: NOON,
    recorded: NOON - 1,
    latest: NOON + 999,
  },
])('$title', ({ wholeSeconds, recorded, latest }) => {
  expect(latestStart(wholeSeconds, recorded, NOON + 9_000)).toBe(latest);
});

const starting = [pendingStart('x on a', NOON - SECOND)];

interface ConditionRow {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly condition: { readonly type: string; readonly status: 'True' | 'False'; readonly reason: string };
  /** A part of the message. */
  readonly message: string;
}

const conditionRows: readonly ConditionRow[] = [
  {
    title: 'Ready is InvalidSpec while the spec is not valid, and names the field',
    cluster: { images: images('x'), spec: { pullTimeout: 'soon' } },
    condition: { type: 'Ready', status: 'False', reason: 'InvalidSpec' },
    message: 'pullTimeout',
  },
  {
    title: 'Ready is FleetNotFound without a Fleet',
    cluster: { images: images('x') },
    condition: { type: 'Ready', status: 'False', reason: 'FleetNotFound' },
    message: 'Fleet default',
  },
  {
    title: 'Ready is Paused while spec.paused is true',
    cluster: { nodes: one, images: images('x'), spec: { paused: true } },
    condition: { type: 'Ready', status: 'False', reason: 'Paused' },
    message: 'spec.paused',
  },
  {
    title: 'Ready is Active and counts one image in the singular',
    cluster: { nodes: one, images: images('x') },
    condition: { type: 'Ready', status: 'True', reason: 'Active' },
    message: 'paces 1 image',
  },
  {
    title: 'Ready is Active and counts two images in the plural',
    cluster: { nodes: one, images: images('x', 'y') },
    condition: { type: 'Ready', status: 'True', reason: 'Active' },
    message: 'paces 2 images',
  },
  {
    title: 'PodsCreated is PodsAppeared while no start was rejected',
    cluster: { nodes: one, images: images('x') },
    condition: { type: 'PodsCreated', status: 'True', reason: 'PodsAppeared' },
    message: 'every start created its Pod',
  },
  {
    title: 'PodsCreated is PodRejected after a rejected start, and names the start and the command to inspect it',
    cluster: {
      nodes: one,
      images: images('x'),
      status: { rejected: [rejection('x on a', NOON - SECOND, { slot: 3 })] },
    },
    condition: { type: 'PodsCreated', status: 'False', reason: 'PodRejected' },
    message:
      '1 start created no Pod, the latest x on a (slot 3): check quota and admission: ' +
      'kubectl describe pullpolicy default',
  },
];

test.each(conditionRows)('$title', ({ cluster, condition, message }) => {
  const { status } = decide({ ...cluster, status: { starting, ...cluster.status } });
  const found = status.conditions?.find(({ type }) => type === condition.type);
  expect(found).toMatchObject({ ...condition, message: expect.stringContaining(message) });
  expect(status.starting).toEqual(starting);
});

test.each([
  {
    title: 'a request without the Fleet starts nothing and changes no condition',
    group: 'Fleet.drop.corewire.io/v1alpha1',
  },
  {
    title: 'a request without the images starts nothing and changes no condition',
    group: 'CachedImage.drop.corewire.io/v1alpha1',
  },
  { title: 'a request without the Pods of other policies starts nothing and changes no condition', group: 'Pod.v1' },
  { title: 'a request without the Pods of the policy starts nothing and changes no condition', group: undefined },
])('$title', ({ group }) => {
  const cluster: PolicyRequestFacts = { nodes: one, images: images('x') };
  const before = decide({ ...cluster, spec: { paused: true } }).status;
  const { started, status } = decide({ ...cluster, status: before }, NOON, (request) => {
    Reflect.deleteProperty(group === undefined ? request.children : request.related, group ?? 'Pod.v1');
  });
  expect(started).toEqual([]);
  expect(status.conditions).toEqual(before.conditions);
});
