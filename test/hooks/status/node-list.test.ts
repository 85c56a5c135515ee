// Sentences about many nodes: a few names, and how many more there are.
import { expect, test } from 'vitest';
import { counted, nodeList } from '../../../hooks/status/node-list.ts';

test.each([
  { names: [], says: '' },
  { names: ['a'], says: 'a' },
  { names: ['a', 'b'], says: 'a, b' },
  { names: ['a', 'b', 'c'], says: 'a, b, c' },
  { names: ['a', 'b', 'c', 'd'], says: 'a, b, c and 1 more' },
  { names: ['a', 'b', 'c', 'd', 'e', 'f'], says: 'a, b, c and 3 more' },
])('$names is said as "$says"', ({ names, says }) => {
  expect(nodeList(names)).toBe(says);
});

test.each([
  [0, '0 nodes'],
  [1, '1 node'],
  [2, '2 nodes'],
])('%d is said as "%s"', (count, says) => {
  expect(counted(count, 'node')).toBe(says);
});
