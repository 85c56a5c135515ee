// Starts on nodes that are NotReady, cordoned or under the taint of a node condition: whether and when.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONDITION_TAINT_KEYS } from '../../../kubernetes/taint.ts';
import { policyRequestFacts } from '../builders/arbitrary-cluster.ts';
import { MINUTE, NOON, type NodeFacts, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { cachedOn, decide, expectStarts, failing, images, longAgo, running, type StartRow } from './policy-tables.ts';

const CONDITION = 'node.kubernetes.io/';
const exists = (name: string, effect?: string) => ({
  key: `${CONDITION}${name}`,
  operator: 'Exists',
  ...(effect === undefined ? {} : { effect }),
});
const taint = (name: string, effect = 'NoSchedule') => ({ key: `${CONDITION}${name}`, effect });
const everything = { operator: 'Exists' };

interface ToleranceRow {
  readonly what: string;
  readonly node: Omit<NodeFacts, 'name'>;
  readonly tolerations: readonly object[];
  readonly starts: boolean;
}

const notReady: ToleranceRow['node'] = { ready: false };
const cordoned: ToleranceRow['node'] = { unschedulable: true };
/** As the node lifecycle controller taints a node whose kubelet reports NotReady. */
const notReadyAndTainted = { ready: false, taints: [taint('not-ready'), taint('not-ready', 'NoExecute')] };
/** As the node lifecycle controller taints a node whose kubelet reports nothing. */
const unreachable = { ready: false, taints: [taint('unreachable'), taint('unreachable', 'NoExecute')] };

const toleranceRows: readonly ToleranceRow[] = [
  { what: 'a NotReady node without its taint yet', node: notReady, tolerations: [], starts: false },
  {
    what: 'a NotReady node whose future taint is tolerated',
    node: notReady,
    tolerations: [exists('not-ready')],
    starts: true,
  },
  {
    what: 'a NotReady node if only the effect NoSchedule is tolerated',
    node: notReadyAndTainted,
    tolerations: [exists('not-ready', 'NoSchedule')],
    starts: true,
  },
  {
    what: 'a NotReady node if only the effect NoExecute is tolerated',
    node: notReadyAndTainted,
    tolerations: [exists('not-ready', 'NoExecute')],
    starts: false,
  },
  {
    what: 'a NotReady node if only a cordon is tolerated',
    node: notReady,
    tolerations: [exists('unschedulable')],
    starts: false,
  },
  { what: 'an unreachable node if nothing is tolerated', node: unreachable, tolerations: [], starts: false },
  {
    what: 'an unreachable node if only not-ready is tolerated',
    node: unreachable,
    tolerations: [exists('not-ready')],
    starts: false,
  },
  {
    what: 'an unreachable node if not-ready and unreachable are tolerated',
    node: unreachable,
    tolerations: [exists('not-ready'), exists('unreachable')],
    starts: true,
  },
  {
    what: 'an unreachable node if every taint is tolerated',
    node: unreachable,
    tolerations: [everything],
    starts: true,
  },
  {
    what: 'a Ready node that still has the NoExecute taints of its last outage',
    node: { taints: [taint('not-ready', 'NoExecute'), taint('unreachable', 'NoExecute')] },
    tolerations: [],
    starts: true,
  },
  {
    what: 'a Ready node that still has the NoSchedule taint of its last outage',
    node: { taints: [taint('not-ready')] },
    tolerations: [],
    starts: false,
  },
  { what: 'a cordoned node without its taint yet', node: cordoned, tolerations: [], starts: false },
  {
    what: 'a cordoned node whose future taint is tolerated',
    node: cordoned,
    tolerations: [exists('unschedulable')],
    starts: true,
  },
  {
    what: 'a cordoned node with its taint, which is tolerated',
    node: { ...cordoned, taints: [taint('unschedulable')] },
    tolerations: [exists('unschedulable', 'NoSchedule')],
    starts: true,
  },
  {
    what: 'a node with the NoExecute taint of a cordon that is not tolerated',
    node: { taints: [taint('unschedulable', 'NoExecute')] },
    tolerations: [exists('unschedulable', 'NoSchedule')],
    starts: false,
  },
  {
    what: 'a NotReady and cordoned node if only NotReady is tolerated',
    node: { ...notReady, ...cordoned },
    tolerations: [exists('not-ready')],
    starts: false,
  },
  {
    what: 'a NotReady and cordoned node if both are tolerated',
    node: { ...notReady, ...cordoned },
    tolerations: [exists('not-ready'), exists('unschedulable')],
    starts: true,
  },
  {
    what: 'a node under disk pressure',
    node: { taints: [taint('disk-pressure')] },
    tolerations: [],
    starts: false,
  },
  {
    what: 'a node under disk pressure that is tolerated',
    node: { taints: [taint('disk-pressure')] },
    tolerations: [exists('disk-pressure')],
    starts: true,
  },
  {
    what: 'a cordoned node whose taint of another kind is not tolerated',
    node: { ...cordoned, taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    tolerations: [exists('unschedulable')],
    starts: false,
  },
];

const withTolerations = ({ node, tolerations }: ToleranceRow): readonly PolicyRequestFacts[] => [
  { nodes: [{ name: 'a', ...node }], images: [{ name: 'x', spec: { tolerations } }] },
  { nodes: [{ name: 'a', ...node }], images: images('x'), spec: { tolerations } },
];

test.each(toleranceRows.map((row) => ({ ...row, verb: row.starts ? 'is started on' : 'is not started on' })))(
  'a pull $verb $what, by the image or by the policy',
  (row) => {
    for (const cluster of withTolerations(row)) {
      expect(decide(cluster).started).toEqual(row.starts ? ['x on a slot 0'] : []);
    }
  },
);

const deadB: readonly NodeFacts[] = [{ name: 'a' }, { name: 'b', ready: false }, { name: 'c' }];
const tolerant = { tolerations: [everything], maxConcurrentNodes: 9 };

const orderRows: readonly StartRow[] = [
  {
    title: 'a tolerated NotReady node comes after the other nodes of its image',
    cluster: { nodes: deadB, images: images('x'), spec: tolerant },
    started: ['x on a slot 0', 'x on c slot 1', 'x on b slot 2'],
  },
  {
    title: 'a tolerated NotReady node comes after the pairs of images with a worse priority',
    cluster: {
      nodes: [
        { name: 'a', ready: false },
        { name: 'b', unschedulable: true },
      ],
      images: [
        { name: 'x', spec: { priority: -5 }, status: cachedOn('b') },
        { name: 'y', spec: { priority: 5 } },
      ],
      spec: tolerant,
    },
    started: ['y on b slot 0', 'x on a slot 1'],
  },
  {
    title: 'a tolerated NotReady node comes after the re-pulls of others',
    cluster: {
      nodes: deadB,
      images: [
        { name: 'x', status: cachedOn('c') },
        { name: 'y', status: cachedOn('a', 'b', 'c') },
      ],
      spec: { ...tolerant, repullInterval: '30m' },
    },
    started: ['x on a slot 0', 'x on c slot 1', 'x on b slot 2'],
  },
  {
    title: 'a tolerated NotReady node comes after an image that keeps failing',
    cluster: {
      nodes: [{ name: 'a', ready: false }, { name: 'b' }],
      images: [
        { name: 'x', spec: { priority: -5 }, status: cachedOn('b') },
        { name: 'y', status: { consecutiveFailures: 9 } },
      ],
      spec: tolerant,
    },
    started: ['y on b slot 0', 'x on a slot 1'],
  },
  {
    title: 'a tolerated NotReady node comes after a node that failed more often',
    cluster: {
      nodes: [{ name: 'a', ready: false }, { name: 'b' }],
      images: [{ name: 'x', status: { failing: [failing('b', 4, longAgo)] } }],
      spec: tolerant,
    },
    started: ['x on b slot 0', 'x on a slot 1'],
  },
  {
    title: 'a tolerated NotReady node is pulled to while the other pairs wait for their backoff',
    cluster: {
      nodes: [{ name: 'a', ready: false }, { name: 'b' }],
      images: [{ name: 'x', status: { failing: [failing('b', 1, NOON)] } }],
      spec: tolerant,
    },
    started: ['x on a slot 0'],
    waitingFor: 'backoff',
  },
  {
    title: 'a tolerated cordoned node that is Ready keeps its place',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }, { name: 'b' }],
      images: images('x'),
      spec: tolerant,
    },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    title: 'a re-pull is not started on a cordoned node, and the image stays as it is',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }],
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { repullInterval: '30m' },
    },
    waitingFor: 'not-eligible',
    resyncAfterSeconds: undefined,
  },
  {
    title: 'a cordoned node waits for its cordon, and the end of its backoff requests a resync only for the counts',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }],
      images: [{ name: 'x', status: { failing: [failing('a', 1, NOON)] } }],
    },
    waitingFor: 'not-eligible',
    resyncAfterSeconds: 30,
  },
  {
    title: 'a cordoned node waits for its cordon and not for the pull of another policy there',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }],
      images: images('x'),
      otherPods: [{ slot: 0, image: 'z', node: 'a' }],
    },
    waitingFor: 'not-eligible',
  },
  {
    title: 'the gate of an available node is named before a cordoned node',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }, { name: 'b' }],
      images: images('x'),
      otherPods: [{ slot: 0, image: 'z', node: 'b' }],
    },
    waitingFor: 'node-busy',
  },
  {
    title: 'a re-pull is started on a NotReady node that is tolerated',
    cluster: {
      nodes: [{ name: 'a', ready: false }],
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { ...tolerant, repullInterval: '30m' },
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'a pull on a tolerated NotReady node ends after 60 s and frees the only slot',
    cluster: {
      nodes: [{ name: 'a', ready: false }],
      images: images('x'),
      pods: [{ ...running, createdAt: NOON - MINUTE + 2 * SECOND }],
      spec: { tolerations: [everything] },
    },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 2,
  },
];

