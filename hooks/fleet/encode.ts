// Packs the facts of all nodes into groups, about 40 bytes per node, so that every sync can carry the whole table.
import type { FleetGroup } from '../../crds/fleet.ts';
import type { NodeCacheSpec } from '../../crds/node-cache.ts';

export interface NamedNode {
  readonly name: string;
  readonly facts: NodeCacheSpec;
}

const labelText = (key: string, value: string) => `${key}=${value}`;

/** Label values that only one node has. They are stored per node, so that they split no group. */
function uniqueLabels(nodes: readonly NamedNode[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { facts } of nodes) {
    for (const [key, value] of Object.entries(facts.labels)) {
      const text = labelText(key, value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count === 1).map(([text]) => text));
}

/** Splits the labels of a node into those that other nodes have too and its own, each sorted by key. */
function splitLabels(facts: NodeCacheSpec, unique: ReadonlySet<string>) {
  const entries = Object.entries(facts.labels).sort(([left], [right]) => (left < right ? -1 : 1));
  const isOwn = ([key, value]: [string, string]) => unique.has(labelText(key, value));
  return {
    shared: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
    own: Object.fromEntries(entries.filter(isOwn)),
  };
}

interface GroupInProgress {
  readonly shared: Omit<FleetGroup, 'nodes' | 'own'>;
  readonly nodes: string[];
  readonly own: Record<string, Record<string, string>>;
}

/** Returns one group per set of equal facts. Groups and nodes are sorted, so the order of the input does not matter. */
export function encodeGroups(nodes: readonly NamedNode[]): FleetGroup[] {
  const sorted = [...nodes].sort((left, right) => (left.name < right.name ? -1 : 1));
  const unique = uniqueLabels(sorted);
  const groups = new Map<string, GroupInProgress>();
  for (const { name, facts } of sorted) {
    const labels = splitLabels(facts, unique);
    const { ready, unschedulable, os, taints } = facts;
    const shared = { labels: labels.shared, taints, ready, unschedulable, os };
    const groupKey = JSON.stringify(shared);
    const group = groups.get(groupKey) ?? { shared, nodes: [], own: {} };
    group.nodes.push(`${name} ${facts.key}`);
    if (Object.keys(labels.own).length > 0) group.own[name] = labels.own;
    groups.set(groupKey, group);
  }
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { shared, nodes: names, own }]) => ({
      ...shared,
      nodes: names,
      ...(Object.keys(own).length > 0 ? { own } : {}),
    }));
}
