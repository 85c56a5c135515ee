// The name of an Inventory states its share of the nodes.
import { expect, test } from 'vitest';
import { inventoryNames } from '../../../hooks/inventory/shares.ts';

test.each([
  [0, []],
  [1, ['0-of-1']],
  [2, ['0-of-2', '1-of-2']],
])('%i Inventories have the names %j', (count, names) => {
  expect(inventoryNames(count)).toEqual(names);
});
