// The nodes of an image: those that hold it, those that lack it, and those that lack it and cannot take a pull now.
import type { TolerationField } from '../../crds/fields.ts';
import { startObstacle } from '../fleet/availability.ts';
import type { FleetNode } from '../fleet/table.ts';
import { nodeList } from '../status/node-list.ts';
import { heldKeys, type Ledger } from './ledger.ts';

interface UnavailableNode {
  readonly name: string;
  /** `NotReady`, `cordoned` or the taint. */
  readonly obstacle: string;
}

/** Each list is sorted by name. */
export interface ImageNodes {
  /** Nodes that hold the image, whatever their state: a node that has everything may flap without a status write. */
  readonly holding: readonly FleetNode[];
  /** Nodes that lack the image and can take a pull now. */
  readonly missing: readonly FleetNode[];
  /** Both of the above: the nodes that must hold the image before it is Ready. */
  readonly targeted: readonly FleetNode[];
  /** Nodes that lack the image and cannot take a pull now. They count for nothing else. */
  readonly unavailable: readonly UnavailableNode[];
}

/** Sorts the nodes that match an image. */
export function imageNodes(
  matching: readonly FleetNode[],
  ledger: Ledger,
  tolerations: readonly TolerationField[],
): ImageNodes {
  const held = heldKeys(ledger);
  const nodes = { holding: [], missing: [], targeted: [], unavailable: [] } as {
    -readonly [List in keyof ImageNodes]: ImageNodes[List][number][];
  };
  for (const node of matching) {
    const isHeld = held.has(node.key);
    const obstacle = isHeld ? undefined : startObstacle(node, tolerations);
    if (obstacle !== undefined) {
      nodes.unavailable.push({ name: node.name, obstacle });
      continue;
    }
    nodes.targeted.push(node);
    (isHeld ? nodes.holding : nodes.missing).push(node);
  }
  return nodes;
}

/** Whether at least one node holds the image, and no node that can take a pull lacks it. */
export function isOnEveryNode({ targeted, missing }: ImageNodes): boolean {
  return targeted.length > 0 && missing.length === 0;
}

/** Returns for example `2 unavailable (cordoned: a; NotReady: b)`. */
export function unavailableText(unavailable: readonly UnavailableNode[]): string {
  const names = new Map<string, string[]>();
  for (const { name, obstacle } of unavailable) names.set(obstacle, [...(names.get(obstacle) ?? []), name]);
  const parts = [...names].map(([obstacle, nodes]) => `${obstacle}: ${nodeList(nodes)}`);
  return `${unavailable.length} unavailable (${parts.join('; ')})`;
}
