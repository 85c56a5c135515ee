// Details of the status of a CachedImage: conditions, digest, counts, ledger, and the log fields.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { cachedImageSyncRequest } from '../../../metacontroller/hook-request.ts';
import {
  attemptOfPod,
  type ImageRequestFacts,
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

type Facts = Omit<ImageRequestFacts, 'name'>;
const POD = 'drop-system/drop-default-0';

/** `pod` replaces metadata of the Pod in slot 0, for values that the builder cannot express. */
function sync(facts: Facts, pod: object = {}) {
  const request = wireImageRequest({ name: 'x', ...facts });
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
  readonly facts: Facts;
  readonly ready: object;
  readonly progress?: object;
}

const idle = { status: 'False', message: 'no pull is in progress' };
const waiting = 'waiting for its turn in PullPolicy default (see kubectl describe pullpolicy default)';

const conditionTable: ConditionRow[] = [
  {
    what: 'an image on all its nodes is Cached',
    facts: { nodes: two, status: { cached: [entry('d', 'a', 'b')] } },
    ready: { reason: 'Cached', message: 'on 2 nodes' },
    progress: { ...idle, reason: 'Cached' },
  },
  {
    what: 'a pull in progress is Pulling in both conditions',
    facts: { nodes: two, pods: [pulling] },
    ready: { reason: 'Pulling', message: '0 of 2 nodes have the image; pulling on a' },
    progress: { status: 'True', reason: 'Pulling', message: 'pulling on a' },
  },
  {
    what: 'an image without pulls is Pending in both conditions',
    facts: { nodes: two },
    ready: { reason: 'Pending', message: `0 of 2 nodes have the image; ${waiting}` },
    progress: { ...idle, reason: 'Pending' },
  },
  {
    what: 'the message about a single node is in the singular',
    facts: { nodes: nodesNamed('a') },
    ready: { message: `0 of 1 node has the image; ${waiting}` },
  },
  {
    what: 'without a Fleet the message names what installs it',
    facts: {},
    ready: { message: 'Fleet default does not exist or lists no nodes yet: the chart installs it' },
  },
  {
    what: 'the message of a pending image names the nodes that are unavailable',
    facts: { nodes: [{ name: 'a', ready: false }, { name: 'b' }, { name: 'c', ready: false }] },
    ready: { message: `0 of 1 node has the image; ${waiting}; 2 unavailable (NotReady: a, c)` },
  },
  {
    what: 'a taint that only the policy tolerates is no obstacle',
    facts: {
      nodes: [{ name: 'a', taints: [{ key: 'ci', effect: 'NoSchedule' }] }],
      policyView: { tolerations: [{ key: 'ci', operator: 'Exists' }] },
    },
    ready: { message: `0 of 1 node has the image; ${waiting}` },
  },
  {
    what: 'the message names the policy of policyRef',
    facts: {
      nodes: two,
      spec: { policyRef: { name: 'slow' } },
      policyName: 'slow',
      policyView: { paused: true },
    },
    ready: { reason: 'Paused', message: 'PullPolicy slow is paused; 0 of 2 nodes have the image' },
  },
  {
    what: 'an invalid image name is reported although there is a ledger',
    facts: { nodes: two, spec: { image: 'registry.example.com/Team/App' }, status: { cached: [entry('d', 'a')] } },
    ready: { reason: 'InvalidImageName', status: 'False' },
  },
];

test.each(conditionTable)('$what', ({ facts, ready, progress }) => {
  const { status, logFields } = sync(facts);
  expect(status.conditions?.[0]).toMatchObject({ type: 'Ready', ...ready });
  if (progress !== undefined) expect(status.conditions?.[1]).toMatchObject({ type: 'PullProgress', ...progress });
  expect(logFields.reason).toBe(status.conditions?.[0]?.reason);
});

test.each([
  {
    what: 'the resolved digest is the one that most nodes hold',
    cached: [entry('d1', 'a', 'b'), entry('d2', 'c')],
    digest: 'd1',
  },
  {
    what: 'of two digests on equally many nodes the one of the later entry is the resolved digest',
    cached: [entry('d1', 'a'), entry('d2', 'b')],
    digest: 'd2',
  },
  {
    what: 'the resolved digest counts the nodes of all its entries',
    cached: [entry('d1', 'a'), entry('d1', 'b'), entry('d2', 'c')],
    digest: 'd1',
  },
  {
    what: 'the resolved digest does not count deleted nodes',
    cached: [entry('d1', 'x', 'y', 'z'), entry('d2', 'a')],
    digest: 'd2',
  },
  {
    what: 'there is no resolved digest if the kubelet reported none',
    cached: [entry('', 'a', 'b', 'c')],
    digest: undefined,
  },
  { what: 'there is no resolved digest if no node holds the image', cached: [], digest: undefined },
])('$what', ({ cached, digest }) => {
  expect(sync({ nodes: three, status: { cached } }).status.resolvedDigest).toBe(digest);
});

test('the status lists the holding nodes of up to 100 targeted nodes, and the missing ones of 101', () => {
  const many = (count: number): NodeFacts[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `n${index}`,
      uid: `${String(index).padStart(8, '0')}-0000-4000`,
    }));
  const status = { cached: [{ digest: 'd', since: isoTime(NOON), nodes: many(100).map(keyOf).sort().join(' ') }] };
  expect(sync({ nodes: many(100), status }).status.cachedNodes).toHaveLength(100);
  expect(sync({ nodes: many(101), status }).status).toMatchObject({ missingNodes: ['n100'] });
});

