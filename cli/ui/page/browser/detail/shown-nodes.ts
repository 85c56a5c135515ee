// The nodes of a group that the panel shows.
import type { NodeGroup } from '../../../../why/report.ts';

/** Further nodes are counted; the filter finds them. */
const NODES_PER_GROUP_LIMIT = 50;

export interface ShownNodes {
  readonly shown: NodeGroup['nodes'];
  /** Number of further nodes that match. */
  readonly left: number;
}

export function shownNodes(nodes: NodeGroup['nodes'], filter: string): ShownNodes {
  const text = filter.trim().toLowerCase();
  const matching = nodes.filter(({ name }) => name.toLowerCase().includes(text));
  const shown = matching.slice(0, NODES_PER_GROUP_LIMIT);
  return { shown, left: matching.length - shown.length };
}
