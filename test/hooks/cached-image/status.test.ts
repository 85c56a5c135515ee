// What the status of a CachedImage says in detail: conditions, digest, counts, the ledger's small print, and the log.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { cachedImageSyncRequest } from '../../../metacontroller/hook-request.ts';
import {
  attemptOfPod,
  type ImageWorld,
  isoTime,
  keyOf,
  NOON,
  type NodeFacts,
  nodesNamed,
  type PodFacts,
  SECOND,
  settings,
  wireImageRequest,
} from '../builders/wire.ts';

type World = Omit<ImageWorld, 'name'>;
const POD = 'drop-system/drop-default-0';

/** `pod` changes the metadata of the Pod in slot 0 in a way that no world of the builder has. */
function sync(world: World, pod: object = {}) {
  const request = wireImageRequest({ name: 'x', ...world });
  const pods = request.related['Pod.v1'] as Record<string, { metadata: object }> | undefined;
  if (pods?.[POD] !== undefined) Object.assign(pods[POD].metadata, pod);
  const { response, logFields } = syncCachedImage(cachedImageSyncRequest.parse(request), settings, NOON);
  return { logFields, status: response.status as Partial<CachedImageStatus> };
}

const key = (name: string) => keyOf({ name });
const keys = (...names: string[]) => names.map(key).sort().join(' ');
const entry = (digest: string, ...names: string[]) => ({ digest, since: isoTime(NOON), nodes: keys(...names) });
const two = nodesNamed('a', 'b');
const three = nodesNamed('a', 'b', 'c');
const pulling: PodFacts = { slot: 0, image: 'x', node: 'a' };
const done: PodFacts = { ...pulling, state: 'completed' };
const failed: PodFacts = { ...pulling, state: 'not-found' };
const failing = (node: string, at: number) => ({
  node,
  key: key(node),
  reason: 'ErrImagePull',
  message: '',
  failures: 1,
  at: isoTime(at),
});

interface ConditionRow {
  readonly what: string;
  readonly world: World;
  readonly ready: object;
  readonly progress?: object;
}

const idle = { status: 'False', message: 'no pull is under way' };

const conditionTable: ConditionRow[] = [
  {
    what: 'everything there',
    world: { nodes: two, status: { cached: [entry('d', 'a', 'b')] } },
    ready: { reason: 'Cached', message: 'on 2 nodes' },
    progress: { ...idle, reason: 'Cached' },
  },
  {
    what: 'a pull under way',
    world: { nodes: two, pods: [pulling] },
    ready: { reason: 'Pulling', message: '0 of 2 nodes have it; pulling on a' },
    progress: { status: 'True', reason: 'Pulling', message: 'pulling on a' },
  },
  {
    what: 'nothing begun yet',
    world: { nodes: two },
    ready: { reason: 'Pending', message: '0 of 2 nodes have it; waiting for a turn in PullPolicy default' },
    progress: { ...idle, reason: 'Pending' },
  },
  {
    what: 'a single node',
    world: { nodes: nodesNamed('a') },
    ready: { message: '0 of 1 node has it; waiting for a turn in PullPolicy default' },
  },
  { what: 'no Fleet', world: {}, ready: { message: expect.stringContaining('Fleet default is missing') } },
  {
    what: 'nodes that can and nodes that cannot take it now',
    world: { nodes: [{ name: 'a', ready: false }, { name: 'b' }, { name: 'c', ready: false }] },
    ready: { message: '0 of 3 nodes have it; waiting for a turn in PullPolicy default; not Ready: a, c' },
  },
  {
    what: 'a taint that only the policy tolerates',
    world: {
      nodes: [{ name: 'a', taints: [{ key: 'ci', effect: 'NoSchedule' }] }],
      policyView: { tolerations: [{ key: 'ci', operator: 'Exists' }] },
    },
    ready: { message: '0 of 1 node has it; waiting for a turn in PullPolicy default' },
  },
  {
    what: 'the policy that it names itself',
    world: {
      nodes: two,
      spec: { policyRef: { name: 'slow' } },
      policyName: 'slow',
      policyView: { paused: true },
    },
    ready: { reason: 'Paused', message: 'PullPolicy slow is paused; 0 of 2 nodes have it' },
  },
  {
    what: 'a name that no registry takes, although there is a ledger',
    world: { nodes: two, spec: { image: 'registry.example.com/Team/App' }, status: { cached: [entry('d', 'a')] } },
    ready: { reason: 'InvalidImageName', status: 'False' },
  },
];

