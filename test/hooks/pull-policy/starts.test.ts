// Which pulls a PullPolicy starts, as a table.
import { expect, test } from 'vitest';
import { isoTime, NOON, nodesNamed, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { cachedOn, decide, images, two } from './policy-tables.ts';

interface StartRow {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly started: readonly string[];
}

const startTable: StartRow[] = [
  { what: 'nothing without images', input: { nodes: two }, started: [] },
  { what: 'nothing without nodes', input: { nodes: [], images: images('x') }, started: [] },
  { what: 'nothing without a Fleet', input: { images: images('x') }, started: [] },
  { what: 'one pull at once by default', input: { nodes: two, images: images('x') }, started: ['x on a slot 0'] },
  {
    what: 'as many as maxConcurrentNodes',
    input: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 2 } },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    what: 'one pull a node, so the second image waits',
    input: { nodes: nodesNamed('a'), images: images('x', 'y'), spec: { maxConcurrentNodes: 5 } },
    started: ['x on a slot 0'],
  },
  {
    what: 'more a node where the policy says so',
    input: {
      nodes: nodesNamed('a'),
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 },
    },
    started: ['x on a slot 0', 'y on a slot 1'],
  },
  {
    what: 'never two pulls of one reference on a node, also for two images',
    input: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x' }, { name: 'y', spec: { image: 'registry.example.com/x' } }],
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'the lowest free slot',
    input: {
      nodes: nodesNamed('a', 'b', 'c'),
      images: images('x'),
      spec: { maxConcurrentNodes: 3 },
      pods: [{ slot: 1, image: 'x', node: 'b' }],
    },
    started: ['x on a slot 0', 'x on c slot 2'],
  },
  {
    what: 'nothing above a lowered cap while the rest runs out',
    input: {
      nodes: nodesNamed('a', 'b', 'c'),
      images: images('x'),
      spec: { maxConcurrentNodes: 2 },
      pods: [
        { slot: 4, image: 'x', node: 'a' },
        { slot: 3, image: 'x', node: 'b' },
      ],
    },
    started: [],
  },
  {
    what: 'beside what runs out above a lowered cap only as many as are left of it',
    input: {
      nodes: nodesNamed('a', 'b', 'c', 'd', 'e'),
      images: images('x'),
      spec: { maxConcurrentNodes: 3 },
      pods: [
        { slot: 4, image: 'x', node: 'a' },
        { slot: 3, image: 'x', node: 'b' },
      ],
    },
    started: ['x on c slot 0'],
  },
  {
    what: 'nothing into the slot of a Pod that is being deleted',
    input: {
      nodes: two,
      images: images('x'),
      pods: [{ slot: 0, image: 'y', node: 'b', deleting: true }],
    },
    started: [],
  },
  {
    what: 'nothing while the start before it is not seen yet',
    input: {
      nodes: two,
      images: images('x'),
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }] },
    },
    started: [],
  },
  {
    what: 'nothing for a cached pair',
    input: { nodes: two, images: [{ name: 'x', status: cachedOn('a') }] },
    started: ['x on b slot 0'],
  },
  {
    what: 'a replaced node is another node',
    input: {
      nodes: [{ name: 'a', uid: 'ffffffff-ffff-4000-8000-000000000000' }],
      images: [{ name: 'x', status: cachedOn('a') }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a ledger about another reference counts for nothing',
    input: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: { ...cachedOn('a'), image: 'registry.example.com/x:v0' } }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'nothing when paused',
    input: { nodes: two, images: images('x'), spec: { paused: true } },
    started: [],
  },
  {
    what: 'nothing for an image of another policy',
    input: { nodes: two, images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
    started: [],
  },
  {
    what: 'images without policyRef belong to the default alone',
    input: { name: 'slow', nodes: two, images: images('x') },
    started: [],
  },
  {
    what: 'nothing for an image that is being deleted',
    input: { nodes: two, images: [{ name: 'x', metadata: { deletionTimestamp: isoTime(NOON) } }] },
    started: [],
  },
  {
    what: 'nothing for a spec that is not valid, the rest goes on',
    input: { nodes: two, images: [{ name: 'x', spec: { tag: 7 } }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'nothing for an image name that is none',
    input: { nodes: two, images: [{ name: 'x', spec: { image: 'registry.example.com/Team/App' } }] },
    started: [],
  },
  {
    what: 'nothing when the policy itself is being deleted',
    input: { nodes: two, images: images('x'), metadata: { deletionTimestamp: isoTime(NOON) } },
    started: [],
  },
  {
    what: 'nothing when the policy is not valid',
    input: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 0 } },
    started: [],
  },
  ...['Fleet.drop.corewire.io/v1alpha1', 'CachedImage.drop.corewire.io/v1alpha1', 'Pod.v1'].map((group) => ({
    what: `nothing while the group ${group} is not sent`,
    input: { nodes: two, images: images('x'), without: [group] },
    started: [],
  })),
  {
    what: 'only nodes with the labels of image and policy',
    input: {
      nodes: [
        { name: 'a', labels: { pool: 'build' } },
        { name: 'b', labels: { pool: 'build', zone: 'z1' } },
        { name: 'c', labels: { zone: 'z1' } },
      ],
      images: [{ name: 'x', spec: { nodeSelector: { pool: 'build' } } }],
      spec: { maxConcurrentNodes: 5, nodeSelector: { zone: 'z1' } },
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'a node can be named by its hostname label',
    input: {
      nodes: two,
      images: [{ name: 'x', spec: { nodeSelector: { 'kubernetes.io/hostname': 'b' } } }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'no tainted node unless the image or the policy tolerates it',
    input: {
      nodes: [
        { name: 'a', taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
        { name: 'b', taints: [{ key: 'ci', effect: 'NoExecute' }] },
        { name: 'c', taints: [{ key: 'db', effect: 'NoSchedule' }] },
      ],
      images: [{ name: 'x', spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } }],
      spec: { maxConcurrentNodes: 5, tolerations: [{ key: 'ci', operator: 'Exists' }] },
    },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    what: 'no node that is NotReady, cordoned, under pressure, or not Linux',
    input: {
      nodes: [
        { name: 'a', ready: false },
        { name: 'b', unschedulable: true },
        { name: 'c', taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] },
        { name: 'd', os: 'windows' },
        { name: 'e' },
      ],
      images: images('x'),
      spec: { maxConcurrentNodes: 5 },
    },
    started: ['x on e slot 0'],
  },
  {
    what: 'no node on which another policy pulls',
    input: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentNodes: 5 },
      otherPods: [{ slot: 0, image: 'z', node: 'a' }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'a finished Pod of another policy leaves the node free',
    input: {
      nodes: nodesNamed('a'),
      images: images('x'),
      otherPods: [{ slot: 0, image: 'z', node: 'a', state: 'completed' }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a finished Pod that is not recorded holds its slot and pair',
    input: {
      nodes: two,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      pods: [{ slot: 0, image: 'x', node: 'a', state: 'completed' }],
    },
    started: ['x on b slot 1'],
  },
  {
    what: 'lower priority first, then rank, then the image that failed less, then name',
    input: {
      nodes: nodesNamed('a', 'b', 'c', 'd', 'e'),
      images: [
        { name: 'v', spec: { priority: 1 } },
        { name: 'w', spec: { priority: -1 }, metadata: { annotations: { 'drop.corewire.io/rank': '2' } } },
        { name: 'x', spec: { priority: -1 }, metadata: { annotations: { 'drop.corewire.io/rank': '1' } } },
        { name: 'y', status: { consecutiveFailures: 1 } },
        { name: 'z' },
      ].map((image) => ({ ...image, spec: { ...image.spec, nodeSelector: {} } })),
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 1 },
    },
    started: ['x on a slot 0', 'w on b slot 1', 'z on c slot 2', 'y on d slot 3', 'v on e slot 4'],
  },
  {
    what: 'missing before re-pull, whatever the priority',
    input: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', spec: { priority: -5 }, status: cachedOn('a') }, { name: 'y' }],
      spec: { repullInterval: '30m' },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 're-pull once the interval has passed',
    input: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '60m' },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'no re-pull before',
    input: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '61m' },
    },
    started: [],
  },
  {
    what: 'the next start goes to another node',
    input: { nodes: nodesNamed('a', 'b', 'c'), images: images('x'), status: { lastStartNode: 'a' } },
    started: ['x on b slot 0'],
  },
  {
    what: 'after the last node comes the first',
    input: { nodes: two, images: images('x'), status: { lastStartNode: 'b' } },
    started: ['x on a slot 0'],
  },
  {
    what: 'a queue an image: each image up to maxConcurrentNodes, all up to maxConcurrentPulls',
    input: {
      nodes: nodesNamed('a', 'b', 'c', 'd'),
      images: images('x', 'y'),
      spec: { maxConcurrentPulls: 3, maxConcurrentNodes: 2 },
    },
    started: ['x on a slot 0', 'x on b slot 1', 'y on c slot 2'],
  },
  {
    what: 'without a delay also right after a start of which only the second is known',
    input: {
      nodes: two,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON) } }],
      spec: { maxConcurrentPulls: 2, maxConcurrentNodes: 1 },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'at most 20 starts an answer',
    input: {
      nodes: nodesNamed(...Array.from({ length: 30 }, (_, index) => `n${String(index).padStart(2, '0')}`)),
      images: images('x'),
      spec: { maxConcurrentNodes: 30 },
    },
    started: Array.from({ length: 20 }, (_, index) => `x on n${String(index).padStart(2, '0')} slot ${index}`),
  },
];

test.each(startTable)('starts: $what', ({ input, started }) => {
  expect(decide(input).started).toEqual(started);
});
