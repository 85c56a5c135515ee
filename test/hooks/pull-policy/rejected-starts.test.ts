// Starts whose Pod is not observed: when they count as rejected, how rejections add up, and when they are removed.
import { expect, test } from 'vitest';
import type { RejectedStart, StartedPull } from '../../../crds/pull-policy.ts';
import { MINUTE, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { decide, failing, images, one, pendingStart, rejection, running, two } from './policy-tables.ts';

/** A start that is rejected now, if it was made at `at` or before. */
const LATE = NOON - MINUTE;
const late = (pair: string, slot = 5) => pendingStart(pair, LATE, slot);
const failedOnA = (at: number) => ({ images: [{ name: 'x', status: { failing: [failing('a', 1, at)] } }] });

interface Row {
  readonly title: string;
  readonly starting: readonly StartedPull[];
  readonly before?: readonly RejectedStart[];
  readonly cluster?: PolicyRequestFacts;
  readonly rejected: readonly RejectedStart[];
}

const rows: readonly Row[] = [
  {
    title: 'a start without a Pod is rejected after 60 s',
    starting: [late('x on a')],
    rejected: [rejection('x on a', NOON)],
  },
  {
    title: 'a start is not rejected 1 ms before 60 s have passed',
    starting: [pendingStart('x on a', LATE + 1, 5)],
    rejected: [],
  },
  {
    title: 'a start with an unreadable time is rejected at once',
    starting: [{ ...late('x on a'), at: 'lately' }],
    rejected: [rejection('x on a', NOON)],
  },
  {
    title: 'another rejection of a pair increases its count and leaves other pairs unchanged',
    starting: [late('x on a')],
    before: [
      rejection('x on b', NOON - 2, { count: 7 }),
      rejection('y on a', NOON - 3, { count: 5 }),
      rejection('x on a', NOON - 4, { count: 2 }),
    ],
    rejected: [
      rejection('x on a', NOON, { count: 3 }),
      rejection('x on b', NOON - 2, { count: 7 }),
      rejection('y on a', NOON - 3, { count: 5 }),
    ],
  },
  {
    title: 'rejections are sorted by time, the latest first, then by image and node',
    starting: [late('y on a', 5), late('x on b', 6), late('x on a', 7)],
    before: [rejection('x on c', NOON - 9), rejection('y on b', NOON - 8)],
    rejected: [
      rejection('x on a', NOON, { slot: 7 }),
      rejection('x on b', NOON, { slot: 6 }),
      rejection('y on a', NOON),
      rejection('y on b', NOON - 8),
      rejection('x on c', NOON - 9),
    ],
  },
  {
    title: 'the order of rejections does not depend on the order of the starts',
    starting: [late('x on a', 7), late('x on b', 6), late('y on a', 5)],
    rejected: [
      rejection('x on a', NOON, { slot: 7 }),
      rejection('x on b', NOON, { slot: 6 }),
      rejection('y on a', NOON),
    ],
  },
  {
    title: 'a start is not rejected when a failure recorded since then proves that its Pod existed',
    starting: [late('x on a')],
    cluster: failedOnA(LATE),
    rejected: [],
  },
  {
    title: 'a failure from before the start does not prove that its Pod existed',
    starting: [late('x on a')],
    cluster: failedOnA(LATE - 1),
    rejected: [rejection('x on a', NOON)],
  },
  {
    title: 'starts and rejections of a deleted image are removed',
    starting: [late('gone on a')],
    before: [rejection('gone on b', NOON - 1)],
    rejected: [],
  },
  {
    title: 'starts are still rejected and rejections stay while the request lacks the images',
    starting: [late('x on a')],
    before: [rejection('x on b', NOON - 1)],
    cluster: { without: ['CachedImage.drop.corewire.io/v1alpha1'] },
    rejected: [rejection('x on a', NOON), rejection('x on b', NOON - 1)],
  },
];

test.each(rows)('$title', ({ starting, before = [], cluster, rejected }) => {
  const status = { starting: [...starting], rejected: [...before] };
  const paused = { nodes: two, images: images('x', 'y'), spec: { paused: true }, ...cluster, status };
  expect(decide(paused).status).toMatchObject({ rejected });
});

test('a status keeps at most 100 rejections, the latest', () => {
  const before = Array.from({ length: 120 }, (_, index) => rejection(`x on n${index}`, NOON - 200 + index));
  const { status } = decide({ nodes: two, images: images('x'), status: { rejected: before } });
  expect(status).toMatchObject({ rejected: before.slice(20).reverse() });
});

test('a recorded failure completes the pending start of its own node only', () => {
  const starting = [pendingStart('x on a', NOON - 2 * SECOND, 0), pendingStart('x on b', NOON - 2 * SECOND, 1)];
  const { status } = decide({ nodes: two, ...failedOnA(NOON - SECOND), spec: { paused: true }, status: { starting } });
  expect(status).toMatchObject({ starting: starting.slice(1), rejected: [] });
});

test('an observed Pod completes the pending start of its slot', () => {
  const status = { revision: 4, starting: [pendingStart('x on a', NOON - SECOND)] };
  const result = decide({ nodes: one, images: images('x'), status, pods: [running] });
  expect(result.status).toMatchObject({ revision: 5, starting: [], rejected: [] });
});

test('an observed Pod removes the rejection of its slot', () => {
  const rejected = [rejection('x on a', NOON - MINUTE, { slot: 0, count: 3 })];
  const { status } = decide({ nodes: one, images: images('x'), status: { rejected }, pods: [running] });
  expect(status).toMatchObject({ rejected: [], conditions: [{}, { type: 'PodsCreated', status: 'True' }, {}] });
});

test('a rejected start is repeated in the same slot after failureBackoff', () => {
  const cluster = { nodes: one, images: images('x') };
  const { status, started, response } = decide({ ...cluster, status: { starting: [late('x on a', 0)] } });
  expect(started).toEqual([]);
  expect(status).toMatchObject({
    starting: [],
    rejected: [rejection('x on a', NOON, { slot: 0 })],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'PodsCreated', status: 'False', reason: 'PodRejected' },
      { type: 'Progressing', status: 'False', reason: 'PolicyCap' },
    ],
  });
  expect(response.resyncAfterSeconds).toBe(30);
  expect(decide({ ...cluster, status }, NOON + 30 * SECOND).started).toEqual(['x on a slot 0']);
});
