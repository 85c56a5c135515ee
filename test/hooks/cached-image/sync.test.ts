// The sync of a CachedImage: reason and phase, recorded outcomes, and the time of the next sync.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import {
  attemptOfPod,
  HOUR,
  type ImageRequestFacts,
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

type Facts = Omit<ImageRequestFacts, 'name'>;

function sync(facts: Facts, now = NOON) {
  const { response } = syncCachedImage(imageRequest({ name: 'x', ...facts }), settings, now);
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
  readonly facts: Facts;
  readonly reason: string;
  readonly ready: string | undefined;
  readonly phase: CachedImageStatus['phase'];
  /** A part of the message. */
  readonly message?: string;
}

const reasonTable: ReasonRow[] = [
  {
    what: 'an image with an invalid spec is InvalidSpec',
    facts: { nodes: two, spec: { tag: 7 } },
    reason: 'InvalidSpec',
    ready: undefined,
    phase: 'Degraded',
    message: 'spec.tag',
  },
  {
    what: 'a tag in the field image is InvalidSpec',
    facts: { nodes: two, spec: { image: 'registry.example.com/x:v2' } },
    reason: 'InvalidSpec',
    ready: undefined,
    phase: 'Degraded',
    message: 'use the field tag',
  },
  {
    what: 'an invalid image name is InvalidImageName',
    facts: { nodes: two, spec: { image: 'registry.example.com/Team/App' } },
    reason: 'InvalidImageName',
    ready: undefined,
    phase: 'Degraded',
    message: 'lower',
  },
  {
    what: 'an image without its policy is PolicyNotFound',
    facts: { nodes: two, policyView: false },
    reason: 'PolicyNotFound',
    ready: '0/2',
    phase: 'Pending',
    message: 'PullPolicy "default" does not exist: create it or change spec.policyRef (kubectl get pullpolicies',
  },
  {
    what: 'an image without a Fleet is FleetNotFound',
    facts: {},
    reason: 'FleetNotFound',
    ready: undefined,
    phase: 'Pending',
  },
  {
    what: 'an image whose selector matches no node is NoMatchingNodes',
    facts: { nodes: two, spec: { nodeSelector: { pool: 'gpu' } } },
    reason: 'NoMatchingNodes',
    ready: '0/0',
    phase: 'Pending',
    message: 'nodeSelector',
  },
  {
    what: 'an image whose policy matches no node is NoMatchingNodes',
    facts: { nodes: two, policyView: { nodeSelector: { pool: 'gpu' } } },
    reason: 'NoMatchingNodes',
    ready: '0/0',
    phase: 'Pending',
  },
  {
    what: 'an image on all its nodes is Cached',
    facts: { nodes: two, status: cachedOn('a', 'b') },
    reason: 'Cached',
    ready: '2/2',
    phase: 'Ready',
    message: 'on 2 nodes',
  },
  {
    what: 'an image on all its nodes is Cached, although the policy is paused and a re-pull failed',
    facts: {
      nodes: two,
      status: { ...cachedOn('a', 'b'), failing: [failing('a', 3)] },
      policyView: { paused: true },
    },
    reason: 'Cached',
    ready: '2/2',
    phase: 'Ready',
  },
  {
    what: 'an image that failed once on a node is ErrImagePull',
    facts: { nodes: two, status: { failing: [failing('a', 1)] } },
    reason: 'ErrImagePull',
    ready: '0/2',
    phase: 'Degraded',
    message: 'unauthorized: check imagePullSecrets (on a)',
  },
  {
    what: 'an image that failed twice on a node is ImagePullBackOff',
    facts: { nodes: two, status: { failing: [failing('a', 2)] } },
    reason: 'ImagePullBackOff',
    ready: '0/2',
    phase: 'Degraded',
  },
  {
    what: 'the reason of the kubelet for a failed Pod is passed on',
    facts: { nodes: two, status: { failing: [failing('b', 4, 'Evicted', 'low on memory')] } },
    reason: 'Evicted',
    ready: '0/2',
    phase: 'Degraded',
  },
  {
    what: 'a failure on a deleted node does not count',
    facts: { nodes: two, status: { failing: [failing('gone', 2)] } },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
  },
  {
    what: 'an image whose policy is paused is Paused, also during its last pulls',
    facts: { nodes: two, status: cachedOn('a'), policyView: { paused: true }, pods: [{ ...pulling, node: 'b' }] },
    reason: 'Paused',
    ready: '1/2',
    phase: 'Pulling',
    message: '1 of 2 nodes have the image',
  },
  {
    what: 'an image with a pull in progress is Pulling',
    facts: { nodes: two, pods: [pulling] },
    reason: 'Pulling',
    ready: '0/2',
    phase: 'Pulling',
    message: 'pulling on a',
  },
  {
    what: 'an image without pulls is Pending',
    facts: { nodes: two },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
    message: 'waiting for its turn in PullPolicy default (see kubectl describe pullpolicy default)',
  },
  {
    what: 'an image that no node holds and no node can pull now is Pending, and the message groups the nodes',
    facts: {
      nodes: [
        { name: 'a', ready: false },
        { name: 'b', unschedulable: true },
        { name: 'c', taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] },
      ],
    },
    reason: 'Pending',
    ready: '0/0',
    phase: 'Pending',
    message: '3 unavailable (NotReady: a; cordoned: b; tainted node.kubernetes.io/disk-pressure: c)',
  },
  {
    what: 'a node with a taint that is not tolerated is not targeted',
    facts: {
      nodes: [{ name: 'a' }, { name: 'b', taints: [{ key: 'gpu', effect: 'NoSchedule' }] }],
      status: cachedOn('a'),
    },
    reason: 'Cached',
    ready: '1/1',
    phase: 'Ready',
  },
  {
    what: 'a node that was replaced under its name lacks the image',
    facts: { nodes: [{ name: 'a', uid: 'ffffffff-ffff-4000-8000-000000000000' }], status: cachedOn('a') },
    reason: 'Pending',
    ready: '0/1',
    phase: 'Pending',
  },
  {
    what: 'another tag starts an empty ledger',
    facts: { nodes: two, status: cachedOn('a', 'b'), spec: { tag: 'v2' } },
    reason: 'Pending',
    ready: '0/2',
    phase: 'Pending',
  },
];

