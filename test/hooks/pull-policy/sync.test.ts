// The decisions of a PullPolicy as tables: what is started, what is kept, what is waited for.
import { expect, test } from 'vitest';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import {
  attemptOfPod,
  HOUR,
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  nodesNamed,
  type PodFacts,
  type PolicyWorld,
  policyRequest,
  referenceOf,
  SECOND,
  settings,
  uidOf,
} from '../builders/wire.ts';

function decide(world: PolicyWorld, now = NOON) {
  const request = policyRequest(world);
  const { response, decision } = syncPullPolicy(request, settings, now);
  const pods = response.children.filter(({ kind }) => kind === 'Pod');
  const started = pods
    .filter(({ spec }) => spec !== undefined)
    .map(({ metadata }) => {
      const labels = metadata.labels ?? {};
      return `${labels['drop.corewire.io/cachedimage']} on ${labels['drop.corewire.io/node']} slot ${labels['drop.corewire.io/slot']}`;
    });
  const kept = pods.filter(({ spec }) => spec === undefined).map(({ metadata }) => metadata.name);
  return { response, decision, started, kept, status: response.status as Record<string, never> };
}

const cachedOn = (...names: string[]) => ({
  cached: [
    {
      digest: 'sha256:1',
      since: isoTime(NOON - HOUR),
      nodes: names
        .map((name) => keyOf({ name }))
        .sort()
        .join(' '),
    },
  ],
});

const failing = (node: string, failures: number, at: number, reason = 'ErrImagePull') => ({
  node,
  key: keyOf({ name: node }),
  reason,
  message: '',
  failures,
  at: isoTime(at),
});

const two = nodesNamed('a', 'b');
const images = (...names: string[]) => names.map((name) => ({ name }));

interface StartRow {
  readonly what: string;
  readonly world: PolicyWorld;
  readonly started: readonly string[];
}