test.each(orderRows)('$title', expectStarts);

const RUNS = 300;
const conditionsButNotReady = [...CONDITION_TAINT_KEYS].filter((key) => key !== `${CONDITION}not-ready`);

const someNodes = fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']);
const withTaint = (node: NodeFacts, key: string): NodeFacts => ({
  ...node,
  taints: [...(node.taints ?? []), { key, effect: 'NoSchedule' }],
});

/** Any cluster, with more NotReady nodes and with taints of other node conditions. */
const clusters = fc
  .record({
    cluster: policyRequestFacts,
    notReady: someNodes,
    tainted: someNodes,
    key: fc.constantFrom(...conditionsButNotReady),
  })
  .map(({ cluster, notReady, tainted, key }): PolicyRequestFacts => {
    const nodes = cluster.nodes?.map((node) => ({ ...node, ready: !notReady.includes(node.name) }));
    return { ...cluster, nodes: nodes?.map((node) => (tainted.includes(node.name) ? withTaint(node, key) : node)) };
  });

const starts = (cluster: PolicyRequestFacts, tolerations: readonly object[]) =>
  decide({ ...cluster, spec: { ...cluster.spec, tolerations } }).started;

test('tolerating NotReady only adds starts on NotReady nodes after all others, in any cluster', () => {
  const withoutNotReady = conditionsButNotReady.map((key) => ({ key, operator: 'Exists' }));
  let added = 0;
  fc.assert(
    fc.property(clusters, (cluster) => {
      const before = starts(cluster, withoutNotReady);
      const after = starts(cluster, [...withoutNotReady, exists('not-ready')]);
      expect(after.slice(0, before.length)).toEqual(before);
      const isNotReady = (start: string) =>
        cluster.nodes?.some(({ name, ready }) => ready === false && start.includes(` on ${name} `)) ?? false;
      expect(after.slice(before.length).filter((start) => !isNotReady(start))).toEqual([]);
      added += after.length - before.length;
    }),
    { numRuns: RUNS },
  );
  expect(added).toBeGreaterThan(RUNS / 20);
});
