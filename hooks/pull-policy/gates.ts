// The gates, in the order of their names: the first that is closed says why a pull does not start, and until when.
import type { TolerationField } from '../../crds/fields.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { type FleetNode, startObstacle } from '../fleet/table.ts';
import { isImageFailure } from '../pull-pod/evidence.ts';
import type { PairHistory } from './candidates.ts';
import { backoffMilliseconds, type PaceLimits } from './limits.ts';
import { isPairReserved, isReferenceReserved, lowestFreeSlot, type Occupancy, pullsOfImage } from './occupancy.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';

/** A closed gate. `opensAt` (milliseconds) is there when time alone opens it; else an event does. */
export interface Closed {
  readonly gate: GateName;
  readonly opensAt?: number;
}

export type GateName =
  | 'paused'
  | 'policy-cap'
  | 'image-cap'
  | 'node-busy'
  | 'delay'
  | 'backoff'
  | 'breaker'
  | 'node-not-eligible';

export interface GateFacts {
  readonly limits: PaceLimits;
  readonly occupancy: Occupancy;
  readonly nowMilliseconds: number;
  /** The last start of the queue that is the policy, in milliseconds; starts of this answer count. */
  lastPolicyStart: number;
  /** The last start of the queue that is one image, before this answer. */
  readonly lastImageStart: (image: PolicyImage) => number;
  /** When the first resting slot may be used again. */
  readonly slotRestsUntil: number | undefined;
}

const open = undefined;

function closedUntil(gate: GateName, opensAt: number, nowMilliseconds: number): Closed | undefined {
  return opensAt > nowMilliseconds ? { gate, opensAt } : open;
}

/** Gates of the policy as a whole: behind a closed one no pair needs to be looked at. */
export function closedPolicyGate(facts: GateFacts): Closed | undefined {
  const { limits, occupancy, nowMilliseconds } = facts;
  if (limits.paused) return { gate: 'paused' };
  if (lowestFreeSlot(occupancy, limits.slotCap) === undefined) {
    const { slotRestsUntil } = facts;
    return slotRestsUntil === undefined ? { gate: 'policy-cap' } : { gate: 'policy-cap', opensAt: slotRestsUntil };
  }
  if (limits.queuePerImage) return open;
  return closedUntil('delay', facts.lastPolicyStart + delayAfter(facts.lastPolicyStart, limits), nowMilliseconds);
}

/** Before the first start there is nothing to keep a distance from. */
function delayAfter(lastStart: number, limits: PaceLimits): number {
  return lastStart === 0 ? 0 : limits.delayMilliseconds;
}

/** From this many nodes on that fail alike, the image itself is suspected. */
const BREAKER_FAILURES = 3;

/** A bad image does not burn through a thousand nodes: one try at a time, further and further apart. */
function closedBreaker(image: PolicyImage, facts: GateFacts): Closed | undefined {
  const lastPulledAt = parseTimeMilliseconds(image.ledger.lastPulledAt) ?? 0;
  const faults = image.ledger.failing
    .filter(({ reason }) => isImageFailure(reason))
    .map(failedAt)
    .filter((at) => at > lastPulledAt);
  if (faults.length < BREAKER_FAILURES) return open;
  if (pullsOfImage(facts.occupancy, image.name) > 0) return { gate: 'breaker' };
  const exponent = Math.max(0, image.ledger.consecutiveFailures - BREAKER_FAILURES);
  const opensAt = Math.max(...faults) + backoffMilliseconds(facts.limits, exponent + 1);
  return closedUntil('breaker', opensAt, facts.nowMilliseconds);
}

/** Gates of an image on all its nodes. */
export function closedImageGate(image: PolicyImage, facts: GateFacts): Closed | undefined {
  const { limits, occupancy, nowMilliseconds } = facts;
  if (limits.imageCap !== undefined && pullsOfImage(occupancy, image.name) >= limits.imageCap) {
    return { gate: 'image-cap' };
  }
  if (limits.queuePerImage) {
    const last = facts.lastImageStart(image);
    const closed = closedUntil('delay', last + delayAfter(last, limits), nowMilliseconds);
    if (closed !== undefined) return closed;
  }
  return closedBreaker(image, facts);
}

export interface Pair {
  readonly image: PolicyImage;
  readonly node: FleetNode;
  readonly history: PairHistory;
  readonly tolerations: readonly TolerationField[];
}

/** Gates of one image on one node. */
export function closedPairGate({ image, node, history, tolerations }: Pair, facts: GateFacts): Closed | undefined {
  const { limits, occupancy, nowMilliseconds } = facts;
  const busy =
    isPairReserved(occupancy, image.name, node.name) ||
    isReferenceReserved(occupancy, image.reference, node.name) ||
    (occupancy.pullsByNode.get(node.name) ?? 0) >= limits.nodeCap;
  if (busy) return { gate: 'node-busy' };
  if (history.failures > 0) {
    const opensAt = history.lastFailureAt + backoffMilliseconds(limits, history.failures);
    const closed = closedUntil('backoff', opensAt, nowMilliseconds);
    if (closed !== undefined) return closed;
  }
  return startObstacle(node, tolerations) === undefined ? open : { gate: 'node-not-eligible' };
}