const startTable: StartRow[] = [
  { what: 'nothing without images', world: { nodes: two }, started: [] },
  { what: 'nothing without nodes', world: { nodes: [], images: images('x') }, started: [] },
  { what: 'nothing without a Fleet', world: { images: images('x') }, started: [] },
  { what: 'one pull at once by default', world: { nodes: two, images: images('x') }, started: ['x on a slot 0'] },
  {
    what: 'as many as maxConcurrentNodes',
    world: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 2 } },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    what: 'one pull a node, so the second image waits',
    world: { nodes: nodesNamed('a'), images: images('x', 'y'), spec: { maxConcurrentNodes: 5 } },
    started: ['x on a slot 0'],
  },
  {
    what: 'more a node where the policy says so',
    world: {
      nodes: nodesNamed('a'),
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 },
    },
    started: ['x on a slot 0', 'y on a slot 1'],
  },
  {
    what: 'never two pulls of one reference on a node, also for two images',
    world: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x' }, { name: 'y', spec: { image: 'registry.example.com/x' } }],
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'the lowest free slot',
    world: {
      nodes: nodesNamed('a', 'b', 'c'),
      images: images('x'),
      spec: { maxConcurrentNodes: 3 },
      pods: [{ slot: 1, image: 'x', node: 'b' }],
    },
    started: ['x on a slot 0', 'x on c slot 2'],
  },
  {
    what: 'nothing above a lowered cap while the rest runs out',
    world: {
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
    what: 'nothing into the slot of a Pod that is being deleted',
    world: {
      nodes: two,
      images: images('x'),
      pods: [{ slot: 0, image: 'y', node: 'b', deleting: true }],
    },
    started: [],
  },
  {
    what: 'nothing while the start before it is not seen yet',
    world: {
      nodes: two,
      images: images('x'),
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }] },
    },
    started: [],
  },
  {
    what: 'nothing for a cached pair',
    world: { nodes: two, images: [{ name: 'x', status: cachedOn('a') }] },
    started: ['x on b slot 0'],
  },
  {
    what: 'a replaced node is another node',
    world: {
      nodes: [{ name: 'a', uid: 'ffffffff-ffff-4000-8000-000000000000' }],
      images: [{ name: 'x', status: cachedOn('a') }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a ledger about another reference counts for nothing',
    world: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: { ...cachedOn('a'), image: 'registry.example.com/x:v0' } }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'nothing when paused',
    world: { nodes: two, images: images('x'), spec: { paused: true } },
    started: [],
  },
  {
    what: 'nothing for an image of another policy',
    world: { nodes: two, images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
    started: [],
  },
  {
    what: 'images without policyRef belong to the default alone',
    world: { name: 'slow', nodes: two, images: images('x') },
    started: [],
  },
  {
    what: 'nothing for an image that is being deleted',
    world: { nodes: two, images: [{ name: 'x', metadata: { deletionTimestamp: isoTime(NOON) } }] },
    started: [],
  },
  {
    what: 'nothing for a spec that is not valid, the rest goes on',
    world: { nodes: two, images: [{ name: 'x', spec: { tag: 7 } }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'nothing for an image name that is none',
    world: { nodes: two, images: [{ name: 'x', spec: { image: 'registry.example.com/Team/App' } }] },
    started: [],
  },
  {
    what: 'nothing when the policy itself is being deleted',
    world: { nodes: two, images: images('x'), metadata: { deletionTimestamp: isoTime(NOON) } },
    started: [],
  },
  {
    what: 'nothing when the policy is not valid',
    world: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 0 } },
    started: [],
  },
  ...['Fleet.drop.corewire.io/v1alpha1', 'CachedImage.drop.corewire.io/v1alpha1', 'Pod.v1'].map((group) => ({
    what: `nothing while the group ${group} is not sent`,
    world: { nodes: two, images: images('x'), without: [group] },
    started: [],
  })),
  {
    what: 'only nodes with the labels of image and policy',
    world: {
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
    world: {
      nodes: two,
      images: [{ name: 'x', spec: { nodeSelector: { 'kubernetes.io/hostname': 'b' } } }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'no tainted node unless the image or the policy tolerates it',
    world: {
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
    world: {
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
    world: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentNodes: 5 },
      otherPods: [{ slot: 0, image: 'z', node: 'a' }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'a finished Pod of another policy leaves the node free',
    world: {
      nodes: nodesNamed('a'),
      images: images('x'),
      otherPods: [{ slot: 0, image: 'z', node: 'a', state: 'completed' }],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a finished Pod that is not recorded holds its slot and pair',
    world: {
      nodes: two,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      pods: [{ slot: 0, image: 'x', node: 'a', state: 'completed' }],
    },
    started: ['x on b slot 1'],
  },
  {
    what: 'lower priority first, then rank, then the image that failed less, then name',
    world: {
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
    world: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', spec: { priority: -5 }, status: cachedOn('a') }, { name: 'y' }],
      spec: { repullInterval: '30m' },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 're-pull once the interval has passed',
    world: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '60m' },
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'no re-pull before',
    world: {
      nodes: nodesNamed('a'),
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '61m' },
    },
    started: [],
  },
  {
    what: 'the next start goes to another node',
    world: { nodes: nodesNamed('a', 'b', 'c'), images: images('x'), status: { lastStartNode: 'a' } },
    started: ['x on b slot 0'],
  },
  {
    what: 'after the last node comes the first',
    world: { nodes: two, images: images('x'), status: { lastStartNode: 'b' } },
    started: ['x on a slot 0'],
  },
  {
    what: 'a queue an image: each image up to maxConcurrentNodes, all up to maxConcurrentPulls',
    world: {
      nodes: nodesNamed('a', 'b', 'c', 'd'),
      images: images('x', 'y'),
      spec: { maxConcurrentPulls: 3, maxConcurrentNodes: 2 },
    },
    started: ['x on a slot 0', 'x on b slot 1', 'y on c slot 2'],
  },
  {
    what: 'at most 20 starts an answer',
    world: {
      nodes: nodesNamed(...Array.from({ length: 30 }, (_, index) => `n${String(index).padStart(2, '0')}`)),
      images: images('x'),
      spec: { maxConcurrentNodes: 30 },
    },
    started: Array.from({ length: 20 }, (_, index) => `x on n${String(index).padStart(2, '0')} slot ${index}`),
  },
];

test.each(startTable)('starts: $what', ({ world, started }) => {
  expect(decide(world).started).toEqual(started);
});

interface WaitRow {
  readonly what: string;
  readonly world: PolicyWorld;
  readonly gate: string | undefined;
  /** Seconds from now. */
  readonly resyncAfterSeconds: number | undefined;
}

const one = nodesNamed('a');
const manyNodes = nodesNamed('a', 'b', 'c', 'd', 'e');
const threeFail = [failing('a', 1, NOON), failing('b', 1, NOON - 1), failing('c', 1, NOON - 2)];

const waitTable: WaitRow[] = [
  { what: 'nothing to do', world: { nodes: one }, gate: undefined, resyncAfterSeconds: undefined },
  {
    what: 'paused is not a matter of time',
    world: { nodes: one, images: images('x'), spec: { paused: true } },
    gate: 'paused',
    resyncAfterSeconds: undefined,
  },
  {
    what: 'the rest of minDelayBetweenPulls, to the millisecond that the status recorded',
    world: {
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
    world: {
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
    world: {
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
    world: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - 10 * SECOND)], consecutiveFailures: 1 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 20,
  },
  {
    what: 'the backoff doubles with each failure',
    world: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 3, NOON)], consecutiveFailures: 3 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 120,
  },
  {
    what: 'the backoff ends at its max',
    world: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [failing('a', 30, NOON)], consecutiveFailures: 30 } }],
    },
    gate: 'backoff',
    resyncAfterSeconds: 300,
  },
  {
    what: 'three nodes that fail close the breaker: one more try 30 s after the last failure',
    world: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
      spec: { maxConcurrentNodes: 5 },
    },
    gate: 'breaker',
    resyncAfterSeconds: 30,
  },
  {
    what: 'the breaker backs off with the failures of the image',
    world: {
      nodes: manyNodes,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 5 } }],
      spec: { maxConcurrentNodes: 5 },
    },
    gate: 'breaker',
    resyncAfterSeconds: 120,
  },
  {
    what: 'a queue an image: nothing more of this image until the delay has passed',
    world: {
      nodes: two,
      images: [{ name: 'x', status: { lastAttemptedAt: isoTime(NOON - 5 * SECOND) } }],
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 2, minDelayBetweenPulls: '10s' },
    },
    gate: 'delay',
    resyncAfterSeconds: 5.999,
  },
  {
    what: 'the deadline of a pull that goes on',
    world: {
      nodes: one,
      images: images('x'),
      pods: [{ slot: 0, image: 'x', node: 'a', deadline: NOON + 90 * SECOND }],
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 90,
  },
  {
    what: 'a pull on a node that is NotReady ends 60 s after it began',
    world: {
      nodes: [{ name: 'a', ready: false }],
      images: images('x'),
      pods: [{ slot: 0, image: 'x', node: 'a', createdAt: NOON - 50 * SECOND }],
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 10,
  },
  {
    what: 'the re-pull that comes next',
    world: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '90m' },
    },
    gate: undefined,
    resyncAfterSeconds: 1800,
  },
  {
    what: 'a node that is not eligible is not a matter of time',
    world: { nodes: [{ name: 'a', unschedulable: true }], images: images('x') },
    gate: 'node-not-eligible',
    resyncAfterSeconds: undefined,
  },
  {
    what: 'a start that nobody sees is given up after 60 s',
    world: {
      nodes: one,
      images: images('x'),
      status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - 40 * SECOND) }] },
    },
    gate: 'policy-cap',
    resyncAfterSeconds: 20,
  },
];

