// The counts and the estimate in the status of a PullPolicy, and how often they are written.
import { describe, expect, test } from 'vitest';
import { remainingSeconds } from '../../../hooks/pull-policy/counts.ts';
import { paceLimitsOf } from '../../../hooks/pull-policy/limits.ts';
import type { PolicyImage } from '../../../hooks/pull-policy/policy-image.ts';
import {
  type ImageFacts,
  isoTime,
  MINUTE,
  NOON,
  nodesNamed,
  type PolicyRequestFacts,
  SECOND,
} from '../builders/wire.ts';
import { decide, failing, finished, one, pendingStart, rejection, running, three, wave } from './policy-tables.ts';

const image = (name: string, nodesTargeted: number, nodesReady: number, status: object = {}): ImageFacts => ({
  name,
  status: { nodesTargeted, nodesReady, ...status },
});

/** A policy that starts nothing, so that only what is given counts. */
const paused = { paused: true };

interface CountRow {
  readonly what: string;
  readonly cluster: PolicyRequestFacts;
  readonly counts: object;
}

const countRows: readonly CountRow[] = [
  {
    what: 'wanted and done are sums over the images',
    cluster: { images: [image('x', 10, 4), image('y', 5, 5), { name: 'new' }] },
    counts: { pullsWanted: 15, pullsDone: 9, queuedPulls: 6 },
  },
  {
    what: 'an image of another policy does not count',
    cluster: { images: [image('x', 3, 1), { ...image('y', 5, 0), spec: { policyRef: { name: 'other' } } }] },
    counts: { pullsWanted: 3, pullsDone: 1 },
  },
  {
    what: 'Pods in progress and starts without a Pod are active',
    cluster: {
      images: [image('x', 5, 1)],
      pods: [running],
      status: { starting: [pendingStart('x on b', NOON - SECOND, 1)] },
    },
    counts: { activePulls: 2, queuedPulls: 2 },
  },
  {
    what: 'a finished Pod is not active',
    cluster: { images: [image('x', 5, 1)], pods: [finished] },
    counts: { activePulls: 0, queuedPulls: 4 },
  },
  {
    what: 'a failed pair backs off until its wait is over',
    cluster: { images: [image('x', 5, 1, { failing: [failing('a', 1, NOON - 20 * SECOND)] })] },
    counts: { backingOffPulls: 1, queuedPulls: 3 },
  },
  {
    what: 'a failed pair whose wait is over is queued',
    cluster: { images: [image('x', 5, 1, { failing: [failing('a', 1, NOON - 30 * SECOND)] })] },
    counts: { backingOffPulls: 0, queuedPulls: 4 },
  },
  {
    what: 'a rejected start backs off too',
    cluster: { images: [image('x', 5, 1)], status: { rejected: [rejection('x on a', NOON - 20 * SECOND)] } },
    counts: { backingOffPulls: 1, queuedPulls: 3 },
  },
  {
    what: 'repeated pulls count as active only',
    cluster: { images: [image('x', 1, 1)], pods: [running] },
    counts: { pullsWanted: 1, pullsDone: 1, activePulls: 1, queuedPulls: 0 },
  },
  {
    what: 'the average is that of the images that were pulled',
    cluster: {
      images: [image('x', 1, 1, { lastPullSeconds: 10 }), image('y', 1, 1, { lastPullSeconds: 5 }), image('z', 1, 0)],
    },
    counts: { averagePullSeconds: 7.5 },
  },
];

test.each(countRows)('$what', ({ cluster, counts }) => {
  expect(decide({ nodes: three, spec: paused, ...cluster }).status).toMatchObject(counts);
});

test('a start counts as active in the status that records it', () => {
  const { status, started } = decide({ nodes: one, images: [image('x', 1, 0)] });
  expect(started).toHaveLength(1);
  expect(status).toMatchObject({ activePulls: 1, queuedPulls: 0 });
});

const limitsOf = (spec: object) =>
  paceLimitsOf({
    maxConcurrentNodes: 1,
    maxConcurrentPullsPerNode: 1,
    minDelayBetweenPulls: '10s',
    failureBackoff: { initial: '30s', max: '5m' },
    pullTimeout: '30m',
    paused: false,
    ...spec,
  });
const missing = (...counts: number[]) =>
  counts.map((count) => ({ nodesTargeted: count, nodesReady: 0 }) as PolicyImage);

describe('the remaining time', () => {
  test.each([
    {
      what: 'of one queue is limited by the delay',
      spec: {},
      images: [10],
      remaining: 10,
      pull: 4,
      nodes: 50,
      seconds: 104,
    },
    {
      what: 'of one queue is limited by the duration of a pull',
      spec: {},
      images: [10],
      remaining: 10,
      pull: 60,
      nodes: 50,
      seconds: 600,
    },
    {
      what: 'is divided by the cap of the policy',
      spec: { maxConcurrentNodes: 5, minDelayBetweenPulls: '0s' },
      images: [10],
      remaining: 10,
      pull: 60,
      nodes: 50,
      seconds: 120,
    },
    {
      what: 'is divided by the pulls that the available nodes allow, if these are fewer',
      spec: { maxConcurrentNodes: 5, minDelayBetweenPulls: '0s' },
      images: [10],
      remaining: 10,
      pull: 60,
      nodes: 2,
      seconds: 300,
    },
    {
      what: 'of waves is that of the image with the most waves',
      spec: { maxConcurrentPulls: 20, maxConcurrentNodes: 2 },
      images: [9, 3],
      remaining: 12,
      pull: 4,
      nodes: 50,
      seconds: 44,
    },
    {
      what: 'of waves is limited by the cap of the policy',
      spec: { maxConcurrentPulls: 2, maxConcurrentNodes: 2 },
      images: [9, 9, 9],
      remaining: 27,
      pull: 40,
      nodes: 50,
      seconds: 540,
    },
    {
      what: 'is unknown without an available node',
      spec: {},
      images: [10],
      remaining: 10,
      pull: 4,
      nodes: 0,
      seconds: undefined,
    },
  ])('$what', ({ spec, images, remaining, pull, nodes, seconds }) => {
    const input = {
      limits: limitsOf(spec),
      images: missing(...images),
      remaining,
      pullSeconds: pull,
      availableNodes: nodes,
    };
    expect(remainingSeconds(input)).toBe(seconds);
  });
});

