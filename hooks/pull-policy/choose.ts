// Chooses the pulls that start now: walks the candidates in order and starts each one whose gates are all open.
import type { FleetNode } from '../fleet/table.ts';
import type { Bucket } from './candidates.ts';
import { type Closed, closedImageGate, closedPairGate, closedPolicyGate, type GateFacts } from './gates.ts';
import { lowestFreeSlot, reserve } from './occupancy.ts';
import type { PolicyImage } from './policy-image.ts';

/** Most starts in one answer, so that no answer and no burst of writes grows without bound. */
export const STARTS_PER_ANSWER_LIMIT = 20;

export interface ChosenStart {
  readonly slot: number;
  readonly image: PolicyImage;
  readonly node: FleetNode;
}

export interface Choice {
  readonly starts: readonly ChosenStart[];
  /** The first gate that kept a wanted pair waiting; undefined when none did. */
  readonly waiting: Closed | undefined;
  /** Instants (milliseconds) at which time alone opens a gate. */
  readonly opensAt: readonly number[];
  /** Whether more could start at once than one answer may hold. */
  readonly isCut: boolean;
}

interface Walk {
  readonly facts: GateFacts;
  readonly starts: ChosenStart[];
  readonly opensAt: number[];
  waiting: Closed | undefined;
}

function recordClosed(walk: Walk, closed: Closed): void {
  walk.waiting ??= closed;
  if (closed.opensAt !== undefined) walk.opensAt.push(closed.opensAt);
}

function start(walk: Walk, image: PolicyImage, node: FleetNode): void {
  const { facts } = walk;
  const slot = lowestFreeSlot(facts.occupancy, facts.limits.slotCap);
  if (slot === undefined) throw new Error('the policy gate was open without a free slot');
  walk.starts.push({ slot, image, node });
  reserve(facts.occupancy, { slot, image: image.name, node: node.name, reference: image.reference });
  facts.lastPolicyStart = facts.nowMilliseconds;
}

/** Starts what a bucket may; tells whether the walk goes on to the next bucket. */
function walkBucket(walk: Walk, { image, tolerations, nodes }: Bucket): boolean {
  for (const { node, history } of nodes) {
    if (walk.starts.length >= STARTS_PER_ANSWER_LIMIT) return false;
    const policyGate = closedPolicyGate(walk.facts);
    if (policyGate !== undefined) {
      recordClosed(walk, policyGate);
      return false;
    }
    const imageGate = closedImageGate(image, walk.facts);
    if (imageGate !== undefined) {
      recordClosed(walk, imageGate);
      return true;
    }
    const pairGate = closedPairGate({ image, node, history, tolerations }, walk.facts);
    if (pairGate === undefined) start(walk, image, node);
    else recordClosed(walk, pairGate);
  }
  return true;
}

/** Takes candidates in order and the facts that the gates ask for; gives the starts of this answer. Updates the occupancy. */
export function chooseStarts(buckets: Iterable<Bucket>, facts: GateFacts): Choice {
  const walk: Walk = { facts, starts: [], opensAt: [], waiting: undefined };
  for (const bucket of buckets) {
    if (!walkBucket(walk, bucket)) break;
  }
  return {
    starts: walk.starts,
    waiting: walk.waiting,
    opensAt: walk.opensAt,
    isCut: walk.starts.length >= STARTS_PER_ANSWER_LIMIT,
  };
}