test.each(waitTable)('waits: $what', ({ world, gate, resyncAfterSeconds }) => {
  const { response, decision, started } = decide(world);
  expect(started).toEqual([]);
  expect(decision.waitingFor).toBe(gate);
  expect(response.resyncAfterSeconds).toBe(resyncAfterSeconds);
});

test('an answer that names a Pod nobody has seen asks again within 5 s', () => {
  expect(decide({ nodes: one, images: images('x') }).response.resyncAfterSeconds).toBe(5);
});

test('the breaker lets one try through when it is time, on the node tried least', () => {
  const world: PolicyWorld = {
    nodes: manyNodes,
    images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
    spec: { maxConcurrentNodes: 5 },
  };
  expect(decide(world, NOON + 30 * SECOND).started).toEqual(['x on d slot 0']);
  const trying = { ...world, pods: [{ slot: 0, image: 'x', node: 'd', createdAt: NOON + 30 * SECOND }] };
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

interface KeepRow {
  readonly what: string;
  readonly pod: PodFacts;
  readonly world?: PolicyWorld;
  readonly kept: boolean;
}

const finished: PodFacts = { slot: 0, image: 'x', node: 'a', state: 'completed' };
const running: PodFacts = { slot: 0, image: 'x', node: 'a' };
const recordedBy = (pod: PodFacts, image = 'x') => ({
  images: [{ name: image, status: { recorded: [attemptOfPod(pod)] } }],
});

const keepTable: KeepRow[] = [
  { what: 'a pull that goes on', pod: running, kept: true },
  { what: 'a Pod without a status', pod: { ...running, state: 'no-status' }, kept: true },
  { what: 'a finished pull that nobody recorded', pod: finished, kept: true },
  { what: 'a failed pull that nobody recorded', pod: { ...finished, state: 'not-found' }, kept: true },
  { what: 'a finished pull that is recorded', pod: finished, world: recordedBy(finished), kept: false },
  { what: 'a pull that goes on although it is recorded', pod: running, world: recordedBy(running), kept: true },
  {
    what: 'a finished pull recorded about another reference',
    pod: finished,
    world: {
      images: [{ name: 'x', status: { recorded: [attemptOfPod(finished)], image: 'registry.example.com/x:v0' } }],
    },
    kept: true,
  },
  { what: 'a pull of an image that is gone', pod: running, world: { images: [] }, kept: false },
  { what: 'a pull of an image that was made anew under its name', pod: { ...running, imageUid: 'old' }, kept: false },
  { what: 'a pull of another reference', pod: { ...running, reference: 'registry.example.com/x:v0' }, kept: false },
  { what: 'a pull to a node that was replaced', pod: { ...running, nodeKey: 'ffffffffffff' }, kept: false },
  { what: 'a pull to a node that is not known', pod: { ...running, node: 'gone' }, kept: true },
  { what: 'a pull when the cap is lowered', pod: { ...running, slot: 7 }, kept: true },
  { what: 'a pull when the policy is paused', pod: running, world: { spec: { paused: true } }, kept: true },
  { what: 'a pull when the policy is not valid', pod: running, world: { spec: { maxConcurrentNodes: 0 } }, kept: true },
  {
    what: 'a pull when the node is cordoned',
    pod: running,
    world: { nodes: [{ name: 'a', unschedulable: true }] },
    kept: true,
  },
  {
    what: 'a pull when the image moved to another policy',
    pod: running,
    world: { images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
    kept: true,
  },
  {
    what: 'a pull when the spec of the image is no longer valid but its ledger names the reference',
    pod: running,
    world: { images: [{ name: 'x', spec: { tag: 7 }, status: {} }] },
    kept: true,
  },
  {
    what: 'a recorded pull while the images are not sent',
    pod: finished,
    world: { ...recordedBy(finished), without: ['CachedImage.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  {
    what: 'a recorded pull while the Fleet is not sent',
    pod: finished,
    world: { ...recordedBy(finished), without: ['Fleet.drop.corewire.io/v1alpha1'] },
    kept: true,
  },
  {
    what: 'a pull past its deadline that nobody recorded',
    pod: { ...running, deadline: NOON - SECOND },
    kept: true,
  },
  {
    what: 'a pull past its deadline that is recorded',
    pod: { ...running, deadline: NOON - SECOND },
    world: recordedBy(running),
    kept: false,
  },
];

test.each(keepTable)('kept ($kept): $what', ({ pod, world, kept }) => {
  const answer = decide({ nodes: two, images: images('x'), spec: { paused: true }, ...world, pods: [pod] });
  expect(answer.kept).toEqual(kept ? [`drop-default-${pod.slot}`] : []);
});

test('a start is written down with its slot, pair and millisecond', () => {
  const { status } = decide({ nodes: one, images: images('x') }, NOON + 123);
  expect(status).toMatchObject({
    revision: 1,
    lastStartTime: '2026-11-21T12:00:00.123Z',
    lastStartNode: 'a',
    starting: [{ slot: 0, image: 'x', node: 'a', at: '2026-11-21T12:00:00.123Z' }],
  });
});

test('a start leaves the status when its Pod is seen', () => {
  const { status } = decide({
    nodes: one,
    images: images('x'),
    status: { revision: 4, starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }] },
    pods: [running],
  });
  expect(status).toMatchObject({ revision: 5, starting: [], rejected: [] });
});

test('a start without a Pod for 60 s is a rejection: its pair and its slot rest, and the condition says where to look', () => {
  const world: PolicyWorld = {
    nodes: one,
    images: images('x'),
    status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - MINUTE) }] },
  };
  const { status, started, response } = decide(world);
  expect(started).toEqual([]);
  expect(status).toMatchObject({
    starting: [],
    rejected: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON), count: 1 }],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'PodsCreated', status: 'False', reason: 'PodRejected' },
    ],
  });
  expect(response.resyncAfterSeconds).toBe(30);
  const later = decide({ ...world, status: status as never }, NOON + 30 * SECOND);
  expect(later.started).toEqual(['x on a slot 0']);
});

