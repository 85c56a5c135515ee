// Which nodes want a pull of an image. Skips comparing node by node where the ledger shows that all nodes have it.
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { cachedSince, keysOf } from '../cached-image/cached-entries.ts';
import { type FleetNode, type FleetTable, matchingNodes, placementOf } from '../fleet/table.ts';
import type { PolicyImage } from './policy-image.ts';

/** Nodes that match an image, prepared for a cheap comparison with its ledger. */
interface Target {
  readonly nodes: readonly FleetNode[];
  /** Keys of the nodes in the ledger's notation: sorted, joined by spaces. */
  readonly keys: string;
}

export interface WantedNodes {
  /** Nodes that lack the image. */
  readonly missing: readonly FleetNode[];
  /** Nodes that hold it and are due for a re-pull. */
  readonly repull: readonly FleetNode[];
}

export interface WantedInput {
  readonly table: FleetTable;
  readonly policy: Pick<PullPolicySpec, 'nodeSelector' | 'tolerations'>;
  readonly repullIntervalMilliseconds: number | undefined;
  /** Node of the last start. The order begins after it, so that consecutive starts use different nodes. */
  readonly lastStartNode: string | undefined;
  readonly nowMilliseconds: number;
}

const nothingWanted: WantedNodes = { missing: [], repull: [] };

/** Nodes by name, beginning after the node of the last start. */
function rotated(nodes: readonly FleetNode[], lastStartNode: string | undefined): readonly FleetNode[] {
  if (lastStartNode === undefined) return nodes;
  const after = nodes.findIndex(({ name }) => name > lastStartNode);
  return after <= 0 ? nodes : [...nodes.slice(after), ...nodes.slice(0, after)];
}

function dueForRepull(image: PolicyImage, nodes: readonly FleetNode[], input: WantedInput): FleetNode[] {
  const interval = input.repullIntervalMilliseconds;
  if (interval === undefined) return [];
  const since = cachedSince(image.ledger.cached);
  return nodes.filter(({ key }) => {
    const at = since.get(key);
    return at !== undefined && at + interval <= input.nowMilliseconds;
  });
}

function targetOf(image: PolicyImage, input: WantedInput): Target {
  const nodes = matchingNodes(input.table, placementOf(image.spec, input.policy));
  const keys = nodes
    .map(({ key }) => key)
    .sort()
    .join(' ');
  return { nodes: rotated(nodes, input.lastStartNode), keys };
}

/**
 * A function that returns the nodes that want a pull of an image. Images with equal selectors and tolerations share
 * the work.
 */
export function wantedNodesIn(input: WantedInput): (image: PolicyImage) => WantedNodes {
  const targets = new Map<string, Target>();

  function sharedTarget(image: PolicyImage): Target {
    const { nodeSelector, tolerations } = image.spec;
    const placement = JSON.stringify([nodeSelector, tolerations]);
    const known = targets.get(placement);
    if (known !== undefined) return known;
    const target = targetOf(image, input);
    targets.set(placement, target);
    return target;
  }

  return (image) => {
    const { nodes, keys } = sharedTarget(image);
    const { cached } = image.ledger;
    const isComplete = cached.length === 1 && cached[0]?.nodes === keys;
    if (isComplete && input.repullIntervalMilliseconds === undefined) return nothingWanted;
    const held = isComplete ? undefined : new Set(cached.flatMap(keysOf));
    return {
      missing: held === undefined ? [] : nodes.filter(({ key }) => !held.has(key)),
      repull: dueForRepull(image, nodes, input),
    };
  };
}

/** The next instant at which a re-pull may become due, in milliseconds since the epoch. */
export function nextRepullAt(images: Iterable<PolicyImage>, input: WantedInput): number | undefined {
  const interval = input.repullIntervalMilliseconds;
  if (interval === undefined) return undefined;
  let next = Number.POSITIVE_INFINITY;
  for (const { ledger } of images) {
    for (const { since } of ledger.cached) {
      const dueAt = (parseTimeMilliseconds(since) ?? 0) + interval;
      if (dueAt > input.nowMilliseconds) next = Math.min(next, dueAt);
    }
  }
  return Number.isFinite(next) ? next : undefined;
}