test.each(reasonTable)('$what', ({ facts, reason, ready, phase, message }) => {
  const result = sync(facts);
  expect(result.ready).toMatchObject({ reason, status: reason === 'Cached' ? 'True' : 'False' });
  expect(result.status.ready).toBe(ready);
  expect(result.status.phase).toBe(phase);
  if (message !== undefined) expect(result.ready?.message).toContain(message);
});

interface RecordRow {
  readonly what: string;
  readonly facts: Facts;
  readonly records: Partial<CachedImageStatus>;
}

const recordTable: RecordRow[] = [
  {
    what: 'a success is recorded with node, digest, time and attempt',
    facts: { nodes: two, pods: [done] },
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
    what: 'an image without the program true is recorded as cached',
    facts: { nodes: two, pods: [{ ...done, state: 'start-error' }] },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'a failure is recorded with node, reason, message, count and time',
    facts: { nodes: two, pods: [failed] },
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
    what: 'another failure raises the count of the pair and of the image',
    facts: { nodes: two, pods: [failed], status: { failing: [failing('a', 2)], consecutiveFailures: 5 } },
    records: { failing: [expect.objectContaining({ node: 'a', failures: 3 })], consecutiveFailures: 6 } as never,
  },
  {
    what: 'a success clears the failures of its node and the count of the image',
    facts: {
      nodes: two,
      pods: [done],
      status: { failing: [failing('a', 2), failing('b', 1)], consecutiveFailures: 5 },
    },
    records: { failing: [failing('b', 1)], consecutiveFailures: 0 },
  },
  {
    what: 'a recorded outcome is not recorded twice',
    facts: {
      nodes: two,
      pods: [failed],
      status: { failing: [failing('a', 1)], consecutiveFailures: 1, recorded: [attemptOfPod(failed)] },
    },
    records: { failing: [failing('a', 1)], consecutiveFailures: 1, recorded: [attemptOfPod(failed)] },
  },
  {
    what: 'an outcome is recorded although there is no Fleet',
    facts: { pods: [done] },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'an outcome is recorded although the policy does not exist',
    facts: { nodes: two, pods: [done], policyView: false },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'an outcome for the reference of the ledger is recorded although the spec is no longer valid',
    facts: { nodes: two, pods: [done], spec: { tag: 7 }, status: {} },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a') }] },
  },
  {
    what: 'an outcome for another reference is not recorded',
    facts: { nodes: two, pods: [{ ...done, reference: 'registry.example.com/x:v0' }] },
    records: { cached: [], recorded: [] },
  },
  {
    what: 'an outcome of an earlier CachedImage of the same name is not recorded',
    facts: { nodes: two, pods: [{ ...done, imageUid: 'other' }] },
    records: { cached: [], recorded: [] },
  },
  {
    what: 'a pull at its deadline is recorded as PullTimeout',
    facts: { nodes: two, pods: [{ ...pulling, deadline: NOON }] },
    records: { failing: [expect.objectContaining({ reason: 'PullTimeout' })], nodesPulling: 0 } as never,
  },
  {
    what: 'a pull that is 60 s old on a NotReady node is recorded as NodeNotReady',
    facts: { nodes: [{ name: 'a', ready: false }], pods: [{ ...pulling, createdAt: NOON - MINUTE }] },
    records: { failing: [expect.objectContaining({ reason: 'NodeNotReady' })] } as never,
  },
  {
    what: 'nodes with the same hour and digest share an entry',
    facts: { nodes: two, pods: [{ ...done, node: 'b' }], status: cachedOn('a') },
    records: { cached: [{ digest, since: '2026-11-21T12:00:00Z', nodes: keys('a', 'b') }] } as never,
  },
];