test('a rejection is forgotten once a Pod of its slot is seen', () => {
  const rejected = [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - MINUTE), count: 3 }];
  const { status } = decide({ nodes: one, images: images('x'), status: { rejected }, pods: [running] });
  expect(status).toMatchObject({ rejected: [], conditions: [{}, { type: 'PodsCreated', status: 'True' }] });
});

test('the Pod says what it is, may do nothing, and is pinned to its node', () => {
  const spec = {
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [{ name: 'login' }],
    tolerations: [{ key: 'ci', operator: 'Exists' }],
  };
  const { response } = decide({ nodes: one, images: [{ name: 'x', spec }], spec: { pullTimeout: '1h' } });
  expect(response.children[0]).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'drop-default-0',
      namespace: 'drop-system',
      labels: {
        'app.kubernetes.io/managed-by': 'drop',
        'drop.corewire.io/cachedimage': 'x',
        'drop.corewire.io/node': 'a',
        'drop.corewire.io/policy': 'default',
        'drop.corewire.io/slot': '0',
      },
      annotations: {
        'drop.corewire.io/image-uid': uidOf('x'),
        'drop.corewire.io/node-key': keyOf({ name: 'a' }),
        'drop.corewire.io/deadline': '2026-11-21T13:00:00.000Z',
      },
    },
    spec: {
      nodeName: 'a',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: [{ name: 'login' }],
      tolerations: [{ key: 'ci', operator: 'Exists' }],
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'pull',
          image: referenceOf('x'),
          imagePullPolicy: 'IfNotPresent',
          command: ['true'],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ],
    },
  });
});

