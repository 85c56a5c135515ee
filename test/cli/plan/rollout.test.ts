// When the pulls of a plan start and end, for small clusters whose rollout a person can check.
import { describe, expect, it } from 'vitest';
import type { PullSpeed } from '../../../cli/plan/transfers.ts';
import { keyOf, NOW, type PlanCluster, pullLines, referenceOf, rolloutOf, seconds } from './plan-cluster.ts';

const two = { a: {}, b: {} };
const fast = { minDelayBetweenPulls: '0s' };
const shared = (registryBytesPerSecond: number, imageBytes: number): PullSpeed => ({
  kind: 'shared',
  registryBytesPerSecond,
  bytesOf: () => imageBytes,
});

interface Row {
  readonly cluster: PlanCluster;
  readonly speed?: PullSpeed;
  readonly pulls: readonly string[];
}

const rows: readonly (readonly [title: string, row: Row])[] = [
  [
    'a cap of 1 pulls one after the other',
    {
      cluster: { nodes: two, policies: { default: fast }, images: { x: {} } },
      pulls: ['x a 0-10', 'x b 10-20'],
    },
  ],
  [
    'a delay holds starts back while slots are free',
    {
      cluster: { nodes: two, policies: { default: { maxConcurrentNodes: 5 } }, images: { x: {} } },
      speed: seconds(3),
      pulls: ['x a 0-3', 'x b 10-13'],
    },
  ],
  [
    'a node pulls one image at a time',
    {
      cluster: {
        nodes: { a: {} },
        policies: { default: { ...fast, maxConcurrentNodes: 5 } },
        images: { x: {}, y: {} },
      },
      pulls: ['x a 0-10', 'y a 10-20'],
    },
  ],
  [
    'each image is a queue of its own with maxConcurrentPulls',
    {
      cluster: {
        nodes: { a: {}, b: {}, c: {} },
        policies: { default: { ...fast, maxConcurrentNodes: 1, maxConcurrentPulls: 3 } },
        images: { x: {}, y: {} },
      },
      pulls: ['x a 0-10', 'y b 0-10', 'x c 10-20', 'y a 10-20', 'x b 20-30', 'y c 20-30'],
    },
  ],
  [
    'two policies share the nodes',
    {
      cluster: {
        nodes: { a: {} },
        policies: { default: fast, other: fast },
        images: { x: {}, y: { policyRef: { name: 'other' } } },
      },
      pulls: ['x a 0-10', 'y a 10-20'],
    },
  ],
  [
    'a lower priority value goes first',
    {
      cluster: { nodes: { a: {} }, policies: { default: fast }, images: { x: { priority: 5 }, y: { priority: 1 } } },
      pulls: ['y a 0-10', 'x a 10-20'],
    },
  ],
  [
    'a node that holds the image is not pulled to',
    {
      cluster: {
        nodes: two,
        policies: { default: fast },
        images: { x: {} },
        statuses: {
          x: {
            image: referenceOf('x'),
            cached: [{ digest: '', since: '2026-11-21T12:00:00Z', nodes: keyOf('a') }],
          },
        },
      },
      pulls: ['x b 0-10'],
    },
  ],
  [
    'nodes that are cordoned or NotReady are left out',
    {
      cluster: {
        nodes: { a: { unschedulable: true }, b: {}, c: { ready: false } },
        policies: { default: fast },
        images: { x: {} },
      },
      pulls: ['x b 0-10'],
    },
  ],
  [
    'a paused policy starts nothing',
    { cluster: { nodes: two, policies: { default: { paused: true } }, images: { x: {} } }, pulls: [] },
  ],
  [
    'running pulls share the bandwidth of their registry',
    {
      cluster: { nodes: two, policies: { default: { maxConcurrentNodes: 2 } }, images: { x: {} } },
      // 20 s alone. The first has 10 s alone, then both have half: 20 s for its rest, and 10 s alone for the second.
      speed: shared(100, 2_000),
      pulls: ['x a 0-30', 'x b 10-40'],
    },
  ],
];

