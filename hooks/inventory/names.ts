// The names of the Inventories. Each name states the share of the nodes that the Inventory covers.

/** Returns `0-of-2` and `1-of-2` for 2, and nothing for 0. */
export function inventoryNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}-of-${count}`);
}
