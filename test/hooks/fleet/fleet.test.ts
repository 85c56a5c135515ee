// The node table of the Fleet: complete, small, and independent of the order of the nodes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeGroups, type NamedNode } from '../../../hooks/fleet/encode.ts';
import { customizeFleet, syncFleet } from '../../../hooks/fleet/sync.ts';
import { tableOf } from '../../../hooks/fleet/table.ts';
import { fleetSyncRequest } from '../../../metacontroller/hook-request.ts';

const node = (name: string, facts: Partial<NamedNode['facts']> = {}): NamedNode => ({
  name,
  facts: { key: `key-${name}`, ready: true, unschedulable: false, os: 'linux', taints: [], labels: {}, ...facts },
});

test('nodes with equal facts share a group', () => {
  const labels = { pool: 'build' };
  expect(encodeGroups([node('b', { labels }), node('a', { labels })])).toEqual([
    { labels, taints: [], ready: true, unschedulable: false, os: 'linux', nodes: ['a key-a', 'b key-b'] },
  ]);
});

test('a label value that only one node has does not split a group', () => {
  const groups = encodeGroups(
    ['a', 'b', 'c'].map((name) => node(name, { labels: { pool: 'build', instance: `i-${name}` } })),
  );
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({
    labels: { pool: 'build' },
    own: { a: { instance: 'i-a' }, c: { instance: 'i-c' } },
  });
});

test.each([
  { what: 'readiness', facts: { ready: false } },
  { what: 'schedulability', facts: { unschedulable: true } },
  { what: 'taints', facts: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } },
  { what: 'the operating system', facts: { os: 'windows' } },
  { what: 'labels that several nodes have', facts: { labels: { pool: 'x' } } },
])('nodes that differ in $what are in different groups', ({ facts }) => {
  expect(encodeGroups([node('a'), node('b', facts), node('c', facts)])).toHaveLength(2);
});

test('the order of labels does not split a group, and the labels of a group are sorted', () => {
  const [one, two] = [
    { pool: 'build', arch: 'arm64' },
    { arch: 'arm64', pool: 'build' },
  ];
  const groups = encodeGroups([node('a', { labels: one }), node('b', { labels: two })]);
  expect(groups).toHaveLength(1);
  expect(Object.keys(groups[0]?.labels ?? {})).toEqual(['arch', 'pool']);
});

test('groups keep their order when a node joins one of them', () => {
  const [x, y] = [{ labels: { pool: 'x' } }, { labels: { pool: 'y' } }];
  const before = [node('b', x), node('c', x), node('d', y), node('e', y)];
  const pools = (list: readonly NamedNode[]) => encodeGroups(list).map(({ labels }) => labels.pool);
  expect(pools(before)).toEqual(['x', 'y']);
  expect(pools([...before, node('a', y)])).toEqual(['x', 'y']);
});

const facts: fc.Arbitrary<Omit<NamedNode['facts'], 'key'>> = fc.record({
  ready: fc.boolean(),
  unschedulable: fc.boolean(),
  os: fc.constantFrom('linux', 'windows'),
  taints: fc.array(fc.record({ key: fc.constant('gpu'), effect: fc.constant('NoSchedule') }), { maxLength: 1 }),
  labels: fc.dictionary(fc.constantFrom('pool', 'zone', 'constructor', 'instance'), fc.constantFrom('x', 'y', 'z'), {
    noNullPrototype: true,
  }),
});
const nodes = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 0, max: 30 }), facts).map(([number, given]) => node(`n${number}`, given)),
  { selector: ({ name }) => name },
);

test('every fact of every node can be read back from the groups', () => {
  fc.assert(
    fc.property(nodes, (list) => {
      const table = tableOf(encodeGroups(list));
      expect(table.nodes).toHaveLength(list.length);
      for (const { name, facts: given } of list) {
        const read = table.byName.get(name);
        const { labels, nodes: _nodes, own: _own, ...rest } = read?.group ?? { labels: {}, nodes: [] };
        expect({ ...rest, key: read?.key, labels: { ...labels, ...read?.own } }).toEqual(given);
      }
    }),
  );
});

test('the order of the nodes does not change the groups', () => {
  fc.assert(
    fc.property(nodes, fc.integer(), (list, turn) => {
      const at = list.length === 0 ? 0 : Math.abs(turn) % list.length;
      const turned = [...list.slice(at), ...list.slice(0, at)].reverse();
      expect(JSON.stringify(encodeGroups(turned))).toBe(JSON.stringify(encodeGroups(list)));
    }),
  );
});

test('5,000 nodes with equal facts take less than 45 bytes each', () => {
  const list = Array.from({ length: 5000 }, (_, index) =>
    node(`ip-10-0-${index >> 8}-${index & 255}.compute`, {
      key: index.toString(16).padStart(12, '0'),
      labels: { pool: 'ci' },
    }),
  );
  expect(JSON.stringify(encodeGroups(list)).length / 5000).toBeLessThan(45);
});

const wireCache = (name: string, spec: unknown) => ({ metadata: { name, uid: name }, spec });
const status = { revision: 3, nodes: 1, groups: [] };
const sync = (related: object) =>
  syncFleet(
    fleetSyncRequest.parse({
      parent: { kind: 'Fleet', metadata: { name: 'default', generation: 1 }, status },
      related,
    }),
  ).status;
const group = 'NodeCache.drop.corewire.io/v1alpha1';

test('the table stays if Metacontroller does not send the NodeCaches', () => {
  expect(sync({})).toEqual(status);
  expect(sync({ [group]: {} })).toMatchObject({ revision: 4, nodes: 0, groups: [] });
});

test('a NodeCache that does not parse is not in the table', () => {
  const good = { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} };
  const next = sync({ [group]: { a: wireCache('a', good), b: wireCache('b', { nodeUid: 'x' }) } });
  expect(next).toMatchObject({ nodes: 1, nodesReady: 1, groups: [{ nodes: ['a k'] }] });
});

test('the status counts all nodes and the Ready ones', () => {
  const cache = (name: string, ready: boolean) => wireCache(name, { ...node(name, { ready }).facts });
  const next = sync({ [group]: { a: cache('a', true), b: cache('b', false), c: cache('c', true) } });
  expect(next).toMatchObject({ nodes: 3, nodesReady: 2 });
});

test('the Fleet relates every NodeCache', () => {
  expect(customizeFleet().relatedResources).toEqual([
    { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'nodecaches', labelSelector: {} },
  ]);
});
