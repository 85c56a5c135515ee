// Which Inventory covers a node: its name states its share of the nodes, and the key of a node decides about the share.

/** Label of NodeImages: the name of the Inventory that reads them. */
export const INVENTORY_LABEL = 'drop.corewire.io/inventory';

const READ_HEX_DIGITS = 8;

const inventoryName = (index: number, count: number) => `${index}-of-${count}`;

/** Returns `0-of-2` and `1-of-2` for 2, and nothing for 0. */
export function inventoryNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => inventoryName(index, count));
}

/** Returns the name of the Inventory for a node. The shares are about equal. */
export function inventoryNameOf(nodeKey: string, inventoryCount: number): string {
  const number = Number.parseInt(nodeKey.slice(0, READ_HEX_DIGITS), 16) || 0;
  return inventoryName(number % inventoryCount, inventoryCount);
}
