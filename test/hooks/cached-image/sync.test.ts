// What a CachedImage says and records, as tables.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import {
  attemptOfPod,
  HOUR,
  type ImageWorld,
  imageRequest,
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  type NodeFacts,
  nodesNamed,
  type PodFacts,
  referenceOf,
  SECOND,
  settings,
} from '../builders/wire.ts';

function sync(world: Omit<ImageWorld, 'name'>, now = NOON) {
  const { response } = syncCachedImage(imageRequest({ name: 'x', ...world }), settings, now);
  const status = response.status as Partial<CachedImageStatus>;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return { response, status, ready, resync: response.resyncAfterSeconds };
}

const digest = `sha256:${'a'.repeat(64)}`;
const keys = (...names: string[]) =>
  names
    .map((name) => keyOf({ name }))
    .sort()
    .join(' ');
const noon = '2026-11-21T12:00:00Z';
const cachedOn = (...names: string[]) => ({ cached: [{ digest, since: noon, nodes: keys(...names) }] });
const two = nodesNamed('a', 'b');
const pulling: PodFacts = { slot: 0, image: 'x', node: 'a' };
const done: PodFacts = { slot: 0, image: 'x', node: 'a', state: 'completed' };
const failed: PodFacts = { slot: 0, image: 'x', node: 'a', state: 'not-found' };

const failing = (
  node: string,
  failures: number,
  reason = 'ErrImagePull',
  message = 'pull access denied: unauthorized',
) => ({
  node,
  key: keyOf({ name: node }),
  reason,
  message,
  failures,
  at: isoTime(NOON - MINUTE),
});

interface ReasonRow {
  readonly what: string;
  readonly world: Omit<ImageWorld, 'name'>;
  readonly reason: string;
  readonly ready: string | undefined;
  readonly phase: CachedImageStatus['phase'];
  /** A part of the message. */
  readonly says?: string;
}

