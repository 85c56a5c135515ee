// Counts and names for messages. A message lists only a few nodes, because it has 256 characters.

const NAMED_NODES_LIMIT = 3;

/** Returns for example `a, b, c and 7 more`. */
export function nodeList(names: readonly string[]): string {
  const named = names.slice(0, NAMED_NODES_LIMIT).join(', ');
  const others = names.length - NAMED_NODES_LIMIT;
  return others > 0 ? `${named} and ${others} more` : named;
}

/** Returns for example `1 node` or `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
