// Which nodes want a pull of an image. Skips comparing node by node where the ledger shows that all nodes have it.
import type { CachedEntry } from '../../crds/cached-image.ts';
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { cachedSince, keysOf } from '../cached-image/cached-entries.ts';
import { heldKeys } from '../cached-image/ledger.ts';
import { type FleetNode, type FleetTable, matchingNodes, placementOf } from '../fleet/table.ts';
import { type AdoptionInput, heldDigests } from './adoption.ts';
import type { PolicyImage } from './policy-image.ts';

/** Nodes that match an image, prepared for a cheap comparison with its ledger. */
interface Target {
  readonly nodes: readonly FleetNode[];
  /** Keys of the nodes in the ledger's notation: sorted, joined by spaces. */
  readonly keys: string;
}

export interface WantedNodes {
  /** Nodes that never had the image. */
  readonly missing: readonly FleetNode[];
  /** Nodes that have lost it. */
  readonly lost: readonly FleetNode[];
  /** Nodes that need no pull: their kubelets report the image, and its ledger does not list them yet. */
  readonly reported: readonly FleetNode[];
  /** Nodes that hold it and are due for a re-pull. */
  readonly repull: readonly FleetNode[];
}

type Placing = Pick<PullPolicySpec, 'nodeSelector' | 'tolerations'>;

export interface WantedInput extends AdoptionInput {
  readonly table: FleetTable;
  readonly policy: Placing;
  /** Node of the last start. The order begins after it, so that consecutive starts use different nodes. */
  readonly lastStartNode: string | undefined;
}

const nothingWanted: WantedNodes = { missing: [], lost: [], reported: [], repull: [] };

/** Nodes by name, beginning after the node of the last start. */
function rotated(nodes: readonly FleetNode[], lastStartNode: string | undefined): readonly FleetNode[] {
  if (lastStartNode === undefined) return nodes;
  const after = nodes.findIndex(({ name }) => name > lastStartNode);
  return after <= 0 ? nodes : [...nodes.slice(after), ...nodes.slice(0, after)];
}

function dueForRepull(image: PolicyImage, nodes: readonly FleetNode[], input: WantedInput): FleetNode[] {
  const interval = input.repullIntervalMilliseconds;
  if (interval === undefined) return [];
  const { cached, lost } = image.ledger;
  const since = cachedSince(cached);
  const held = lost.size === 0 ? undefined : heldKeys(image.ledger);
  return nodes.filter(({ key }) => {
    const at = since.get(key);
    return at !== undefined && (held?.has(key) ?? true) && at + interval <= input.nowMilliseconds;
  });
}

function targetOf(image: PolicyImage, table: FleetTable, policy: Placing): Target {
  const nodes = matchingNodes(table, placementOf(image.spec, policy));
  const keys = nodes
    .map(({ key }) => key)
    .sort()
    .join(' ');
  return { nodes, keys };
}

/**
 * Targets by the table that they come from. A sync reads a new table, but a plan asks a hundred thousand times about
 * the same one.
 */
const targetsOfTable = new WeakMap<FleetTable, Map<string, Target>>();

function sharedTarget(image: PolicyImage, table: FleetTable, policy: Placing): Target {
  const targets = targetsOfTable.get(table) ?? new Map<string, Target>();
  targetsOfTable.set(table, targets);
  const { nodeSelector, tolerations } = image.spec;
  const placement = JSON.stringify([nodeSelector, tolerations, policy.nodeSelector, policy.tolerations]);
  const target = targets.get(placement) ?? targetOf(image, table, policy);
  targets.set(placement, target);
  return target;
}

interface Missing {
  readonly target: Target;
  readonly nodes: readonly FleetNode[];
}

/** The nodes that lack an image, by its `cached`, for the same reason as above. */
const missingOfCached = new WeakMap<readonly CachedEntry[], Missing>();

function missingNodes({ ledger }: PolicyImage, target: Target): readonly FleetNode[] {
  const { cached, lost } = ledger;
  if (lost.size > 0) {
    const keys = heldKeys(ledger);
    return target.nodes.filter(({ key }) => !keys.has(key));
  }
  const known = missingOfCached.get(cached);
  if (known?.target === target) return known.nodes;
  const isComplete = cached.length === 1 && cached[0]?.nodes === target.keys;
  const held = isComplete ? undefined : new Set(cached.flatMap(keysOf));
  const nodes = held === undefined ? [] : target.nodes.filter(({ key }) => !held.has(key));
  missingOfCached.set(cached, { target, nodes });
  return nodes;
}

/** The nodes that match the image and do not hold it, by its ledger. */
export function missingNodesOf(image: PolicyImage, table: FleetTable, policy: Placing): readonly FleetNode[] {
  return missingNodes(image, sharedTarget(image, table, policy));
}

/** Sorts the nodes that do not hold the image by its ledger. Those in `cached` have lost it. */
function absentNodes(
  image: PolicyImage,
  absent: readonly FleetNode[],
  input: WantedInput,
): Pick<WantedNodes, 'missing' | 'lost' | 'reported'> {
  const { cached, lost } = image.ledger;
  const digestOn = heldDigests(image, input);
  const isReported = (node: FleetNode) => digestOn?.(node) !== undefined;
  const reported = digestOn === undefined ? [] : absent.filter(isReported);
  const unheld = reported.length === 0 ? absent : absent.filter((node) => !isReported(node));
  if (lost.size === 0) return { missing: unheld, lost: [], reported };
  const known = new Set(cached.flatMap(keysOf));
  return {
    missing: unheld.filter(({ key }) => !known.has(key)),
    lost: unheld.filter(({ key }) => known.has(key)),
    reported,
  };
}

/**
 * A function that returns the nodes that want a pull of an image. Images with equal selectors and tolerations share
 * the work.
 */
export function wantedNodesIn(input: WantedInput): (image: PolicyImage) => WantedNodes {
  const { lastStartNode, repullIntervalMilliseconds } = input;
  return (image) => {
    const target = sharedTarget(image, input.table, input.policy);
    const absent = missingNodes(image, target);
    if (absent.length === 0 && repullIntervalMilliseconds === undefined) return nothingWanted;
    const nodes = absentNodes(image, rotated(absent, lastStartNode), input);
    const repull = dueForRepull(image, rotated(target.nodes, lastStartNode), input);
    return { ...nodes, repull };
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