const reasonTable: ReasonRow[] = [
  {
    what: 'a spec that is not valid',
    world: { nodes: two, spec: { tag: 7 } },
    reason: 'InvalidSpec',
    ready: undefined,
    phase: 'Degraded',
    says: 'spec.tag',
  },
  {
    what: 'a tag inside the image field',
    world: { nodes: two, spec: { image: 'registry.example.com/x:v2' } },
    reason: 'InvalidSpec',
    ready: undefined,
    phase: 'Degraded',
    says: 'use the field tag',
  },
  {
    what: 'a name that no registry takes',
    world: { nodes: two, spec: { image: 'registry.example.com/Team/App' } },
    reason: 'InvalidImageName',
    ready: undefined,
    phase: 'Degraded',
    says: 'lower',
  },
  {
    what: 'a policy that does not exist',
    world: { nodes: two, policyView: false },
    reason: 'PolicyNotFound',
    ready: '0/2',
    phase: 'Pending',
    says: 'PullPolicy default',
  },
  { what: 'no Fleet', world: {}, reason: 'FleetNotFound', ready: undefined, phase: 'Pending' },
  {
    what: 'labels that no node has',
    world: { nodes: two, spec: { nodeSelector: { pool: 'gpu' } } },
    reason: 'NoMatchingNodes',
    ready: '0/0',
    phase: 'Pending',
    says: 'nodeSelector',
  },
  {
    what: 'labels of the policy that no node has',
    world: { nodes: two, policyView: { nodeSelector: { pool: 'gpu' } } },
    reason: 'NoMatchingNodes',
    ready: '0/0',
    phase: 'Pending',
  },
  {
    what: 'on all nodes',
    world: { nodes: two, status: cachedOn('a', 'b') },
    reason: 'Cached',
    ready: '2/2',
    phase: 'Ready',
    says: 'on 2 nodes',
  },
  {
    what: 'on all nodes, although paused and although a re-pull failed',
    world: {
      nodes: two,
      status: { ...cachedOn('a', 'b'), failing: [failing('a', 3)] },
      policyView: { paused: true },
    },
    reason: 'Cached',
    ready: '2/2',
    phase: 'Ready',
  },
  {
    what: 'failed once',
    world: { nodes: two, status: { failing: [failing('a', 1)] } },
    reason: 'ErrImagePull',
    ready: '0/2',
    phase: 'Degraded',
    says: 'unauthorized: check imagePullSecrets (on a)',
  },
  {
    what: 'failed twice on a node',
    world: { nodes: two, status: { failing: [failing('a', 2)] } },
    reason: 'ImagePullBackOff',
    ready: '0/2',
    phase: 'Degraded',
  },
  {
    what: 'a reason of the kubelet passes through',
    world: { nodes: two, status: { failing: [failing('b', 4, 'Evicted', 'low on memory')] } },
    reason: 'Evicted',
    ready: '0/2',
    phase: 'Degraded',
  },
  {
    what: 'a node that failed and is gone counts no more',
    world: { nodes: two, status: { failing: [failing('gone', 2)] } },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
  },
  {
    what: 'paused',
    world: { nodes: two, status: cachedOn('a'), policyView: { paused: true }, pods: [{ ...pulling, node: 'b' }] },
    reason: 'Paused',
    ready: '1/2',
    phase: 'Pulling',
    says: '1 of 2 nodes have it',
  },
  {
    what: 'a pull goes on',
    world: { nodes: two, pods: [pulling] },
    reason: 'Pulling',
    ready: '0/2',
    phase: 'Pulling',
    says: 'pulling on a',
  },
  {
    what: 'waiting for a turn',
    world: { nodes: two },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
    says: 'waiting for a turn in PullPolicy default',
  },
  {
    what: 'waiting for nodes that cannot take it now, each with why',
    world: {
      nodes: [
        { name: 'a', ready: false },
        { name: 'b', unschedulable: true },
        { name: 'c', taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] },
      ],
    },
    reason: 'Pending',
    ready: '0/3',
    phase: 'Pending',
    says: '0 of 3 nodes have it; not Ready: a; cordoned: b; tainted node.kubernetes.io/disk-pressure: c',
  },
  {
    what: 'a node with a taint of its own is not meant',
    world: {
      nodes: [{ name: 'a' }, { name: 'b', taints: [{ key: 'gpu', effect: 'NoSchedule' }] }],
      status: cachedOn('a'),
    },
    reason: 'Cached',
    ready: '1/1',
    phase: 'Ready',
  },
  {
    what: 'a node replaced under its name lacks the image',
    world: { nodes: [{ name: 'a', uid: 'ffffffff-ffff-4000-8000-000000000000' }], status: cachedOn('a') },
    reason: 'Pending',
    ready: '0/1',
    phase: 'Pending',
  },
  {
    what: 'an edited tag starts afresh',
    world: { nodes: two, status: cachedOn('a', 'b'), spec: { tag: 'v2' } },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
  },
];

test.each(reasonTable)('says: $what', ({ world, reason, ready, phase, says }) => {
  const answer = sync(world);
  expect(answer.ready).toMatchObject({ reason, status: reason === 'Cached' ? 'True' : 'False' });
  expect(answer.status.ready).toBe(ready);
  expect(answer.status.phase).toBe(phase);
  if (says !== undefined) expect(answer.ready?.message).toContain(says);
});

interface RecordRow {
  readonly what: string;
  readonly world: Omit<ImageWorld, 'name'>;
  readonly records: Partial<CachedImageStatus>;
}