test.each(recordTable)('$what', ({ facts, records }) => {
  expect(sync(facts).status).toMatchObject(records);
});

test.each([
  { interval: undefined, since: '2026-11-21T13:00:00Z' },
  { interval: '24h', since: '2026-11-21T13:00:00Z' },
  { interval: '1h', since: '2026-11-21T12:05:00Z' },
  { interval: '60s', since: '2026-11-21T12:00:05Z' },
])('with repullInterval $interval since is rounded up to $since', ({ interval, since }) => {
  const policyView = interval === undefined ? {} : { repullInterval: interval };
  const { status } = sync({ nodes: two, pods: [done], policyView }, NOON + SECOND);
  expect(status.cached?.[0]?.since).toBe(since);
});

test('an edit of the spec clears the failures, so that a corrected secret is tried at once', () => {
  const status = { failing: [failing('a', 3)], consecutiveFailures: 3, observedGeneration: 1 };
  expect(sync({ nodes: two, status, metadata: { generation: 2 } }).status).toMatchObject({
    failing: [],
    observedGeneration: 2,
    conditions: [{ reason: 'Pending' }, {}],
  });
});

test('an attempt whose Pod is gone leaves recorded only with the next write that is due anyway', () => {
  const first = sync({ nodes: two, pods: [done] }).status;
  const gone = sync({ nodes: two, status: first }).status;
  expect(gone).toMatchObject({ recorded: first.recorded, revision: first.revision });
  const other: PodFacts = { ...done, slot: 1, node: 'b' };
  expect(sync({ nodes: two, status: gone, pods: [other] }).status.recorded).toEqual([attemptOfPod(other)]);
});

