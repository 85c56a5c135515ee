// The nodes as columns: grouped by node pool, then by name.
import { type FleetNode, type FleetTable, labelOf } from '../../../hooks/fleet/table.ts';
import { cleanText } from '../../text/clean-text.ts';
import type { NodeColumns } from './ui-view.ts';

/** Labels that name the pool of a node, the most specific first. */
const POOL_LABELS = [
  'karpenter.sh/nodepool',
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'lke.linode.com/pool-id',
  'k8s.scaleway.com/pool-name',
  'node.openshift.io/pool',
  'nodepool',
  'node-pool',
  'pool',
];
const ROLE_LABEL = /^node-role\.kubernetes\.io\/(.+)$/;

function roleOf({ group, own }: FleetNode): string | undefined {
  const keys = [...Object.keys(group.labels), ...Object.keys(own ?? {})];
  return keys.flatMap((key) => ROLE_LABEL.exec(key)?.[1] ?? []).sort()[0];
}

/** The pool of a node by its labels, otherwise its first role. Empty where neither is known. */
function poolOf(node: FleetNode): string {
  const label = POOL_LABELS.map((key) => labelOf(node, key)).find((value) => value !== undefined && value !== '');
  return label ?? roleOf(node) ?? '';
}

export interface Columns {
  /** In the order of the columns. */
  readonly nodes: readonly FleetNode[];
  readonly columns: NodeColumns;
}

export function nodeColumns(table: FleetTable | undefined): Columns {
  const pools = new Map((table?.nodes ?? []).map((node) => [node, poolOf(node)]));
  const poolNames = [...new Set(pools.values())].sort();
  const indexes = new Map(poolNames.map((name, index) => [name, index]));
  const placed = [...pools].map(([node, pool]) => ({ node, pool: indexes.get(pool) ?? 0 }));
  placed.sort((left, right) => left.pool - right.pool || (left.node.name < right.node.name ? -1 : 1));
  return {
    nodes: placed.map(({ node }) => node),
    columns: {
      names: placed.map(({ node }) => cleanText(node.name)),
      pools: placed.map(({ pool }) => pool),
      poolNames: poolNames.map(cleanText),
    },
  };
}
