// An image that is a queue of its own keeps the distance of its waves also where a user deletes the Pod before anybody recorded it.
import { expect, test } from 'vitest';
import { WAVES_LIMIT } from '../../../crds/limits.ts';
import { mergePolicyStatuses } from '../../../hooks/pull-policy/merge.ts';
import { latestWaves } from '../../../hooks/pull-policy/waves.ts';
import { isoTime, NOON, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { decide, images, one, two } from './policy-tables.ts';

const queues = { maxConcurrentPulls: 5, maxConcurrentNodes: 1, minDelayBetweenPulls: '20s' };
const wave = (image: string, at: number) => ({ image, at: isoTime(at) });
const told = (at: number) => ({ lastAttemptedAt: isoTime(at).replace(/\.\d+Z/, 'Z') });

interface Row {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly started: readonly string[];
  /** What the status says of waves; undefined where it has no such field. */
  readonly waves: readonly object[] | undefined;
}

const quiet = { revision: 4, observedGeneration: 1 };

const rows: readonly Row[] = [
  {
    what: 'a start is noted',
    input: { nodes: one, images: images('x'), spec: queues },
    started: ['x on a slot 0'],
    waves: [wave('x', NOON)],
  },
  {
    what: 'where the policy is one queue nothing is noted',
    input: { nodes: one, images: images('x'), spec: { maxConcurrentNodes: 1 } },
    started: ['x on a slot 0'],
    waves: undefined,
  },
  {
    what: 'a start whose Pod is gone, and of which nobody tells, keeps its distance',
    input: {
      nodes: one,
      images: images('x'),
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND)] },
    },
    started: [],
    waves: [wave('x', NOON - 5 * SECOND)],
  },
  {
    what: 'it holds up no other image',
    input: {
      nodes: two,
      images: images('x', 'y'),
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND)] },
    },
    started: ['y on a slot 0'],
    waves: [wave('x', NOON - 5 * SECOND), wave('y', NOON)],
  },
  {
    what: 'of an image that tells of it the policy need not know it',
    input: {
      nodes: two,
      images: [{ name: 'x', status: told(NOON - 5 * SECOND) }, { name: 'y' }],
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND)] },
    },
    started: ['y on a slot 0'],
    waves: [wave('y', NOON)],
  },
  {
    what: 'an image that tells of an earlier start does not tell of it',
    input: {
      nodes: one,
      images: [{ name: 'x', status: told(NOON - 6 * SECOND) }],
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND)] },
    },
    started: [],
    waves: [wave('x', NOON - 5 * SECOND)],
  },
  {
    what: 'the second in which it started is told, not the millisecond',
    input: {
      nodes: two,
      images: [{ name: 'x', status: told(NOON - 5 * SECOND) }, { name: 'y' }],
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND + 999)] },
    },
    started: ['y on a slot 0'],
    waves: [wave('y', NOON)],
  },
  {
    what: 'when the delay is over the next wave starts',
    input: {
      nodes: one,
      images: images('x'),
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 20 * SECOND)] },
    },
    started: ['x on a slot 0'],
    waves: [wave('x', NOON)],
  },
  {
    what: 'not a millisecond before',
    input: {
      nodes: one,
      images: images('x'),
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 20 * SECOND + 1)] },
    },
    started: [],
    waves: [wave('x', NOON - 20 * SECOND + 1)],
  },
  {
    what: 'the wave of an image that another policy pulls is kept until its delay is over',
    input: {
      nodes: one,
      images: images('y'),
      spec: queues,
      status: { ...quiet, waves: [wave('x', NOON - 5 * SECOND), wave('z', NOON - 20 * SECOND)] },
    },
    started: ['y on a slot 0'],
    waves: [wave('x', NOON - 5 * SECOND), wave('y', NOON)],
  },
  {
    what: 'a spec that cannot be read forgets none',
    input: { nodes: one, spec: { maxConcurrentPulls: 0 }, status: { waves: [wave('x', NOON - 50 * SECOND)] } },
    started: [],
    waves: [wave('x', NOON - 50 * SECOND)],
  },
  {
    what: 'a policy that becomes one queue forgets them',
    input: {
      nodes: one,
      images: images('x'),
      spec: { maxConcurrentNodes: 1 },
      status: { waves: [wave('x', NOON - 5 * SECOND)] },
    },
    started: ['x on a slot 0'],
    waves: [],
  },
];

test.each(rows)('$what', ({ input, started, waves }) => {
  const decided = decide(input);
  expect(decided.started).toEqual(started);
  expect(decided.status.waves).toEqual(waves);
});

test('a wave that is over, or told, is no reason to write', () => {
  const input = { nodes: one, spec: queues };
  const { status } = decide(input).response;
  const waves = [wave('x', NOON - 60 * SECOND)];
  const again = decide({ ...input, status: { ...status, waves } }).response.status;
  expect(again).toEqual({ ...status, waves });
});

test.each([
  {
    what: 'waves of which only the other knows',
    observed: { revision: 5, waves: [wave('x', NOON)] },
    remembered: { revision: 4, waves: [wave('y', NOON)] },
    joined: { revision: 6, waves: [wave('x', NOON), wave('y', NOON)] },
  },
  {
    what: 'the later wave of an image',
    observed: { revision: 5, waves: [wave('x', NOON)] },
    remembered: { revision: 4, waves: [wave('x', NOON + SECOND)] },
    joined: { revision: 6, waves: [wave('x', NOON + SECOND)] },
  },
  {
    what: 'where the newer one knows all of them, it',
    observed: { revision: 5, waves: [wave('x', NOON), wave('y', NOON)] },
    remembered: { revision: 4, waves: [wave('x', NOON)] },
    joined: { revision: 5, waves: [wave('x', NOON), wave('y', NOON)] },
  },
  {
    what: 'where the newer one names none, those of the other',
    observed: { revision: 5 },
    remembered: { revision: 4, waves: [wave('x', NOON)] },
    joined: { revision: 6, waves: [wave('x', NOON)] },
  },
])('two replicas: $what', ({ observed, remembered, joined }) => {
  expect(mergePolicyStatuses(observed, remembered)).toEqual(joined);
});

test('of an image the latest wave counts, and of more images than a status holds the latest', () => {
  expect(latestWaves([wave('x', 2), wave('y', 1), wave('x', 1)])).toEqual([wave('x', 2), wave('y', 1)]);
  expect(latestWaves([wave('x', 1), wave('y', 1), wave('x', 2)])).toEqual([wave('y', 1), wave('x', 2)]);
  expect(latestWaves([wave('x', 1), wave('y', 1), wave('x', 1)])).toEqual([wave('y', 1), wave('x', 1)]);
  const many = Array.from({ length: WAVES_LIMIT + 1 }, (_, index) => wave(`image-${index}`, NOON + index));
  expect(latestWaves(many)).toEqual(many.slice(1));
  expect(WAVES_LIMIT).toBe(1_000);
});
