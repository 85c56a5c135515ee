// Nodes that list a tag wait for its first pull, whose digest shows whether they need a pull at all.
import { expect, test } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { referenceHash } from '../../../hooks/inventory/reference-hash.ts';
import { inventoryTable } from '../../../hooks/inventory/table.ts';
import { isoTime, keyOf, NOON, type PodFacts, referenceOf, SECOND, uidOf } from '../builders/wire.ts';
import { decide, finished, images, running, three } from './policy-tables.ts';

const hash = referenceHash(referenceOf('x'));

/** An Inventory in which all nodes list image `x`. */
const inventory = {
  apiVersion: API_VERSION,
  kind: 'Inventory',
  metadata: { name: '0-of-1', uid: uidOf('inventory'), generation: 1, creationTimestamp: isoTime(NOON) },
  spec: {},
  status: inventoryTable(
    three.map((node) => ({ key: keyOf(node), time: isoTime(NOON), listed: [`a - ${hash}`] })),
    new Set([hash]),
  ),
};

test.each<[title: string, pods: readonly PodFacts[], started: readonly string[]]>([
  ['the first pull of a tag starts on one node', [], ['x on a slot 0']],
  ['no other node pulls while the first pull runs', [running], []],
  ['no other node pulls before the result of the first pull is recorded', [finished], []],
  ['no other node pulls while a pull of another policy runs', [{ ...running, policy: 'other' }], []],
])('%s', (_title, pods, started) => {
  const cluster = {
    nodes: three,
    images: images('x'),
    spec: { maxConcurrentNodes: 3 },
    pods: pods.filter(({ policy }) => policy === undefined),
    otherPods: pods.filter(({ policy }) => policy !== undefined),
  };
  const result = decide(cluster, NOON + SECOND, ({ related }) => {
    Object.assign(related, { [`Inventory.${API_VERSION}`]: { '0-of-1': inventory } });
  });
  expect(result.started).toEqual(started);
});
