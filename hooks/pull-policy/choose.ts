// Chooses the pulls that start now: walks the candidates in order and starts each pair whose gates are all open.
import type { TolerationField } from '../../crds/fields.ts';
import type { FleetNode } from '../fleet/table.ts';
import { lastLossStamp } from './adoption.ts';
import type { Bucket } from './candidates.ts';
import type { ClosedGate, Pace, PairGateInput } from './gates/gate.ts';
import { closedImageGate, closedNodeGate, closedPairGate, closedPolicyGate } from './gates/gates.ts';
import { lowestFreeSlot, reserve } from './occupancy.ts';
import type { PolicyImage } from './policy-image.ts';

/** Maximum number of starts in one response, which bounds the response and the burst of writes that follows. */
const STARTS_PER_RESPONSE_LIMIT = 20;

export interface ChosenStart {
  readonly slot: number;
  readonly image: PolicyImage;
  readonly node: FleetNode;
  /** Tolerations of image and policy together. */
  readonly tolerations: readonly TolerationField[];
  /** Milliseconds since the epoch. */
  readonly deadlineMilliseconds: number;
  /** Stamp of the last known loss of the image on the node; 0 if there is none. */
  readonly lossStamp: number;
}

export interface Choice {
  readonly starts: readonly ChosenStart[];
  /** The first gate that was closed for a wanted pair, unavailable nodes last; undefined when none was. */
  readonly waiting: ClosedGate | undefined;
  /** Instants at which time alone opens a gate, in milliseconds since the epoch. */
  readonly opensAt: readonly number[];
  /** Whether STARTS_PER_RESPONSE_LIMIT ended the search. */
  readonly isCut: boolean;
}

interface Walk {
  readonly pace: Pace;
  readonly starts: ChosenStart[];
  readonly opensAt: number[];
  waiting: ClosedGate | undefined;
  /** The first pair whose node is unavailable. */
  unavailable: ClosedGate | undefined;
}

function recordClosed(walk: Walk, closed: ClosedGate): void {
  walk.waiting ??= closed;
  const { opensAt } = closed.closure;
  if (opensAt !== undefined) walk.opensAt.push(opensAt);
}

function start({ pace, starts }: Walk, { image, node, tolerations }: PairGateInput): void {
  const slot = lowestFreeSlot(pace.occupancy, pace.limits.slotCap);
  if (slot === undefined) throw new Error('the gate policy-cap was open without a free slot');
  const deadlineMilliseconds = pace.nowMilliseconds + pace.limits.pullTimeoutMilliseconds;
  const lossStamp = lastLossStamp(pace.inventories, image, node);
  starts.push({ slot, image, node, tolerations, deadlineMilliseconds, lossStamp });
  reserve(pace.occupancy, { slot, image: image.name, node: node.name, reference: image.reference });
  pace.lastPolicyStart = pace.nowMilliseconds;
}

/** Starts the pair if its gates are open. Returns the first closed gate otherwise. */
function walkPair(walk: Walk, input: PairGateInput): ClosedGate | undefined {
  const unavailable = closedNodeGate(input);
  if (unavailable !== undefined) {
    // Only the node can open such a pair, so none of its other gates is worth a message or a sync.
    walk.unavailable ??= unavailable;
    return unavailable;
  }
  const closed = closedPolicyGate(input) ?? closedImageGate(input) ?? closedPairGate(input);
  if (closed === undefined) start(walk, input);
  else recordClosed(walk, closed);
  return closed;
}

/** Starts the pairs of a bucket whose gates are open. Returns whether the walk continues with the next bucket. */
function walkBucket(walk: Walk, { image, tolerations, nodes }: Bucket): boolean {
  for (const { node, history } of nodes) {
    if (walk.starts.length >= STARTS_PER_RESPONSE_LIMIT) return false;
    const closed = walkPair(walk, { pace: walk.pace, image, node, history, tolerations });
    if (closed?.gate.scope === 'policy') return false;
    if (closed?.gate.scope === 'image') return true;
  }
  return true;
}

/** Walks the candidates in the given order; each start updates `pace`. */
export function chooseStarts(buckets: Iterable<Bucket>, pace: Pace): Choice {
  const walk: Walk = { pace, starts: [], opensAt: [], waiting: undefined, unavailable: undefined };
  for (const bucket of buckets) {
    if (!walkBucket(walk, bucket)) break;
  }
  return {
    starts: walk.starts,
    waiting: walk.waiting ?? walk.unavailable,
    opensAt: walk.opensAt,
    isCut: walk.starts.length >= STARTS_PER_RESPONSE_LIMIT,
  };
}