test('a second sync with the same input does not change the status', () => {
  const facts = { nodes: two, pods: [done, { ...failed, slot: 1, node: 'b' }] };
  const first = sync(facts).status;
  const second = sync({ ...facts, status: first }, NOON + 5 * SECOND).status;
  expect(second).toEqual(first);
});

test('revisions start at 1 and continue when another reference starts an empty ledger', () => {
  const first = sync({ nodes: two }).status;
  expect(first.revision).toBe(1);
  expect(sync({ nodes: two, status: first, spec: { tag: 'v2' } }).status.revision).toBe(2);
});

test.each([
  { what: 'an image without Pods requests no resync', facts: { nodes: two }, seconds: undefined },
  {
    what: 'an image with a Pod requests a resync within 10 s, in case the status write is lost',
    facts: { nodes: two, pods: [done] },
    seconds: 10,
  },
  {
    what: 'an earlier deadline of a pull brings the resync forward',
    facts: { nodes: two, pods: [{ ...pulling, deadline: NOON + 4 * SECOND }] },
    seconds: 4,
  },
  {
    what: 'the limit of a pull on a NotReady node brings the resync forward',
    facts: { nodes: [{ name: 'a', ready: false }], pods: [{ ...pulling, createdAt: NOON - 57 * SECOND }] },
    seconds: 3,
  },
])('$what', ({ facts, seconds }) => {
  expect(sync(facts).resync).toBe(seconds);
});

test.each(['Fleet.drop.corewire.io/v1alpha1', 'PolicyView.drop.corewire.io/v1alpha1', 'Pod.v1'])(
  'if Metacontroller does not send the group %s, the ledger and the fields for users stay',
  (group) => {
    const before = sync({ nodes: two, status: cachedOn('a'), pods: [{ ...pulling, node: 'b' }] }).status;
    const after = sync({ nodes: two, status: before, without: [group], pods: [{ ...pulling, node: 'b' }] }).status;
    const forUsers = ({ conditions, ready, cached }: Partial<CachedImageStatus>) => ({ conditions, ready, cached });
    if (group !== 'Pod.v1') expect(forUsers(after)).toEqual(forUsers(before));
    expect(after.cached).toEqual(before.cached);
  },
);

test('lastTransitionTime changes only with the status of a condition', () => {
  const early = sync({ nodes: two }).status;
  const later = sync(
    { nodes: two, status: early, pods: [{ ...pulling, deadline: NOON + 2 * HOUR }] },
    NOON + HOUR,
  ).status;
  expect(later.conditions?.[0]).toMatchObject({ reason: 'Pulling', lastTransitionTime: '2026-11-21T12:00:00Z' });
  const last = sync({ nodes: two, status: { ...later, ...cachedOn('a', 'b') } }, NOON + HOUR).status;
  expect(last.conditions?.[0]).toMatchObject({ reason: 'Cached', lastTransitionTime: '2026-11-21T13:00:00Z' });
});

test('of more than 100 targeted nodes the status lists up to 20 missing ones', () => {
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

test('a message contains no credential and at most 256 characters', () => {
  const message = `Head "https://robot:s3cret@registry.example.com/v2/?token=abcdef": 401 ${'very '.repeat(100)}`;
  const { ready } = sync({ nodes: two, status: { failing: [failing('a', 1, 'ErrImagePull', message)] } });
  expect(ready?.message).not.toMatch(/s3cret|abcdef/);
  expect([...(ready?.message ?? '')].length).toBeLessThanOrEqual(256);
});

test('a status of the original Drop and fields of wrong types are read as an empty ledger', () => {
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

test('an image that is written differently keeps its ledger, so that nothing is pulled again', () => {
  const status = { ...cachedOn('a', 'b'), image: 'docker.io/library/nginx:1.25' };
  const spec = { image: 'nginx', tag: '1.25' };
  const { response, ready } = sync({ nodes: two, spec, status, metadata: { generation: 2 } });
  expect(ready?.reason).toBe('Cached');
  expect(response.status).toMatchObject({ ...status, ready: '2/2' });
});
