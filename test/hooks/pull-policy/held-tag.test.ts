// Nodes that list a tag wait for its first pull, whose digest shows whether they need a pull at all.
import { expect, test } from 'vitest';
import { wireInventories } from '../builders/inventories.ts';
import { NOON, type PodFacts, SECOND } from '../builders/wire.ts';
import { decide, finished, images, running, three } from './policy-tables.ts';

/** All nodes list image `x`. */
const inventories = wireInventories([three.map(({ name }) => ({ node: name, holds: ['x'] }))], ['x']);

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
    inventories,
  };
  const result = decide(cluster, NOON + SECOND);
  expect(result.started).toEqual(started);
});
