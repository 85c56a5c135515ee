// Reads the groups of the Fleet back into nodes and selects the nodes that match an image.
import type { TolerationField } from '../../crds/fields.ts';
import type { FleetGroup } from '../../crds/fleet.ts';
import { firstUnmatchedLabel, matchesNodeSelector } from '../../kubernetes/label-selector.ts';
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

/** The message of a condition with reason FleetNotFound. */
export const MISSING_FLEET_MESSAGE = 'Fleet default does not exist or lists no nodes yet: the chart installs it';

/** `missing`: there is no table. `unknown`: Metacontroller did not send the Fleet. */
export type FleetLookup =
  | { readonly kind: 'table'; readonly table: FleetTable }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

function nodesOf(group: FleetGroup): FleetNode[] {
  return group.nodes.flatMap((entry) => {
    const [name, key] = entry.split(' ');
    // The scheduler would place a Pod without a node name anywhere.
    if (!name || !key) return [];
    const own = group.own !== undefined && Object.hasOwn(group.own, name) ? group.own[name] : undefined;
    return [{ name, key, group, own }];
  });
}

export function tableOf(groups: readonly FleetGroup[]): FleetTable {
  const nodes = groups.flatMap(nodesOf).sort((left, right) => (left.name < right.name ? -1 : 1));
  return { nodes, byName: new Map(nodes.map((node) => [node.name, node])) };
}

export function readFleet(fleets: Group<ObservedFleet>): FleetLookup {
  if (fleets === undefined) return { kind: 'unknown' };
  const groups = fleets.get(FLEET_NAME)?.status.groups;
  return groups === undefined ? { kind: 'missing' } : { kind: 'table', table: tableOf(groups) };
}

/** The spec of an image or of its policy. */
interface Tolerating {
  readonly tolerations?: readonly TolerationField[] | undefined;
}

/** Returns the tolerations of an image and of its policy, if known. */
export function jointTolerations(image: Tolerating, policy: Tolerating | undefined): TolerationField[] {
  return [...(image.tolerations ?? []), ...(policy?.tolerations ?? [])];
}

/** The nodes that match an image: every selector matches, and a toleration covers each taint that stays. */
export interface Placement {
  readonly nodeSelectors: readonly (Readonly<Record<string, string>> | undefined)[];
  readonly tolerations: readonly TolerationField[];
}

/** The spec of an image or of its policy. */
interface Placing extends Tolerating {
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
}

/** The placement of an image under its policy, if that is known: the selector of the image comes first. */
export function placementOf(image: Placing, policy: Placing | undefined): Placement {
  return {
    nodeSelectors: [image.nodeSelector, policy?.nodeSelector],
    tolerations: jointTolerations(image, policy),
  };
}

const isPermanent = (taint: Taint) => !CONDITION_TAINT_KEYS.has(taint.key);

/** Returns undefined for a label that the node does not have. */
export function labelOf(node: FleetNode, key: string): string | undefined {
  if (node.own !== undefined && Object.hasOwn(node.own, key)) return node.own[key];
  if (Object.hasOwn(node.group.labels, key)) return node.group.labels[key];
  return key === HOSTNAME_LABEL ? node.name : undefined;
}

/**
 * Why a node does not match. `selector` is the index in `nodeSelectors`; `actual` is undefined on a node without the
 * label.
 */
export type Mismatch =
  | { readonly kind: 'os'; readonly os: string }
  | { readonly kind: 'taint'; readonly taint: Taint }
  | {
      readonly kind: 'label';
      readonly selector: number;
      readonly key: string;
      readonly value: string;
      readonly actual: string | undefined;
    };

function groupMismatch({ os, taints }: FleetGroup, { tolerations }: Placement): Mismatch | undefined {
  if (os !== 'linux') return { kind: 'os', os };
  const taint = firstUntoleratedTaint(taints, tolerations, isPermanent);
  return taint && { kind: 'taint', taint };
}

/** Returns the first reason why `matchingNodes` leaves the node out; undefined for a node that matches. */
export function mismatchOf(node: FleetNode, placement: Placement): Mismatch | undefined {
  const ofGroup = groupMismatch(node.group, placement);
  if (ofGroup !== undefined) return ofGroup;
  for (const [selector, labels] of placement.nodeSelectors.entries()) {
    const label = firstUnmatchedLabel(labels, (key) => labelOf(node, key));
    if (label !== undefined) return { kind: 'label', selector, ...label, actual: labelOf(node, label.key) };
  }
  return undefined;
}

/**
 * Returns the nodes that match the image, sorted by name. Ready, cordons and the taints of node conditions do not
 * count: they decide only whether a pull can start now (availability.ts).
 */
export function matchingNodes(table: FleetTable, placement: Placement): FleetNode[] {
  const verdicts = new Map<FleetGroup, boolean>();
  return table.nodes.filter((node) => {
    let verdict = verdicts.get(node.group);
    if (verdict === undefined) {
      verdict = groupMismatch(node.group, placement) === undefined;
      verdicts.set(node.group, verdict);
    }
    if (!verdict) return false;
    return placement.nodeSelectors.every((selector) => matchesNodeSelector(selector, (key) => labelOf(node, key)));
  });
}