test.each([
  {
    what: 'a valid policy',
    spec: { paused: true, repullInterval: '1h' },
    view: { paused: true, repullInterval: '1h' },
  },
  { what: 'a policy that is not valid keeps the last view', spec: { maxConcurrentNodes: 0 }, view: { paused: false } },
])('the PolicyView of $what', ({ spec, view }) => {
  const { response } = decide({ nodes: one, spec });
  expect(response.children.filter(({ kind }) => kind === 'PolicyView')).toEqual([
    { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'PolicyView', metadata: { name: 'default' }, spec: view },
  ]);
});

test.each([
  { what: 'InvalidSpec', world: { spec: { pullTimeout: 'soon' } }, ready: { status: 'False', reason: 'InvalidSpec' } },
  { what: 'FleetNotFound', world: {}, ready: { status: 'False', reason: 'FleetNotFound' } },
  { what: 'Paused', world: { nodes: one, spec: { paused: true } }, ready: { status: 'False', reason: 'Paused' } },
  { what: 'Active', world: { nodes: one }, ready: { status: 'True', reason: 'Active' } },
])('the Ready condition says $what and the starts stay', ({ world, ready }) => {
  const starting = [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }];
  const { status } = decide({ ...world, images: images('x'), status: { starting } });
  expect(status).toMatchObject({ starting, conditions: [ready, {}] });
});

test('names over 63 characters keep labels valid and Pod names apart', () => {
  const long = `${'policy.with-a-name-that-goes-on-and-on-until-it-is-longer-than'.repeat(2)}.end`;
  const { response } = decide({
    name: long,
    nodes: [{ name: `node-${'n'.repeat(80)}` }],
    images: [{ name: `image-${'i'.repeat(80)}`, spec: { policyRef: { name: long }, image: 'registry.example.com/x' } }],
  });
  const [pod] = response.children;
  expect(pod?.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  for (const value of Object.values(pod?.metadata.labels ?? {})) {
    expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
  }
});