const recordTable: RecordRow[] = [
  {
    what: 'a success: node, digest, time, attempt',
    world: { nodes: two, pods: [done] },
    records: {
      cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }],
      recorded: [attemptOfPod(done)],
      consecutiveFailures: 0,
      resolvedDigest: digest,
      cachedNodes: ['a'],
      lastPulledAt: '2026-11-21T12:00:00.000Z',
      lastAttemptedAt: '2026-11-21T11:59:30Z',
    },
  },
  {
    what: 'an image without `true` is on the node too',
    world: { nodes: two, pods: [{ ...done, state: 'start-error' }] },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'a failure: node, reason, words, count, time',
    world: { nodes: two, pods: [failed] },
    records: {
      cached: [],
      failing: [
        {
          node: 'a',
          key: keyOf({ name: 'a' }),
          reason: 'ErrImagePull',
          message: `failed to resolve image: ${referenceOf('x')}: not found`,
          failures: 1,
          at: '2026-11-21T12:00:00.000Z',
        },
      ],
      recorded: [attemptOfPod(failed)],
      consecutiveFailures: 1,
    },
  },
  {
    what: 'a failure after a failure counts on',
    world: { nodes: two, pods: [failed], status: { failing: [failing('a', 2)], consecutiveFailures: 5 } },
    records: { failing: [expect.objectContaining({ node: 'a', failures: 3 })], consecutiveFailures: 6 } as never,
  },
  {
    what: 'a success ends the failures of its node and of the image',
    world: {
      nodes: two,
      pods: [done],
      status: { failing: [failing('a', 2), failing('b', 1)], consecutiveFailures: 5 },
    },
    records: { failing: [failing('b', 1)], consecutiveFailures: 0 },
  },
  {
    what: 'an outcome that is recorded is not recorded twice',
    world: {
      nodes: two,
      pods: [failed],
      status: { failing: [failing('a', 1)], consecutiveFailures: 1, recorded: [attemptOfPod(failed)] },
    },
    records: { failing: [failing('a', 1)], consecutiveFailures: 1, recorded: [attemptOfPod(failed)] },
  },
  {
    what: 'an outcome although there is no Fleet',
    world: { pods: [done] },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'an outcome although the policy is gone',
    world: { nodes: two, pods: [done], policyView: false },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'an outcome although the spec is no longer valid, for the reference of the ledger',
    world: { nodes: two, pods: [done], spec: { tag: 7 }, status: {} },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'nothing of another reference',
    world: { nodes: two, pods: [{ ...done, reference: 'registry.example.com/x:v0' }] },
    records: { cached: [], recorded: [] },
  },
  {
    what: 'nothing of an image that had its name before',
    world: { nodes: two, pods: [{ ...done, imageUid: 'other' }] },
    records: { cached: [], recorded: [] },
  },
  {
    what: 'a pull past its deadline as PullTimeout',
    world: { nodes: two, pods: [{ ...pulling, deadline: NOON }] },
    records: { failing: [expect.objectContaining({ reason: 'PullTimeout' })], nodesPulling: 0 } as never,
  },
  {
    what: 'a pull on a node that is NotReady for 60 s as NodeNotReady',
    world: { nodes: [{ name: 'a', ready: false }], pods: [{ ...pulling, createdAt: NOON - MINUTE }] },
    records: { failing: [expect.objectContaining({ reason: 'NodeNotReady' })] } as never,
  },
  {
    what: 'nodes of the same hour and digest share an entry',
    world: { nodes: two, pods: [{ ...done, node: 'b' }], status: cachedOn('a') },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a', 'b') }] } as never,
  },
];

test.each(recordTable)('records: $what', ({ world, records }) => {
  expect(sync(world).status).toMatchObject(records);
});

test.each([
  { interval: undefined, since: '2026-11-21T13:00:00Z' },
  { interval: '24h', since: '2026-11-21T13:00:00Z' },
  { interval: '1h', since: '2026-11-21T12:05:00Z' },
  { interval: '60s', since: '2026-11-21T12:00:05Z' },
])('since is rounded up to the hour, or a twelfth of repullInterval $interval: $since', ({ interval, since }) => {
  const policyView = interval === undefined ? {} : { repullInterval: interval };
  const { status } = sync({ nodes: two, pods: [done], policyView }, NOON + SECOND);
  expect(status.cached?.[0]?.since).toBe(since);
});

test('a change of the spec empties failing, so that a corrected secret is tried at once', () => {
  const status = { failing: [failing('a', 3)], consecutiveFailures: 3, observedGeneration: 1 };
  expect(sync({ nodes: two, status, metadata: { generation: 2 } }).status).toMatchObject({
    failing: [],
    observedGeneration: 2,
    conditions: [{ reason: 'Pending' }, {}],
  });
});

test('an attempt leaves `recorded` with the next write that is due anyway, and not before', () => {
  const first = sync({ nodes: two, pods: [done] }).status;
  const gone = sync({ nodes: two, status: first }).status;
  expect(gone).toMatchObject({ recorded: first.recorded, revision: first.revision });
  const other: PodFacts = { ...done, slot: 1, node: 'b' };
  expect(sync({ nodes: two, status: gone, pods: [other] }).status.recorded).toEqual([attemptOfPod(other)]);
});

