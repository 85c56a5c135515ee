// Inventory: the table of one share of the nodes, and when it is written.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InventoryStatus } from '../../../crds/inventory.ts';
import { INVENTORY_LIMIT_BYTES } from '../../../crds/limits.ts';
import { decodeBits, encodeBits } from '../../../hooks/inventory/bits.ts';
import { readInventories } from '../../../hooks/inventory/read.ts';
import { referenceHash } from '../../../hooks/inventory/reference-hash.ts';
import { inventoryNameOf } from '../../../hooks/inventory/shares.ts';
import { customizeInventory, syncInventory } from '../../../hooks/inventory/sync.ts';
import { inventoryTable } from '../../../hooks/inventory/table.ts';
import { inventorySyncRequest, pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { digestOf, nodeImages, type ReportingNode, wireInventories } from '../builders/inventories.ts';
import { isoTime, keyOf, MINUTE, NOON, referenceOf, SECOND, wirePolicyRequest } from '../builders/wire.ts';

const VERSION = 'drop.corewire.io/v1alpha1';
const key = (name: string) => keyOf({ name });
const hash = (name: string) => referenceHash(referenceOf(name));

interface SyncFacts {
  readonly nodes?: readonly ReportingNode[];
  readonly wanted?: readonly string[];
  readonly status?: Partial<InventoryStatus>;
}

function request({ nodes = [], wanted = [], status }: SyncFacts) {
  const images = nodes.map((node) => [node.node, { metadata: { name: node.node }, spec: nodeImages(node) }]);
  const references = { metadata: { name: 'default' }, spec: { references: wanted.map(hash) } };
  return {
    parent: { kind: 'Inventory', metadata: { name: '0-of-1', uid: 'u', generation: 1 }, spec: {}, status },
    related: {
      [`NodeImages.${VERSION}`]: Object.fromEntries(images),
      [`PolicyReferences.${VERSION}`]: { default: references },
    },
  };
}

const sync = (facts: SyncFacts, now = NOON) => syncInventory(inventorySyncRequest.parse(request(facts)), now);

const twoNodes: readonly ReportingNode[] = [
  { node: 'a', holds: ['x', 'z'] },
  { node: 'b', holds: ['x'], lost: [['y', 71, 36]] },
];

test('a table has each wanted reference with its holders and its losses, and nothing else', () => {
  const { status } = sync({ nodes: twoNodes, wanted: ['x', 'y'] });
  expect(status.nodes).toBe([key('a'), key('b')].sort().join(' '));
  expect(status.references?.map((text) => text.split(' ')[0]).sort()).toEqual([hash('x'), hash('y')].sort());
  expect(status.lost).toEqual([`${hash('y')} ${key('b')}.1z.10`]);
  expect(status.conditions).toMatchObject([{ type: 'Complete', status: 'True', reason: 'AllReferences' }]);
});

test('the related objects are the NodeImages of the share and all PolicyReferences', () => {
  const { parent } = inventorySyncRequest.parse(request({}));
  expect(customizeInventory(parent).relatedResources).toEqual([
    {
      apiVersion: VERSION,
      resource: 'nodeimages',
      labelSelector: { matchLabels: { 'drop.corewire.io/inventory': '0-of-1' } },
    },
    { apiVersion: VERSION, resource: 'policyreferences', labelSelector: {} },
  ]);
});

const written = (facts: SyncFacts, at: number) => sync(facts, at).status;
const MINUTE_START = NOON;

interface WriteRow {
  readonly what: string;
  readonly before: SyncFacts;
  readonly after: SyncFacts;
  /** Seconds after the last write. */
  readonly seconds: number;
  /** Seconds until the write; 0 for now. */
  readonly waits: number | undefined;
}

const base: SyncFacts = { nodes: twoNodes, wanted: ['x', 'y'] };
const [a, b] = twoNodes;
const writeRows: readonly WriteRow[] = [
  { what: 'an equal table is not written', before: base, after: base, seconds: 600, waits: undefined },
  {
    what: 'a new reference is written at once',
    before: base,
    after: { ...base, wanted: ['x', 'y', 'z'] },
    seconds: 20,
    waits: 0,
  },
  {
    what: 'a second new reference within a second waits for the rest of it',
    before: base,
    after: { ...base, wanted: ['x', 'y', 'z'] },
    seconds: 0.4,
    waits: 0.6,
  },
  {
    what: 'a new node is written at once',
    before: { ...base, nodes: [a as ReportingNode] },
    after: base,
    seconds: 20,
    waits: 0,
  },
  {
    what: 'a loss is written at once',
    before: { ...base, nodes: [a as ReportingNode, { ...b, node: 'b', lost: [] }] },
    after: base,
    seconds: 20,
    waits: 0,
  },
  {
    what: 'another holder waits for the whole minute',
    before: { ...base, nodes: [a as ReportingNode, { ...b, node: 'b', holds: [] }] },
    after: base,
    seconds: 20,
    waits: 40,
  },
  {
    what: 'on the whole minute another holder is written',
    before: { ...base, nodes: [a as ReportingNode, { ...b, node: 'b', holds: [] }] },
    after: base,
    seconds: 60,
    waits: 0,
  },
];

test.each(writeRows)('$what', ({ before, after, seconds, waits }) => {
  const status = written(before, MINUTE_START);
  const now = MINUTE_START + seconds * SECOND;
  const response = sync({ ...after, status }, now);
  const isWritten = response.status.revision !== status.revision;
  expect(isWritten).toBe(waits === 0);
  expect(response.resyncAfterSeconds).toBe(waits === 0 ? undefined : waits);
  if (isWritten) expect(response.status.time).toBe(isoTime(now));
});

test('without a group of related objects the status stays', () => {
  const status = written(base, NOON);
  for (const group of ['NodeImages', 'PolicyReferences']) {
    const partial = request({ ...base, wanted: [], status });
    delete (partial.related as Record<string, unknown>)[`${group}.${VERSION}`];
    expect(syncInventory(inventorySyncRequest.parse(partial), NOON + MINUTE)).toEqual({ status, children: [] });
  }
});

test('of two lists of one node the later one counts', () => {
  const old = { ...nodeImages({ node: 'a', holds: ['x'] }), time: isoTime(NOON - MINUTE) };
  const { nodes, references } = inventoryTable([nodeImages({ node: 'a' }), old], new Set([hash('x')]));
  expect({ nodes, references }).toEqual({ nodes: key('a'), references: [hash('x')] });
});

test('references beyond the limit are left out and counted, and the condition states it', () => {
  const names = Array.from({ length: 40_000 }, (_, index) => `image-${index}`);
  const wanted = new Set(names.map(hash));
  const table = inventoryTable([nodeImages({ node: 'a' })], wanted);
  expect(table.references.join('","').length).toBeLessThanOrEqual(INVENTORY_LIMIT_BYTES);
  expect(table.unknownReferences).toBe(names.length - table.references.length);
  expect(table.unknownReferences).toBeGreaterThan(0);
  const { status } = sync({ nodes: [{ node: 'a' }], wanted: names });
  expect(status.conditions).toMatchObject([{ status: 'False', reason: 'InventoryFull' }]);
  expect(JSON.stringify(status).length).toBeLessThan(INVENTORY_LIMIT_BYTES + 4096);
});

test('bits are read back as they were written, for any set of positions', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300)), (positions) => {
      const has = decodeBits(encodeBits(positions, 301));
      expect(Array.from({ length: 310 }, (_, index) => index).filter(has)).toEqual(
        [...positions].sort((x, y) => x - y),
      );
    }),
  );
});

