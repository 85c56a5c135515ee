// A few node names for a sentence; a thousand of them help nobody.

const NAMED_NODES_LIMIT = 3;

/** Takes node names in order; gives `a, b, c and 7 more`. */
export function nodeList(names: readonly string[]): string {
  const named = names.slice(0, NAMED_NODES_LIMIT).join(', ');
  const others = names.length - NAMED_NODES_LIMIT;
  return others > 0 ? `${named} and ${others} more` : named;
}

/** Takes a count and a noun; gives `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
