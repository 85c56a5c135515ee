// Which Inventory covers a node: the key of the node decides, so that the shares are about equal.

/** Label of NodeImages: the name of the Inventory that reads them. */
export const INVENTORY_LABEL = 'drop.corewire.io/inventory';

const READ_HEX_DIGITS = 8;

/** Returns the name of the Inventory for a node, for example `3-of-4`. */
export function inventoryNameOf(nodeKey: string, inventoryCount: number): string {
  const number = Number.parseInt(nodeKey.slice(0, READ_HEX_DIGITS), 16) || 0;
  return `${number % inventoryCount}-of-${inventoryCount}`;
}