const pulled = (nodesReady: number) => image('x', 10, nodesReady, { lastPullSeconds: 4 });
const etaOf = (cluster: PolicyRequestFacts, now?: number) => decide(cluster, now).status.estimatedCompletionTime;
const ten = nodesNamed(...'abcdefghij');

describe('the estimate', () => {
  test('is rounded up to a minute', () => {
    // A start now, five more that follow 10 s apart, and 4 s for a pull.
    const spec = { minDelayBetweenPulls: '10s' };
    expect(etaOf({ nodes: ten, images: [pulled(4)], spec })).toBe('2026-11-21T12:02:00Z');
    expect(etaOf({ nodes: ten, images: [pulled(5)], spec })).toBe('2026-11-21T12:01:00Z');
  });

  test.each<[string, PolicyRequestFacts]>([
    ['the policy is paused', { nodes: ten, images: [pulled(4)], spec: paused }],
    ['all images are on all nodes', { nodes: ten, images: [pulled(10)], spec: paused }],
    ['no duration of a pull is known', { nodes: ten, images: [image('x', 10, 4)] }],
    ['no node can take a pull', { nodes: ten.map((node) => ({ ...node, ready: false })), images: [pulled(4)] }],
    ['the nodes are not known', { nodes: undefined, images: [pulled(4)] }],
    ['the spec is not valid', { nodes: ten, images: [pulled(4)], spec: { maxConcurrentNodes: 0 } }],
  ])('is absent while %s', (_what, cluster) => {
    expect(etaOf(cluster)).toBeUndefined();
  });
});

test('a resync follows at the end of the last backoff if no gate requests one', () => {
  const failed = image('x', 5, 1, {
    failing: [failing('a', 1, NOON - 20 * SECOND), failing('b', 1, NOON - 10 * SECOND)],
  });
  const cordoned = ['a', 'b'].map((name) => ({ name, unschedulable: true }));
  expect(decide({ nodes: cordoned, images: [failed] }).response.resyncAfterSeconds).toBe(20);
  expect(decide({ nodes: nodesNamed('a', 'b'), images: [failed] }).response.resyncAfterSeconds).toBe(10);
});

test('counts that are right but have no time get one in the next sync', () => {
  const cluster = { nodes: one, images: [image('x', 1, 0)], pods: [running] };
  const { countsTime: _, ...merged } = decide(cluster).status;
  const { status } = decide({ ...cluster, status: merged });
  expect(status).toMatchObject({ revision: 2, activePulls: 1, countsTime: isoTime(NOON) });
});

describe('a change of the counts alone', () => {
  const cluster = (nodesReady: number): PolicyRequestFacts => ({
    nodes: one,
    images: [image('x', 10, nodesReady)],
    pods: [running],
  });
  const written = (countsTime: number) => ({ ...decide(cluster(4)).status, countsTime: isoTime(countsTime) });

  test('waits until 30 s after the last counts, and requests a resync for then', () => {
    const status = written(NOON - 20 * SECOND);
    const { response } = decide({ ...cluster(5), status });
    expect(response.status).toEqual(status);
    expect(response.resyncAfterSeconds).toBe(10);
  });

  test('is written once 30 s have passed', () => {
    const { status } = decide({ ...cluster(5), status: written(NOON - 30 * SECOND) });
    expect(status).toMatchObject({ revision: 2, pullsDone: 5, countsTime: isoTime(NOON) });
  });

  test('is written at once when the last pull has ended', () => {
    const done = { ...cluster(10), pods: [], nodes: [] };
    const { status } = decide({ ...done, status: written(NOON - SECOND) });
    expect(status).toMatchObject({ revision: 2, activePulls: 0, queuedPulls: 0, pullsDone: 10 });
  });

  test('is written at once when the time of the last counts is absent', () => {
    const { countsTime: _, ...merged } = written(NOON - SECOND);
    const { status } = decide({ ...cluster(5), status: merged });
    expect(status).toMatchObject({ revision: 2, pullsDone: 5, countsTime: isoTime(NOON) });
  });

  test('is not written twice', () => {
    const { status } = decide({ ...cluster(5), status: written(NOON - MINUTE) });
    const again = decide({ ...cluster(5), status }, NOON + MINUTE);
    expect(again.status).toEqual(status);
  });

  test('is part of a write that is due anyway', () => {
    const status = { ...written(NOON - SECOND), waves: [wave('x', NOON - SECOND)] };
    const { status: next } = decide({ ...cluster(5), spec: { paused: true }, status });
    expect(next).toMatchObject({ pullsDone: 5, countsTime: isoTime(NOON) });
  });
});