describe('in a plan', () => {
  it.each(rows)('%s', (_title, { cluster, speed = seconds(10), pulls }) => {
    const rollout = rolloutOf(cluster, speed);
    expect(rollout.end).toBe('complete');
    expect(pullLines(rollout)).toEqual(pulls);
  });

  const podOnB = (status: Readonly<Record<string, unknown>>, uid = '11111111-2222') => ({
    metadata: {
      name: 'drop-default-0',
      uid,
      labels: {
        'app.kubernetes.io/managed-by': 'drop',
        'drop.corewire.io/cachedimage': 'x',
        'drop.corewire.io/policy': 'default',
        'drop.corewire.io/slot': '0',
      },
      annotations: { 'drop.corewire.io/reference': referenceOf('x'), 'drop.corewire.io/node-key': keyOf('b') },
      creationTimestamp: new Date(NOW - 4_000).toISOString().replace('.000', ''),
    },
    spec: { nodeName: 'b', containers: [{ name: 'pull', image: referenceOf('x') }] },
    status,
  });
  const withPod = (pod: ReturnType<typeof podOnB>, recorded: readonly string[] = []): PlanCluster => ({
    nodes: two,
    policies: { default: fast },
    images: { x: {} },
    statuses: { x: { image: referenceOf('x'), recorded } },
    pods: [pod],
  });

  it('a pull that is in progress ends when it would, and its slot is used again', () => {
    const cluster = withPod(podOnB({ phase: 'Pending' }));
    expect(pullLines(rolloutOf(cluster, seconds(10)))).toEqual(['x b -4-6', 'x a 6-16']);
  });

  it('a pull that has ended and is not recorded yet is not repeated', () => {
    const state = { terminated: { exitCode: 0, reason: 'Completed' } };
    const containerStatuses = [{ name: 'pull', imageID: `x@sha256:${'a'.repeat(64)}`, state }];
    const rollout = rolloutOf(withPod(podOnB({ phase: 'Succeeded', containerStatuses })), seconds(10));
    expect(pullLines(rollout)).toEqual(['x a 0-10']);
    expect(rollout.images.get('x')?.reach.cached).toBe(1);
  });

  const refused = { waiting: { reason: 'ErrImagePull', message: 'not found' } };
  const failed = { phase: 'Pending', containerStatuses: [{ name: 'pull', imageID: '', state: refused }] };

  it('a pull that has failed and is not recorded yet backs off', () => {
    const pulls = pullLines(rolloutOf(withPod(podOnB(failed)), seconds(10)));
    expect(pulls).toEqual(['x a 0-10', 'x b 30-40']);
  });

  it('a failure that is recorded already does not count twice', () => {
    const pulls = pullLines(rolloutOf(withPod(podOnB(failed), ['11111111']), seconds(10)));
    expect(pulls).toEqual(['x a 0-10', 'x b 10-20']);
  });

  it('a pull longer than pullTimeout fails and is retried, until the plan gives the rollout up', () => {
    const policies = { default: { ...fast, pullTimeout: '5s', failureBackoff: { initial: '10s', max: '10s' } } };
    const rollout = rolloutOf({ nodes: { a: {} }, policies, images: { x: {} } }, seconds(60));
    expect(rollout.end).toBe('timeouts');
    expect(pullLines(rollout)).toEqual(['x a 0-5', 'x a 15-20', 'x a 30-35']);
  });

  it('time counts for the first closed gate while a pair waits', () => {
    const [run] = rolloutOf({ nodes: two, policies: { default: {} }, images: { x: {} } }, seconds(4)).runs;
    // The slot is in use for 4 s; then the rest of the 10 s delay is left.
    expect([...(run?.gateMilliseconds ?? [])]).toEqual([
      ['policy-cap', 4_000],
      ['delay', 6_000],
    ]);
  });
});
