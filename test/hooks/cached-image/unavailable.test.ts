// Nodes that lack an image and cannot take a pull now: what they count for, and what a flapping node changes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { explain } from '../../../hooks/pull-policy/gates/explain.ts';
import { readPolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import {
  type ImageRequestFacts,
  imageRequest,
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  type NodeFacts,
  nodesNamed,
  policyRequest,
  settings,
} from '../builders/wire.ts';

type Facts = Omit<ImageRequestFacts, 'name'>;

function sync(facts: Facts) {
  const { response } = syncCachedImage(imageRequest({ name: 'x', ...facts }), settings, NOON);
  const status = response.status as Partial<CachedImageStatus>;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const progress = status.conditions?.find(({ type }) => type === 'PullProgress');
  return { status, ready, progress };
}

const cachedOn = (...names: string[]) => ({
  cached: [
    {
      digest: 'sha256:1',
      since: isoTime(NOON - 10 * MINUTE),
      nodes: names
        .map((name) => keyOf({ name }))
        .sort()
        .join(' '),
    },
  ],
});
const failing = (node: string, failures = 1, reason = 'ErrImagePull') => ({
  node,
  key: keyOf({ name: node }),
  reason,
  message: '',
  failures,
  at: isoTime(NOON - MINUTE),
});
const cordoned = (name: string): NodeFacts => ({ name, unschedulable: true });
const notReady = (name: string): NodeFacts => ({ name, ready: false });
const pressed = (name: string): NodeFacts => ({
  name,
  taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }],
});
const exists = (name: string) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists' });

interface Row {
  readonly what: string;
  readonly facts: Facts;
  readonly reason: string;
  readonly status: Partial<CachedImageStatus>;
  /** The whole message. */
  readonly message?: string;
}

const waiting = 'waiting for its turn in PullPolicy default (see kubectl describe pullpolicy default)';

