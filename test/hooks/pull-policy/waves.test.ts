// With a queue per image, the policy remembers each image's last start until the image's status records it, so that
// deleting the Pod does not shorten minDelayBetweenPulls.
import { expect, test } from 'vitest';
import { WAVES_LIMIT } from '../../../crds/limits.ts';
import type { Wave } from '../../../crds/pull-policy.ts';
import { latestWaves } from '../../../hooks/pull-policy/waves.ts';
import { isoTime, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { decide, images, one, two, wave } from './policy-tables.ts';

const spec = { maxConcurrentPulls: 5, maxConcurrentNodes: 1, minDelayBetweenPulls: '20s' };
const withWaves = (...waves: Wave[]) => ({ revision: 4, observedGeneration: 1, waves });
/** Image x, whose status records an attempt with a precision of one second. */
const attempted = (at: number) => ({ name: 'x', status: { lastAttemptedAt: isoTime(at).replace(/\.\d+Z/, 'Z') } });
const recent = NOON - 5 * SECOND;

interface Row {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly started: readonly string[];
  /** Waves of the new status; undefined where it has no such field. */
  readonly waves: readonly Wave[] | undefined;
}

const rows: readonly Row[] = [
  {
    title: 'a start with a queue per image adds a wave',
    cluster: { nodes: one, images: images('x'), spec },
    started: ['x on a slot 0'],
    waves: [wave('x', NOON)],
  },
  {
    title: 'a start of a policy with a single queue adds no wave',
    cluster: { nodes: one, images: images('x'), spec: { maxConcurrentNodes: 1 } },
    started: ['x on a slot 0'],
    waves: undefined,
  },
  {
    title: 'a wave without a Pod delays its own image only',
    cluster: { nodes: two, images: images('x', 'y'), spec, status: withWaves(wave('x', recent)) },
    started: ['y on a slot 0'],
    waves: [wave('x', recent), wave('y', NOON)],
  },
  {
    title: 'a wave is removed when its image records an attempt in the same second',
    cluster: {
      nodes: two,
      images: [attempted(recent), { name: 'y' }],
      spec,
      status: withWaves(wave('x', recent + 999)),
    },
    started: ['y on a slot 0'],
    waves: [wave('y', NOON)],
  },
  {
    title: 'a wave stays when its image records only an earlier attempt',
    cluster: { nodes: one, images: [attempted(recent - SECOND)], spec, status: withWaves(wave('x', recent)) },
    started: [],
    waves: [wave('x', recent)],
  },
  {
    title: 'a wave that is as old as the delay is replaced by the next one',
    cluster: { nodes: one, images: images('x'), spec, status: withWaves(wave('x', NOON - 20 * SECOND)) },
    started: ['x on a slot 0'],
    waves: [wave('x', NOON)],
  },
  {
    title: 'a wave that is 1 ms younger than the delay stays and delays the next one',
    cluster: { nodes: one, images: images('x'), spec, status: withWaves(wave('x', NOON - 20 * SECOND + 1)) },
    started: [],
    waves: [wave('x', NOON - 20 * SECOND + 1)],
  },
  {
    title: 'a wave of an image that moved to another policy stays until its delay is over',
    cluster: {
      nodes: one,
      images: images('y'),
      spec,
      status: withWaves(wave('x', recent), wave('z', NOON - 20 * SECOND)),
    },
    started: ['y on a slot 0'],
    waves: [wave('x', recent), wave('y', NOON)],
  },
  {
    title: 'every wave stays while the spec is not valid',
    cluster: { nodes: one, spec: { maxConcurrentPulls: 0 }, status: withWaves(wave('x', NOON - 50 * SECOND)) },
    started: [],
    waves: [wave('x', NOON - 50 * SECOND)],
  },
  {
    title: 'a policy that changes to a single queue removes its waves',
    cluster: { nodes: one, images: images('x'), spec: { maxConcurrentNodes: 1 }, status: withWaves(wave('x', recent)) },
    started: ['x on a slot 0'],
    waves: [],
  },
];

test.each(rows)('$title', ({ cluster, started, waves }) => {
  const result = decide(cluster);
  expect(result.started).toEqual(started);
  expect(result.status.waves).toEqual(waves);
});

test('a wave that is over alone does not cause a write', () => {
  const cluster = { nodes: one, spec };
  const status = { ...decide(cluster).status, waves: [wave('x', NOON - 60 * SECOND)] };
  expect(decide({ ...cluster, status }).status).toEqual(status);
});

test('the latest wave of each image is kept, and the later in the list of two at the same time', () => {
  expect(latestWaves([wave('x', 2), wave('y', 1), wave('x', 1)])).toEqual([wave('x', 2), wave('y', 1)]);
  expect(latestWaves([wave('x', 1), wave('y', 1), wave('x', 2)])).toEqual([wave('y', 1), wave('x', 2)]);
  expect(latestWaves([wave('x', 1), wave('y', 1), wave('x', 1)])).toEqual([wave('y', 1), wave('x', 1)]);
});

test('the latest waves are kept where there are more images than a status can hold', () => {
  const many = Array.from({ length: WAVES_LIMIT + 1 }, (_, index) => wave(`image-${index}`, NOON + index));
  expect(latestWaves(many)).toEqual(many.slice(1));
});