test.each(conditionTable)('the conditions tell of $what', ({ world, ready, progress }) => {
  const { status, logFields } = sync(world);
  expect(status.conditions?.[0]).toMatchObject({ type: 'Ready', ...ready });
  if (progress !== undefined) expect(status.conditions?.[1]).toMatchObject({ type: 'PullProgress', ...progress });
  expect(logFields.reason).toBe(status.conditions?.[0]?.reason);
});

test.each([
  { what: 'the one that most nodes hold', cached: [entry('d1', 'a', 'b'), entry('d2', 'c')], digest: 'd1' },
  { what: 'the later one of two that as many hold', cached: [entry('d1', 'a'), entry('d2', 'b')], digest: 'd2' },
  { what: 'counted over all times', cached: [entry('d1', 'a'), entry('d1', 'b'), entry('d2', 'c')], digest: 'd1' },
  { what: 'not counting nodes that are gone', cached: [entry('d1', 'x', 'y', 'z'), entry('d2', 'a')], digest: 'd2' },
  { what: 'none where the kubelet told none', cached: [entry('', 'a', 'b', 'c')], digest: undefined },
  { what: 'none where nothing is cached', cached: [], digest: undefined },
])('the resolved digest is $what', ({ cached, digest }) => {
  expect(sync({ nodes: three, status: { cached } }).status.resolvedDigest).toBe(digest);
});

test('of 100 nodes all names are listed, of 101 those that lack the image', () => {
  const many = (count: number): NodeFacts[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `n${index}`,
      uid: `${String(index).padStart(8, '0')}-0000-4000`,
    }));
  const status = { cached: [{ digest: 'd', since: isoTime(NOON), nodes: many(100).map(keyOf).sort().join(' ') }] };
  expect(sync({ nodes: many(100), status }).status.cachedNodes).toHaveLength(100);
  expect(sync({ nodes: many(101), status }).status).toMatchObject({ missingNodes: ['n100'] });
});

test('while the PolicyView is not sent, what rests on its selector stays as it was', () => {
  const world: World = {
    nodes: [{ name: 'a', labels: { pool: 'build' } }, { name: 'b' }],
    policyView: { nodeSelector: { pool: 'build' } },
    status: { cached: [entry('d', 'a')] },
  };
  const before = sync(world).status;
  expect(before.ready).toBe('1/1');
  expect(sync({ ...world, status: before, without: ['PolicyView.drop.corewire.io/v1alpha1'] }).status).toEqual(before);
});

interface LedgerRow {
  readonly what: string;
  readonly world: World;
  /** Instead of the metadata of the Pod in slot 0. */
  readonly pod?: object;
  readonly status: Partial<CachedImageStatus>;
}

const second: PodFacts = { slot: 1, image: 'x', node: 'b', state: 'not-found' };
const crowd = Array.from({ length: 100 }, (_, index) => failing(`n${index}`, NOON - 1000 + index));

