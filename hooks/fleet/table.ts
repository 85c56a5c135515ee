// Reads the Fleet's groups back into nodes, and tells which of them an image is meant for.

import type { TolerationField } from '../../crds/fields.ts';
import type { FleetGroup } from '../../crds/fleet.ts';
import { matchesNodeSelector } from '../../kubernetes/label-selector.ts';
import { CONDITION_TAINT_KEYS, firstUntoleratedTaint, type Taint } from '../../kubernetes/taint.ts';
import type { Group, ObservedFleet } from '../../metacontroller/hook-request.ts';
import { HOSTNAME_LABEL } from '../node/sync.ts';
import { FLEET_NAME } from '../settings.ts';

export interface FleetNode {
  readonly name: string;
  readonly key: string;
  readonly group: FleetGroup;
  /** Labels whose value no other node has. */
  readonly own: Readonly<Record<string, string>> | undefined;
}

export interface FleetTable {
  /** Sorted by name. */
  readonly nodes: readonly FleetNode[];
  readonly byName: ReadonlyMap<string, FleetNode>;
}

/** What is known of the nodes: the table, that there is none, or nothing at all. */
export type FleetLookup =
  | { readonly kind: 'table'; readonly table: FleetTable }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

function nodesOf(group: FleetGroup): FleetNode[] {
  return group.nodes.flatMap((entry) => {
    const [name, key] = entry.split(' ');
    // A Pod for a node without a name would go wherever the scheduler likes.
    if (!name || !key) return [];
    const own = group.own !== undefined && Object.hasOwn(group.own, name) ? group.own[name] : undefined;
    return [{ name, key, group, own }];
  });
}

export function tableOf(groups: readonly FleetGroup[]): FleetTable {
  const nodes = groups.flatMap(nodesOf).sort((left, right) => (left.name < right.name ? -1 : 1));
  return { nodes, byName: new Map(nodes.map((node) => [node.name, node])) };
}

/** Takes the related Fleets; gives what they tell of the nodes. */
export function readFleet(fleets: Group<ObservedFleet>): FleetLookup {
  if (fleets === undefined) return { kind: 'unknown' };
  const groups = fleets.get(FLEET_NAME)?.status.groups;
  return groups === undefined ? { kind: 'missing' } : { kind: 'table', table: tableOf(groups) };
}

/** What may say where an image is to be: the image and its policy. */
interface Tolerating {
  readonly tolerations?: readonly TolerationField[] | undefined;
}

/** Takes an image's spec and its policy's, where that is known; gives the tolerations of both together. */
export function jointTolerations(image: Tolerating, policy: Tolerating | undefined): TolerationField[] {
  return [...(image.tolerations ?? []), ...(policy?.tolerations ?? [])];
}

/** Where an image is to be: both selectors hold, one of the tolerations covers each taint. */
export interface Placement {
  readonly nodeSelectors: readonly (Readonly<Record<string, string>> | undefined)[];
  readonly tolerations: readonly TolerationField[];
}

const standsForNodeItself = (taint: Taint) => !CONDITION_TAINT_KEYS.has(taint.key);
const everyTaint = () => true;

function labelOf(node: FleetNode, key: string): string | undefined {
  if (node.own !== undefined && Object.hasOwn(node.own, key)) return node.own[key];
  if (Object.hasOwn(node.group.labels, key)) return node.group.labels[key];
  return key === HOSTNAME_LABEL ? node.name : undefined;
}

function groupIsTargeted(group: FleetGroup, placement: Placement): boolean {
  if (group.os !== 'linux') return false;
  return firstUntoleratedTaint(group.taints, placement.tolerations, standsForNodeItself) === undefined;
}

/**
 * Takes the table and a placement; gives the nodes that should hold the image, by name. Taints of conditions that come and go do
 * not count, nor do Ready and cordon: else every flap would rewrite every status.
 */
export function targetedNodes(table: FleetTable, placement: Placement): FleetNode[] {
  const verdicts = new Map<FleetGroup, boolean>();
  return table.nodes.filter((node) => {
    let verdict = verdicts.get(node.group);
    if (verdict === undefined) {
      verdict = groupIsTargeted(node.group, placement);
      verdicts.set(node.group, verdict);
    }
    if (!verdict) return false;
    return placement.nodeSelectors.every((selector) => matchesNodeSelector(selector, (key) => labelOf(node, key)));
  });
}

/** Why nothing can be started on a node now, in words for a person; undefined when it can. */
export function startObstacle(node: FleetNode, tolerations: readonly TolerationField[]): string | undefined {
  if (!node.group.ready) return 'not Ready';
  if (node.group.unschedulable) return 'cordoned';
  const taint = firstUntoleratedTaint(node.group.taints, tolerations, everyTaint);
  return taint === undefined ? undefined : `tainted ${taint.key}`;
}
