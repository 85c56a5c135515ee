// Reading the Fleet's table back: which labels a node has, which nodes an image is meant for, and what of a spoiled table is left.
import { expect, test } from 'vitest';
import type { FleetGroup } from '../../../crds/fleet.ts';
import { startObstacle, tableOf, targetedNodes } from '../../../hooks/fleet/table.ts';
import { groupsOf, keyOf, type NodeFacts } from '../builders/wire.ts';

const nodes: readonly NodeFacts[] = [
  { name: 'a', labels: { pool: 'build', instance: 'i-a' } },
  { name: 'b', labels: { pool: 'build', instance: 'i-b' } },
  { name: 'c', labels: { pool: 'test' } },
  { name: 'd', labels: { pool: 'test', 'kubernetes.io/hostname': 'd.example.com' } },
];
const table = tableOf(groupsOf(nodes));

test.each<{ what: string; selector: Record<string, string>; names: string[] }>([
  { what: 'no label', selector: {}, names: ['a', 'b', 'c', 'd'] },
  { what: 'a label that several share', selector: { pool: 'build' }, names: ['a', 'b'] },
  { what: 'a label that one node has alone', selector: { instance: 'i-b' }, names: ['b'] },
  { what: 'both kinds', selector: { pool: 'build', instance: 'i-a' }, names: ['a'] },
  {
    what: 'the hostname, which is the name where no label says so',
    selector: { 'kubernetes.io/hostname': 'c' },
    names: ['c'],
  },
  { what: 'a hostname that is not the name', selector: { 'kubernetes.io/hostname': 'd.example.com' }, names: ['d'] },
  { what: 'the name where the hostname is another', selector: { 'kubernetes.io/hostname': 'd' }, names: [] },
  { what: 'the name under another label', selector: { 'example.com/name': 'a' }, names: [] },
])('a selector finds its nodes by $what', ({ selector, names }) => {
  const found = targetedNodes(table, { nodeSelectors: [undefined, selector], tolerations: [] });
  expect(found.map(({ name }) => name)).toEqual(names);
});

test('an entry without a key or a name is no node, and the others are still read', () => {
  const [group] = groupsOf([{ name: 'b' }]);
  const spoiled = { ...group, nodes: ['a', '', ' 0123456789ab', 'c ', ...(group?.nodes ?? [])] } as FleetGroup;
  const { nodes: read, byName } = tableOf([spoiled]);
  expect(read.map(({ name, key }) => [name, key])).toEqual([['b', keyOf({ name: 'b' })]]);
  expect([...byName.keys()]).toEqual(['b']);
});

test('a node may be named like something that every object has', () => {
  const odd = tableOf(groupsOf([{ name: 'a', labels: { instance: 'i-a' } }, { name: 'constructor' }]));
  expect(odd.nodes.map(({ name, own }) => [name, own])).toEqual([
    ['a', { instance: 'i-a' }],
    ['constructor', undefined],
  ]);
});

test('nodes of several groups stand by name', () => {
  const mixed = tableOf(groupsOf([{ name: 'c' }, { name: 'b', unschedulable: true }, { name: 'a' }]));
  expect(mixed.nodes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test.each<{ facts: Partial<NodeFacts>; obstacle: string | undefined }>([
  { facts: {}, obstacle: undefined },
  { facts: { ready: false, unschedulable: true }, obstacle: 'not Ready' },
  { facts: { unschedulable: true }, obstacle: 'cordoned' },
  { facts: { taints: [{ key: 'gpu', effect: 'NoExecute' }] }, obstacle: 'tainted gpu' },
  {
    facts: { taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] },
    obstacle: 'tainted node.kubernetes.io/disk-pressure',
  },
  { facts: { taints: [{ key: 'ci', effect: 'NoSchedule' }] }, obstacle: undefined },
])('nothing starts on a node that is $obstacle', ({ facts, obstacle }) => {
  const node = tableOf(groupsOf([{ name: 'a', ...facts }])).nodes[0];
  if (node === undefined) throw new Error('the node is missing');
  expect(startObstacle(node, [{ key: 'ci', operator: 'Exists' }])).toBe(obstacle);
});
