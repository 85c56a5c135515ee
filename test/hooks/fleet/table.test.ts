// Reading the node table of the Fleet: the labels of a node, the nodes of an image, and a damaged table.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FleetGroup } from '../../../crds/fleet.ts';
import { type Mismatch, matchingNodes, mismatchOf, tableOf } from '../../../hooks/fleet/table.ts';
import { groupsOf, keyOf, type NodeFacts } from '../builders/wire.ts';

const nodes: readonly NodeFacts[] = [
  { name: 'a', labels: { pool: 'build', instance: 'i-a' } },
  { name: 'b', labels: { pool: 'build', instance: 'i-b' } },
  { name: 'c', labels: { pool: 'test' } },
  { name: 'd', labels: { pool: 'test', 'kubernetes.io/hostname': 'd.example.com' } },
];
const table = tableOf(groupsOf(nodes));

test.each<{ what: string; selector: Record<string, string>; names: string[] }>([
  { what: 'an empty selector selects every node', selector: {}, names: ['a', 'b', 'c', 'd'] },
  { what: 'a selector finds nodes by a shared label', selector: { pool: 'build' }, names: ['a', 'b'] },
  { what: 'a selector finds a node by a label that no other node has', selector: { instance: 'i-b' }, names: ['b'] },
  { what: 'a selector can combine both kinds of labels', selector: { pool: 'build', instance: 'i-a' }, names: ['a'] },
  {
    what: 'the hostname of a node without that label is its name',
    selector: { 'kubernetes.io/hostname': 'c' },
    names: ['c'],
  },
  {
    what: 'a selector finds a node by a hostname that differs from its name',
    selector: { 'kubernetes.io/hostname': 'd.example.com' },
    names: ['d'],
  },
  {
    what: 'the name does not match if the hostname differs from it',
    selector: { 'kubernetes.io/hostname': 'd' },
    names: [],
  },
  { what: 'the name matches only the hostname label', selector: { 'example.com/name': 'a' }, names: [] },
])('$what', ({ selector, names }) => {
  const found = matchingNodes(table, { nodeSelectors: [undefined, selector], tolerations: [] });
  expect(found.map(({ name }) => name)).toEqual(names);
});

test('an entry without a key or a name is skipped', () => {
  const [group] = groupsOf([{ name: 'b' }]);
  const damaged = { ...group, nodes: ['a', '', ' 0123456789ab', 'c ', ...(group?.nodes ?? [])] } as FleetGroup;
  const { nodes: read, byName } = tableOf([damaged]);
  expect(read.map(({ name, key }) => [name, key])).toEqual([['b', keyOf({ name: 'b' })]]);
  expect([...byName.keys()]).toEqual(['b']);
});

test('a node named like a property of every object has no labels of its own', () => {
  const odd = tableOf(groupsOf([{ name: 'a', labels: { instance: 'i-a' } }, { name: 'constructor' }]));
  expect(odd.nodes.map(({ name, own }) => [name, own])).toEqual([
    ['a', { instance: 'i-a' }],
    ['constructor', undefined],
  ]);
});

test('the nodes of several groups are sorted by name', () => {
  const mixed = tableOf(groupsOf([{ name: 'c' }, { name: 'b', unschedulable: true }, { name: 'a' }]));
  expect(mixed.nodes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const oddNodes = tableOf(
  groupsOf([
    { name: 'build', labels: { pool: 'build' } },
    { name: 'gpu', labels: { pool: 'build' }, taints: [gpu] },
    { name: 'plain' },
    { name: 'windows', os: 'windows', labels: { pool: 'build' } },
  ]),
);

test.each<{ what: string; node: string; mismatch: Mismatch | undefined }>([
  { what: 'a node that matches has no mismatch', node: 'build', mismatch: undefined },
  { what: 'a taint that nothing tolerates is named', node: 'gpu', mismatch: { kind: 'taint', taint: gpu } },
  {
    what: 'a missing label is named with its selector',
    node: 'plain',
    mismatch: { kind: 'label', selector: 1, key: 'pool', value: 'build', actual: undefined },
  },
  { what: 'another operating system is named', node: 'windows', mismatch: { kind: 'os', os: 'windows' } },
])('$what', ({ node, mismatch }) => {
  const found = oddNodes.byName.get(node);
  if (found === undefined) throw new Error(`there is no node ${node}`);
  expect(mismatchOf(found, { nodeSelectors: [undefined, { pool: 'build' }], tolerations: [] })).toEqual(mismatch);
});

test('exactly the nodes without a mismatch match', () => {
  const selector = fc.option(fc.dictionary(fc.constantFrom('pool', 'zone'), fc.constantFrom('build', 'a')), {
    nil: undefined,
  });
  const tolerations = fc.subarray([{ key: 'gpu', operator: 'Exists' as const }]);
  fc.assert(
    fc.property(fc.array(selector, { maxLength: 2 }), tolerations, (nodeSelectors, tolerated) => {
      const placement = { nodeSelectors, tolerations: tolerated };
      const without = oddNodes.nodes.filter((node) => mismatchOf(node, placement) === undefined);
      expect(matchingNodes(oddNodes, placement)).toEqual(without);
    }),
  );
});
