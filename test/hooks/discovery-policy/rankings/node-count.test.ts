// The number of nodes for modelExposure: from the Fleet, or the count of the spec.
import { expect, test } from 'vitest';
import { countNodes } from '../../../../hooks/discovery-policy/rankings/node-count.ts';
import type { DiscoveryRanking } from '../../../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { tableOf } from '../../../../hooks/fleet/table.ts';
import { groupsOf } from '../../builders/wire.ts';
import { scoresOf } from './rankings.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

const workers = { nodeSelectorTerms: [{ matchExpressions: [{ key: CONTROL_PLANE, operator: 'DoesNotExist' }] }] };

type Nodes = Parameters<typeof groupsOf>[0];

const cluster: Nodes = [
  { name: 'control-plane', labels: { [CONTROL_PLANE]: '' } },
  { name: 'worker-1', labels: { pool: 'a' } },
  { name: 'worker-2', labels: { pool: 'b' } },
];

const fleetOf = (nodes: Nodes) => tableOf(groupsOf(nodes));

const exposure: DiscoveryRanking = {
  strategy: 'modelExposure',
  modelExposure: { preWindowUsageSignal: 'pre', targetWindowUsageSignal: 'target', pullTimeSignal: 'pull' },
};

const signals = { pre: { a: 1, b: 3 }, target: { a: 4, b: 4 }, pull: { a: 1, b: 1 } };

test('one control plane and two workers give N = 2 for workers, and the scores 2 and 0.5', () => {
  const { count } = countNodes({ selector: workers }, fleetOf(cluster));
  expect(count).toBe(2);
  expect(scoresOf(exposure, { signals, nodeCount: count })).toEqual(['a=2', 'b=0.5']);
});

test('a node that turns NotReady is not counted', () => {
  const nodes = cluster.map((node) => (node.name === 'worker-2' ? { ...node, ready: false } : node));
  expect(countNodes({ selector: workers }, fleetOf(nodes))).toEqual({ count: 1 });
});

test('taints, cordons and the operating system do not matter', () => {
  const nodes: Nodes = [
    ...cluster,
    { name: 'tainted', taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    { name: 'cordoned', unschedulable: true },
    { name: 'windows', os: 'windows' },
  ];
  expect(countNodes({ selector: workers }, fleetOf(nodes))).toEqual({ count: 5 });
});

test('the labels of one node, its name and its hostname can be selected', () => {
  const counted = (term: object) => countNodes({ selector: { nodeSelectorTerms: [term] } }, fleetOf(cluster)).count;
  const inValues = (key: string, ...values: string[]) => [{ key, operator: 'In', values }];
  expect(counted({ matchExpressions: inValues('pool', 'a', 'b') })).toBe(2);
  expect(counted({ matchFields: inValues('metadata.name', 'worker-1') })).toBe(1);
  expect(counted({ matchExpressions: inValues('kubernetes.io/hostname', 'worker-1', 'worker-2') })).toBe(2);
});

const nothing = { nodeSelectorTerms: [] };
const invalid = {
  nodeSelectorTerms: [...workers.nodeSelectorTerms, { matchExpressions: [{ key: 'a', operator: 'In' }] }],
};

test.each([
  { what: 'without nodes', nodes: undefined, result: { count: 1 } },
  { what: 'with an empty block', nodes: {}, result: { count: 1 } },
  { what: 'with a count', nodes: { count: 99 }, result: { count: 99 } },
  { what: 'with a selector that matches no node', nodes: { count: 99, selector: nothing }, result: { count: 1 } },
  {
    what: 'with an invalid selector and a count',
    nodes: { count: 99, selector: invalid },
    result: { count: 99, remark: 'invalid selector of nodes: using 99, the count of the spec' },
  },
  {
    what: 'with an invalid selector and no count',
    nodes: { selector: invalid },
    result: { count: 1, remark: 'invalid selector of nodes: using 1 instead' },
  },
])('N $what is $result.count', ({ nodes, result }) => {
  expect(countNodes(nodes, fleetOf(cluster))).toEqual(result);
});

test.each([
  { count: 7, remark: 'the nodes are unknown: using 7, the count of the spec' },
  { count: undefined, remark: 'the nodes are unknown: using 1 instead' },
])('while the nodes are unknown the count of the spec is used: $count', ({ count, remark }) => {
  expect(countNodes({ count, selector: workers }, undefined)).toEqual({ count: count ?? 1, remark });
  expect(countNodes({ count }, undefined)).toEqual({ count: count ?? 1 });
});