const rows: readonly Row[] = [
  {
    what: 'an image is Cached although a cordoned node lacks it',
    facts: { nodes: [...nodesNamed('node-1', 'node-2'), cordoned('node-3')], status: cachedOn('node-1', 'node-2') },
    reason: 'Cached',
    status: { ready: '2/2', phase: 'Ready', nodesTargeted: 2, nodesReady: 2, nodesUnavailable: 1 },
    message: 'on 2 nodes; 1 unavailable (cordoned: node-3)',
  },
  {
    what: 'a node that was never Ready does not keep an image from Cached',
    facts: { nodes: [...nodesNamed('a'), notReady('b')], status: cachedOn('a') },
    reason: 'Cached',
    status: { ready: '1/1', nodesUnavailable: 1 },
    message: 'on 1 node; 1 unavailable (NotReady: b)',
  },
  {
    what: 'a node under the taint of a node condition does not keep an image from Cached',
    facts: { nodes: [...nodesNamed('a'), pressed('b')], status: cachedOn('a') },
    reason: 'Cached',
    status: { ready: '1/1', nodesUnavailable: 1 },
    message: 'on 1 node; 1 unavailable (tainted node.kubernetes.io/disk-pressure: b)',
  },
  {
    what: 'unavailable nodes are grouped by what makes them so, and few are named',
    facts: {
      nodes: [...nodesNamed('a'), ...['b', 'c', 'd', 'e', 'f'].map(cordoned), notReady('g'), pressed('h')],
      status: cachedOn('a'),
    },
    reason: 'Cached',
    status: { ready: '1/1', nodesUnavailable: 7 },
    message:
      'on 1 node; 7 unavailable (cordoned: b, c, d and 2 more; NotReady: g; ' +
      'tainted node.kubernetes.io/disk-pressure: h)',
  },
  {
    what: 'nodes that hold the image count as targeted and ready, whatever their state',
    facts: { nodes: [notReady('a'), cordoned('b'), pressed('c')], status: cachedOn('a', 'b', 'c') },
    reason: 'Cached',
    status: { ready: '3/3', nodesUnavailable: 0, cachedNodes: ['a', 'b', 'c'], resolvedDigest: 'sha256:1' },
    message: 'on 3 nodes',
  },
  {
    what: 'an image is Pending and never Cached while no node holds it and none is available',
    facts: { nodes: [cordoned('a'), cordoned('b')] },
    reason: 'Pending',
    status: { ready: '0/0', phase: 'Pending', nodesTargeted: 0, nodesReady: 0, nodesUnavailable: 2, cachedNodes: [] },
    message: 'no node can take a pull now; 2 unavailable (cordoned: a, b)',
  },
  {
    what: 'an image is NoMatchingNodes only if no node matches at all',
    facts: { nodes: [cordoned('a'), notReady('b')], spec: { nodeSelector: { pool: 'gpu' } } },
    reason: 'NoMatchingNodes',
    status: { ready: '0/0', phase: 'Pending', nodesUnavailable: 0 },
  },
  {
    what: 'an unavailable node with a taint of another kind that is not tolerated does not match',
    facts: { nodes: [{ ...cordoned('a'), taints: [{ key: 'gpu', effect: 'NoSchedule' }] }] },
    reason: 'NoMatchingNodes',
    status: { nodesTargeted: 0, nodesUnavailable: 0 },
  },
  {
    what: 'a cordoned node counts as targeted where the image tolerates cordons',
    facts: { nodes: [cordoned('a')], spec: { tolerations: [exists('unschedulable')] } },
    reason: 'Pending',
    status: { ready: '0/1', nodesUnavailable: 0 },
    message: `0 of 1 node has the image; ${waiting}`,
  },
  {
    what: 'a NotReady node counts as targeted where the policy tolerates NotReady',
    facts: { nodes: [notReady('a')], policyView: { tolerations: [exists('not-ready')] } },
    reason: 'Pending',
    status: { ready: '0/1', nodesUnavailable: 0 },
    message: `0 of 1 node has the image; ${waiting}`,
  },
  {
    what: 'an image that waits for its turn names the unavailable nodes last',
    facts: { nodes: [...nodesNamed('a', 'b'), cordoned('c')], status: cachedOn('a') },
    reason: 'Pending',
    status: { ready: '1/2', nodesUnavailable: 1 },
    message: `1 of 2 nodes have the image; ${waiting}; 1 unavailable (cordoned: c)`,
  },
  {
    what: 'an image whose policy is paused names the unavailable nodes',
    facts: { nodes: [...nodesNamed('a'), cordoned('b')], policyView: { paused: true } },
    reason: 'Paused',
    status: { ready: '0/1', nodesUnavailable: 1 },
    message: 'PullPolicy default is paused; 0 of 1 node has the image; 1 unavailable (cordoned: b)',
  },
  {
    what: 'a pull in progress on an available node names the unavailable ones',
    facts: { nodes: [...nodesNamed('a'), cordoned('b')], pods: [{ slot: 0, image: 'x', node: 'a' }] },
    reason: 'Pulling',
    status: { ready: '0/1', phase: 'Pulling', nodesPulling: 1, nodesUnavailable: 1 },
    message: '0 of 1 node has the image; pulling on a; 1 unavailable (cordoned: b)',
  },
  {
    what: 'a pull in progress on a node that is cordoned now shows in nodesPulling only',
    facts: {
      nodes: [...nodesNamed('a'), cordoned('b')],
      status: cachedOn('a'),
      pods: [{ slot: 0, image: 'x', node: 'b' }],
    },
    reason: 'Cached',
    status: { ready: '1/1', phase: 'Ready', nodesPulling: 1, nodesUnavailable: 1 },
    message: 'on 1 node; 1 unavailable (cordoned: b)',
  },
  {
    what: 'the only pull in progress on the only node, which is cordoned now, is Pulling',
    facts: { nodes: [cordoned('a')], pods: [{ slot: 0, image: 'x', node: 'a' }] },
    reason: 'Pulling',
    status: { ready: '0/0', phase: 'Pulling', nodesPulling: 1, nodesUnavailable: 1 },
    message: 'no node can take a pull now; pulling on a; 1 unavailable (cordoned: a)',
  },
  {
    what: 'a pull that succeeds on a cordoned node makes the node targeted and ready',
    facts: { nodes: [cordoned('a')], pods: [{ slot: 0, image: 'x', node: 'a', state: 'completed' }] },
    reason: 'Cached',
    status: { ready: '1/1', phase: 'Ready', nodesPulling: 0, nodesUnavailable: 0 },
    message: 'on 1 node',
  },
  {
    what: 'a failure on a node that is cordoned now does not make the image fail, and stays in the ledger',
    facts: { nodes: [...nodesNamed('a'), cordoned('b')], status: { ...cachedOn('a'), failing: [failing('b', 3)] } },
    reason: 'Cached',
    status: { ready: '1/1', phase: 'Ready', failing: [failing('b', 3)] },
    message: 'on 1 node; 1 unavailable (cordoned: b)',
  },
  {
    what: 'a failure on the only node, which is cordoned now, is Pending, and stays in the ledger',
    facts: { nodes: [cordoned('a')], status: { failing: [failing('a', 2)], consecutiveFailures: 2 } },
    reason: 'Pending',
    status: { ready: '0/0', phase: 'Pending', failing: [failing('a', 2)], consecutiveFailures: 2 },
  },
  {
    what: 'a failure on a node that is available again shows again',
    facts: { nodes: nodesNamed('a', 'b'), status: { ...cachedOn('a'), failing: [failing('b', 3)] } },
    reason: 'ImagePullBackOff',
    status: { ready: '1/2', phase: 'Degraded', nodesUnavailable: 0 },
  },
  {
    what: 'a pull on a NotReady node that nothing tolerates fails after 60 s without making the image fail',
    facts: {
      nodes: [...nodesNamed('a'), notReady('b')],
      status: cachedOn('a'),
      pods: [{ slot: 0, image: 'x', node: 'b', createdAt: NOON - MINUTE }],
    },
    reason: 'Cached',
    status: { ready: '1/1', failing: [expect.objectContaining({ node: 'b', reason: 'NodeNotReady' })] },
  },
  {
    what: 'a pull on a NotReady node that the image tolerates makes the image fail after 60 s',
    facts: {
      nodes: [...nodesNamed('a'), notReady('b')],
      spec: { tolerations: [{ operator: 'Exists' }] },
      status: cachedOn('a'),
      pods: [{ slot: 0, image: 'x', node: 'b', createdAt: NOON - MINUTE }],
    },
    reason: 'NodeNotReady',
    status: { ready: '1/2', phase: 'Degraded', nodesUnavailable: 0 },
  },
];

