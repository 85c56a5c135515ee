// Over how many nodes modelExposure spreads the images.
import { isValidNodeAffinity, matchesNodeAffinity } from '../../../kubernetes/node-affinity.ts';
import { type FleetNode, type FleetTable, labelOf } from '../../fleet/table.ts';
import type { RankingNodes } from './ranking-strategy.ts';

export interface NodeCount {
  /** At least 1. */
  readonly count: number;
  /** Why the nodes were not counted although there is a selector. */
  readonly remark?: string;
}

type Selector = NonNullable<RankingNodes['selector']>;

function matches(selector: Selector, node: FleetNode): boolean {
  return node.group.ready && matchesNodeAffinity(selector, { name: node.name, labelOf: (key) => labelOf(node, key) });
}

/** Taints and cordons do not count. `fleet` is undefined if the nodes are unknown. */
export function countNodes(nodes: RankingNodes | undefined, fleet: FleetTable | undefined): NodeCount {
  const { selector, count = 1 } = nodes ?? {};
  if (selector === undefined) return { count };
  const fallback = nodes?.count === undefined ? 'using 1 instead' : `using ${count}, the count of the spec`;
  if (!isValidNodeAffinity(selector)) return { count, remark: `invalid selector of nodes: ${fallback}` };
  if (fleet === undefined) return { count, remark: `the nodes are unknown: ${fallback}` };
  return { count: Math.max(1, fleet.nodes.filter((node) => matches(selector, node)).length) };
}