test('what is written into Inventories of any number is read back', () => {
  const wired = wireInventories(
    [
      [{ node: 'a', holds: [{ name: 'x', sizeBytes: 5 }] }, { node: 'b' }],
      [{ node: 'c', holds: [{ name: 'x', digest: digestOf('other'), sizeBytes: 9 }], lost: [['x', 71, 36]] }],
    ],
    ['x'],
  );
  const request = wirePolicyRequest({ inventories: wired });
  const inventories = readInventories(pullPolicySyncRequest.parse(request).related.inventories);
  const report = inventories?.reportOn(referenceOf('x'));
  expect(['a', 'b', 'c', 'd'].map((name) => report?.digestsOn(key(name)))).toEqual([
    [digestOf('x')],
    undefined,
    [digestOf('other')],
    undefined,
  ]);
  expect(report).toMatchObject({ coveredBy: 2, isListed: true, sizeBytes: 9 });
  expect([...(report?.losses ?? [])]).toEqual([[key('c'), { stamp: 71, restsUntil: 107 }]]);
  expect(['a', 'c', 'd'].map((name) => inventories?.hasNode(key(name)))).toEqual([true, true, false]);
  expect(inventories?.reportOn(referenceOf('y'))).toMatchObject({
    coveredBy: 0,
    isListed: false,
    sizeBytes: undefined,
  });
});

test('nodes are spread over the Inventories about equally', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 4000; index += 1) {
    const name = inventoryNameOf(hash(String(index)), 4);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['0-of-4', '1-of-4', '2-of-4', '3-of-4']);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