test('the same observation again changes nothing, also its revision', () => {
  const world = { nodes: two, pods: [done, { ...failed, slot: 1, node: 'b' }] };
  const first = sync(world).status;
  const second = sync({ ...world, status: first }, NOON + 5 * SECOND).status;
  expect(second).toEqual(first);
});

test('a status begins at revision 1 and goes on when the ledger starts afresh', () => {
  const first = sync({ nodes: two }).status;
  expect(first.revision).toBe(1);
  expect(sync({ nodes: two, status: first, spec: { tag: 'v2' } }).status.revision).toBe(2);
});

test.each([
  { what: 'no Pod: nothing to wait for', world: { nodes: two }, seconds: undefined },
  { what: 'a Pod: a lost status write is repeated within 10 s', world: { nodes: two, pods: [done] }, seconds: 10 },
  {
    what: 'a deadline before that',
    world: { nodes: two, pods: [{ ...pulling, deadline: NOON + 4 * SECOND }] },
    seconds: 4,
  },
  {
    what: 'a NotReady node before that',
    world: { nodes: [{ name: 'a', ready: false }], pods: [{ ...pulling, createdAt: NOON - 57 * SECOND }] },
    seconds: 3,
  },
])('asks again: $what', ({ world, seconds }) => {
  expect(sync(world).resync).toBe(seconds);
});

test.each(['Fleet.drop.corewire.io/v1alpha1', 'PolicyView.drop.corewire.io/v1alpha1', 'Pod.v1'])(
  'a group %s that was not sent changes nothing that people see',
  (group) => {
    const before = sync({ nodes: two, status: cachedOn('a'), pods: [{ ...pulling, node: 'b' }] }).status;
    const after = sync({ nodes: two, status: before, without: [group], pods: [{ ...pulling, node: 'b' }] }).status;
    const forPeople = ({ conditions, ready, cached }: Partial<CachedImageStatus>) => ({ conditions, ready, cached });
    if (group !== 'Pod.v1') expect(forPeople(after)).toEqual(forPeople(before));
    expect(after.cached).toEqual(before.cached);
  },
);

test('the time of a transition moves only when the status does', () => {
  const early = sync({ nodes: two }).status;
  const later = sync(
    { nodes: two, status: early, pods: [{ ...pulling, deadline: NOON + 2 * HOUR }] },
    NOON + HOUR,
  ).status;
  expect(later.conditions?.[0]).toMatchObject({ reason: 'Pulling', lastTransitionTime: '2026-11-21T12:00:00Z' });
  const last = sync({ nodes: two, status: { ...later, ...cachedOn('a', 'b') } }, NOON + HOUR).status;
  expect(last.conditions?.[0]).toMatchObject({ reason: 'Cached', lastTransitionTime: '2026-11-21T13:00:00Z' });
});

test('beyond 100 nodes the names are those that lack it, at most 20', () => {
  const many: NodeFacts[] = Array.from({ length: 130 }, (_, index) => ({
    name: `n${String(index).padStart(3, '0')}`,
    uid: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
  }));
  const held = many.slice(0, 50).map(keyOf).sort().join(' ');
  const { status } = sync({ nodes: many, status: { cached: [{ digest, since: isoTime(NOON), nodes: held }] } });
  expect(status.cachedNodes).toBeUndefined();
  expect(status.missingNodes).toHaveLength(20);
  expect(status).toMatchObject({ ready: '50/130', nodesTargeted: 130, nodesReady: 50 });
});

test('a message never holds a credential and never more than 256 characters', () => {
  const message = `Head "https://robot:s3cret@registry.example.com/v2/?token=abcdef": 401 ${'very '.repeat(100)}`;
  const { ready } = sync({ nodes: two, status: { failing: [failing('a', 1, 'ErrImagePull', message)] } });
  expect(ready?.message).not.toMatch(/s3cret|abcdef/);
  expect([...(ready?.message ?? '')].length).toBeLessThanOrEqual(256);
});

test('a status that the original Drop wrote is read without an error', () => {
  const odd = {
    cachedNodes: ['a'],
    phase: 'Whatever',
    conditions: 'none',
    failing: [7],
    cached: { a: 1 },
    recorded: null,
  };
  const { status } = sync({ nodes: two, status: { ...odd, image: undefined } as never });
  expect(status).toMatchObject({ ready: '0/2', phase: 'Pending', cached: [], failing: [], recorded: [] });
});