const ledgerTable: LedgerRow[] = [
  {
    what: 'a failure of a ledger without a count is the first',
    world: { nodes: two, pods: [failed], status: {} },
    status: { consecutiveFailures: 1 },
  },
  {
    what: 'a failure leaves the last success where it was',
    world: { nodes: two, pods: [failed], status: { lastPulledAt: '2026-11-20T00:00:00.000Z' } },
    status: { lastPulledAt: '2026-11-20T00:00:00.000Z' },
  },
  {
    what: 'an attempt that is older than the last one known does not turn the time back',
    world: { nodes: two, pods: [pulling], status: { lastAttemptedAt: '2026-11-21T11:59:50Z' } },
    status: { lastAttemptedAt: '2026-11-21T11:59:50Z' },
  },
  {
    what: 'failures stand with the latest first, of the same moment by node',
    world: {
      nodes: three,
      pods: [
        { ...second, slot: 0 },
        { ...failed, slot: 1 },
      ],
      status: { failing: [failing('c', NOON - 5)] },
    },
    status: { failing: ['a', 'b', 'c'].map((node) => expect.objectContaining({ node })) },
  },
  {
    what: 'attempts are recorded in the order of their names',
    world: {
      nodes: two,
      pods: [
        { ...failed, uid: 'bbbbbbbb-1' },
        { ...second, uid: 'aaaaaaaa-1' },
      ],
    },
    status: { recorded: ['aaaaaaaa', 'bbbbbbbb'] },
  },
  {
    what: 'a Pod that does not say the key of its node counts for the present node of that name',
    world: { nodes: two, pods: [done] },
    pod: { annotations: {} },
    status: { recorded: [attemptOfPod(done)], nodesReady: 1, cachedNodes: ['a'] },
  },
  {
    what: 'where there is no such node, there is nothing to record',
    world: { nodes: nodesNamed('b'), pods: [done] },
    pod: { annotations: {} },
    status: { recorded: [], cached: [] },
  },
  {
    what: 'a Pod of another image that says nothing more than its label is not taken for one of ours',
    world: { nodes: two, pods: [done] },
    pod: { annotations: {}, labels: { 'drop.corewire.io/cachedimage': 'y' } },
    status: { recorded: [], cached: [] },
  },
  {
    what: 'pulls that are being deleted are not counted as under way, the others once a node',
    world: {
      nodes: three,
      pods: [
        { ...pulling, node: 'c' },
        { ...pulling, slot: 1, node: 'a' },
        { ...pulling, slot: 2, node: 'a' },
        { ...pulling, slot: 3, node: 'b', deleting: true },
      ],
    },
    status: {
      nodesPulling: 2,
      conditions: [expect.anything(), expect.objectContaining({ message: 'pulling on a, c' })],
    },
  },
];

test.each(ledgerTable)('in the ledger: $what', ({ world, pod, status }) => {
  expect(sync(world, pod).status).toMatchObject(status);
});

test('the latest 100 failing pairs are kept', () => {
  const { status } = sync({ nodes: two, pods: [failed], status: { failing: crowd } });
  expect(status.failing).toHaveLength(100);
  expect(status.failing?.[0]?.node).toBe('a');
  expect(status.failing?.map(({ node }) => node)).not.toContain('n0');
});

test('an image that was never tried has no time of an attempt', () => {
  expect(JSON.parse(JSON.stringify(sync({ nodes: two }).status))).not.toHaveProperty('lastAttemptedAt');
});

test('a spec that never was valid has no ledger', () => {
  const { status } = sync({ nodes: two, spec: { tag: 7 } });
  expect(JSON.parse(JSON.stringify(status))).toEqual({
    observedGeneration: 1,
    revision: 1,
    phase: 'Degraded',
    conditions: [expect.objectContaining({ reason: 'InvalidSpec' })],
  });
});

test.each([
  { what: 'a success', pods: [done], recorded: ['a: cached'] },
  { what: 'a failure', pods: [failed], recorded: ['a: ErrImagePull'] },
  { what: 'nothing that goes on', pods: [pulling], recorded: [] },
])('the log tells of $what once', ({ pods, recorded }) => {
  const first = sync({ nodes: two, pods });
  expect(first.logFields.recorded).toEqual(recorded);
  expect(sync({ nodes: two, pods, status: first.status }).logFields.recorded).toEqual([]);
  expect(first.logFields.ready).toBe(first.status.ready);
});

test('an attempt is as long ago as its Pod', () => {
  const { status } = sync({ nodes: two, pods: [{ ...pulling, createdAt: NOON - 7 * SECOND }] });
  expect(status.lastAttemptedAt).toBe('2026-11-21T11:59:53Z');
});