test.each(rows)('$what', ({ facts, reason, status: expected, message }) => {
  const { status, ready, progress } = sync(facts);
  expect(ready).toMatchObject({ reason, status: reason === 'Cached' ? 'True' : 'False' });
  expect(status).toMatchObject(expected);
  if (message !== undefined) expect(ready?.message).toBe(message);
  expect(progress?.reason === 'Cached').toBe(reason === 'Cached' && status.nodesPulling === 0);
});

test('the number of unavailable nodes stays while Metacontroller does not send the Fleet', () => {
  const facts = { nodes: [...nodesNamed('a'), cordoned('b')], status: cachedOn('a') };
  const before = sync(facts).status;
  expect(before.nodesUnavailable).toBe(1);
  const group = 'Fleet.drop.corewire.io/v1alpha1';
  expect(sync({ status: before, without: [group] }).status).toEqual(before);
  expect(sync({ status: before }).status).toMatchObject({ ready: '1/1', nodesUnavailable: 1 });
});

test('of more than 100 targeted nodes the missing ones are listed without those that are unavailable', () => {
  const many = Array.from({ length: 130 }, (_, index) => ({
    name: `n${String(index).padStart(3, '0')}`,
    uid: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    unschedulable: index % 2 === 0 && index < 20,
  }));
  const { status } = sync({ nodes: many });
  expect(status).toMatchObject({ ready: '0/120', nodesUnavailable: 10 });
  expect(status.missingNodes?.slice(0, 2)).toEqual(['n001', 'n003']);
});