test('fields that depend on the policy stay while Metacontroller does not send the PolicyViews', () => {
  const facts: Facts = {
    nodes: [{ name: 'a', labels: { pool: 'build' } }, { name: 'b' }],
    policyView: { nodeSelector: { pool: 'build' } },
    status: { cached: [entry('d', 'a')] },
  };
  const before = sync(facts).status;
  expect(before.ready).toBe('1/1');
  expect(sync({ ...facts, status: before, without: ['PolicyView.drop.corewire.io/v1alpha1'] }).status).toEqual(before);
});

interface LedgerRow {
  readonly what: string;
  readonly facts: Facts;
  /** Instead of the metadata of the Pod in slot 0. */
  readonly pod?: object;
  readonly status: Partial<CachedImageStatus>;
}

const second: PodFacts = { slot: 1, image: 'x', node: 'b', state: 'not-found' };
const manyFailing = Array.from({ length: 100 }, (_, index) => failing(`n${index}`, NOON - 1000 + index));

const ledgerTable: LedgerRow[] = [
  {
    what: 'the first failure counts as one',
    facts: { nodes: two, pods: [failed], status: {} },
    status: { consecutiveFailures: 1 },
  },
  {
    what: 'a failure does not change the time of the last success',
    facts: { nodes: two, pods: [failed], status: { lastPulledAt: '2026-11-20T00:00:00.000Z' } },
    status: { lastPulledAt: '2026-11-20T00:00:00.000Z' },
  },
  {
    what: 'an attempt that is older than the recorded one does not change its time',
    facts: { nodes: two, pods: [pulling], status: { lastAttemptedAt: '2026-11-21T11:59:50Z' } },
    status: { lastAttemptedAt: '2026-11-21T11:59:50Z' },
  },
  {
    what: 'failing pairs are sorted with the latest first, those of the same instant by node',
    facts: {
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
    what: 'recorded attempts are sorted',
    facts: {
      nodes: two,
      pods: [
        { ...failed, uid: 'bbbbbbbb-1' },
        { ...second, uid: 'aaaaaaaa-1' },
      ],
    },
    status: { recorded: ['aaaaaaaa', 'bbbbbbbb'] },
  },
  {
    what: 'a Pod without a node key counts for the present node of that name',
    facts: { nodes: two, pods: [done] },
    pod: { annotations: {} },
    status: { recorded: [attemptOfPod(done)], nodesReady: 1, cachedNodes: ['a'] },
  },
  {
    what: 'a Pod without a node key is not recorded if there is no node of that name',
    facts: { nodes: nodesNamed('b'), pods: [done] },
    pod: { annotations: {} },
    status: { recorded: [], cached: [] },
  },
  {
    what: 'a Pod without a UID annotation is not recorded for an image other than that of its label',
    facts: { nodes: two, pods: [done] },
    pod: { annotations: {}, labels: { 'drop.corewire.io/cachedimage': 'y' } },
    status: { recorded: [], cached: [] },
  },
  {
    what: 'pulls in progress are counted once per node, without those that are being deleted',
    facts: {
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

test.each(ledgerTable)('$what', ({ facts, pod, status }) => {
  expect(sync(facts, pod).status).toMatchObject(status);
});

test('a status keeps the 100 latest failing pairs', () => {
  const { status } = sync({ nodes: two, pods: [failed], status: { failing: manyFailing } });
  expect(status.failing).toHaveLength(100);
  expect(status.failing?.[0]?.node).toBe('a');
  expect(status.failing?.map(({ node }) => node)).not.toContain('n0');
});

test('an image without attempts has no lastAttemptedAt', () => {
  expect(JSON.parse(JSON.stringify(sync({ nodes: two }).status))).not.toHaveProperty('lastAttemptedAt');
});

test('an image whose spec was never valid has no ledger', () => {
  const { status } = sync({ nodes: two, spec: { tag: 7 } });
  expect(JSON.parse(JSON.stringify(status))).toEqual({
    observedGeneration: 1,
    revision: 1,
    phase: 'Degraded',
    conditions: [expect.objectContaining({ reason: 'InvalidSpec' })],
  });
});

test.each([
  { what: 'a success is logged once', pods: [done], recorded: ['a: cached'] },
  { what: 'a failure is logged once', pods: [failed], recorded: ['a: ErrImagePull'] },
  { what: 'a pull in progress is not logged', pods: [pulling], recorded: [] },
])('$what', ({ pods, recorded }) => {
  const first = sync({ nodes: two, pods });
  expect(first.logFields.recorded).toEqual(recorded);
  expect(sync({ nodes: two, pods, status: first.status }).logFields.recorded).toEqual([]);
  expect(first.logFields.ready).toBe(first.status.ready);
});

test('lastAttemptedAt is the creation time of the latest Pod', () => {
  const { status } = sync({ nodes: two, pods: [{ ...pulling, createdAt: NOON - 7 * SECOND }] });
  expect(status.lastAttemptedAt).toBe('2026-11-21T11:59:53Z');
});
