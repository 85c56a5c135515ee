// Counts and node names in messages.
import { expect, test } from 'vitest';
import { counted, nodeList } from '../../../hooks/status/node-list.ts';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c'], 'a, b, c'],
  [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c and 3 more'],
])('a message lists the nodes %j as "%s"', (names, text) => {
  expect(nodeList(names)).toBe(text);
});

test.each([
  [0, '0 nodes'],
  [1, '1 node'],
  [2, '2 nodes'],
])('a message counts %d nodes as "%s"', (count, text) => {
  expect(counted(count, 'node')).toBe(text);
});