const names = ['a', 'b', 'c', 'd'];
const conditionTaint = fc.record({
  key: fc
    .constantFrom('not-ready', 'unreachable', 'unschedulable', 'disk-pressure')
    .map((name) => `node.kubernetes.io/${name}`),
  effect: fc.constantFrom('NoSchedule', 'NoExecute'),
});
const state = fc.record({
  ready: fc.boolean(),
  unschedulable: fc.boolean(),
  taints: fc.array(conditionTaint, { maxLength: 2 }),
});
const states = fc.tuple(...names.map(() => state)) as fc.Arbitrary<Omit<NodeFacts, 'name'>[]>;
const tolerations = fc.subarray([
  exists('not-ready'),
  exists('unschedulable'),
  { ...exists('unreachable'), effect: 'NoSchedule' },
  exists('disk-pressure'),
  { key: 'gpu', operator: 'Exists' },
]);

/** An image with any ledger and any pulls in progress, on nodes in any state. Node d has a taint of another kind. */
const situations = fc.record({
  states,
  ofImage: tolerations,
  ofPolicy: tolerations,
  held: fc.subarray(names),
  failing: fc.subarray(names).map((failed) => failed.map((name) => failing(name))),
  pulling: fc.subarray(names, { maxLength: 2 }),
});
type Situation = typeof situations extends fc.Arbitrary<infer Value> ? Value : never;

const gpu = { key: 'gpu', effect: 'NoSchedule' };
const nodesIn = (each: Situation['states']): NodeFacts[] =>
  names.map((name, index) => ({
    ...each[index],
    name,
    taints: [...(each[index]?.taints ?? []), ...(name === 'd' ? [gpu] : [])],
  }));

const factsOf = ({ states: each, ofImage, ofPolicy, held, failing: failed, pulling }: Situation): Facts => ({
  nodes: nodesIn(each),
  spec: { tolerations: ofImage },
  policyView: { tolerations: ofPolicy },
  status: { ...cachedOn(...held), failing: failed },
  pods: pulling.map((node, slot) => ({ slot, image: 'x', node })),
});

const RUNS = 500;

test('the state of the nodes that hold an image never changes its status', () => {
  fc.assert(
    fc.property(situations, states, (situation, others) => {
      const flapped = names.map((name, index) => {
        const before = situation.states[index];
        return (situation.held.includes(name) ? others[index] : before) ?? before;
      });
      const after = { ...situation, states: flapped as Situation['states'] };
      expect(sync(factsOf(after)).status).toEqual(sync(factsOf(situation)).status);
    }),
    { numRuns: RUNS },
  );
});

test('every matching node counts once: as ready, as missing, or as unavailable', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { status, ready } = sync(factsOf(situation));
      const matchesD = [...situation.ofImage, ...situation.ofPolicy].some(({ key }) => key === 'gpu');
      const matching = names.filter((name) => name !== 'd' || matchesD);
      const { nodesTargeted = 0, nodesReady = 0, nodesUnavailable = 0 } = status;
      expect(nodesTargeted + nodesUnavailable).toBe(matching.length);
      expect(nodesReady).toBe(matching.filter((name) => situation.held.includes(name)).length);
      expect(status.ready).toBe(`${nodesReady}/${nodesTargeted}`);
      expect(ready?.status === 'True').toBe(nodesReady > 0 && nodesReady === nodesTargeted);
      expect(status.phase === 'Ready').toBe(ready?.status === 'True');
      if (status.phase !== 'Degraded') expect(ready?.message.includes('unavailable')).toBe(nodesUnavailable > 0);
    }),
    { numRuns: RUNS },
  );
});

test('a node is unavailable exactly if it lacks the image and the gate not-eligible is closed', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const facts = { ...factsOf(situation), pods: [] };
      const request = policyRequest({
        nodes: facts.nodes,
        images: [{ name: 'x', spec: facts.spec ?? {}, status: facts.status ?? {} }],
        spec: { tolerations: situation.ofPolicy },
      });
      const input = readPolicyInput(request, settings, NOON);
      const image = input.images.get('x');
      const matching = situation.ofImage.concat(situation.ofPolicy).some(({ key }) => key === 'gpu') ? 4 : 3;
      const closed = names.slice(0, matching).filter((name) => {
        const node = input.table?.byName.get(name);
        if (image === undefined || node === undefined || situation.held.includes(name)) return false;
        return explain(input, image, node).some((gate) => gate.name === 'not-eligible' && gate.closure !== undefined);
      });
      expect(sync(facts).status.nodesUnavailable).toBe(closed.length);
    }),
    { numRuns: RUNS },
  );
});
