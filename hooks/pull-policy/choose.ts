// Chooses the pulls that start now: walks the candidates in order and starts each pair whose gates are all open.
import type { TolerationField } from '../../crds/fields.ts';
import type { FleetNode } from '../fleet/table.ts';
import type { Bucket } from './candidates.ts';
import type { ClosedGate, Pace, PairGateInput } from './gates/gate.ts';
import { closedImageGate, closedPairGate, closedPolicyGate } from './gates/gates.ts';
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
}

export interface Choice {
  readonly starts: readonly ChosenStart[];
  /** The first gate that was closed for a wanted pair; undefined when none was. */
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
  starts.push({ slot, image, node, tolerations, deadlineMilliseconds });
  reserve(pace.occupancy, { slot, image: image.name, node: node.name, reference: image.reference });
  pace.lastPolicyStart = pace.nowMilliseconds;
}

/** Starts the pairs of a bucket whose gates are open. Returns whether the walk continues with the next bucket. */
function walkBucket(walk: Walk, { image, tolerations, nodes }: Bucket): boolean {
  const { pace } = walk;
  for (const { node, history } of nodes) {
    if (walk.starts.length >= STARTS_PER_RESPONSE_LIMIT) return false;
    const input = { pace, image, node, history, tolerations };
    const policyGate = closedPolicyGate(input);
    if (policyGate !== undefined) {
      recordClosed(walk, policyGate);
      return false;
    }
    const imageGate = closedImageGate(input);
    if (imageGate !== undefined) {
      recordClosed(walk, imageGate);
      return true;
    }
    const pairGate = closedPairGate(input);
    if (pairGate === undefined) start(walk, input);
    else recordClosed(walk, pairGate);
  }
  return true;
}

/** Walks the candidates in the given order; each start updates `pace`. */
export function chooseStarts(buckets: Iterable<Bucket>, pace: Pace): Choice {
  const walk: Walk = { pace, starts: [], opensAt: [], waiting: undefined };
  for (const bucket of buckets) {
    if (!walkBucket(walk, bucket)) break;
  }
  return {
    starts: walk.starts,
    waiting: walk.waiting,
    opensAt: walk.opensAt,
    isCut: walk.starts.length >= STARTS_PER_RESPONSE_LIMIT,
  };
}
