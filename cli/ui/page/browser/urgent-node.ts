// The node that stands for all nodes of a slot.
import { urgencyRank } from './cell-states.ts';
import type { Slot } from './heat-layout.ts';

/** The index of the first node with the most urgent state. Wanted states, if there are any, come first. */
export function urgentNode(
  cells: string,
  columns: readonly number[],
  { from, end }: Slot,
  isWanted?: (code: number) => boolean,
): number {
  let node = columns[from] ?? 0;
  let least = Number.POSITIVE_INFINITY;
  for (let column = from; column < end; column += 1) {
    const candidate = columns[column] ?? 0;
    const code = cells.charCodeAt(candidate);
    const rank = urgencyRank(code) + (isWanted === undefined || isWanted(code) ? 0 : 1_000);
    if (rank < least) {
      least = rank;
      node = candidate;
    }
  }
  return node;
}
