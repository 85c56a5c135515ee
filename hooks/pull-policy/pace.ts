// Builds what the gates see from the input of a sync.
import { backoffMilliseconds } from '../cached-image/retry-backoff.ts';
import type { Pace } from './gates/gate.ts';
import { lastStartOfPolicy, lastStartsOfImages } from './last-start.ts';
import type { PaceLimits } from './limits.ts';
import { countOccupancy } from './occupancy.ts';
import { isInProgress, type PolicyInput } from './policy-input.ts';
import { startedAt } from './start-tracking.ts';

/**
 * The slots that rest because a start in them created no Pod, with the end of the rest in milliseconds since the
 * epoch.
 */
function restingSlots(input: PolicyInput, { backoff }: PaceLimits): ReadonlyMap<number, number> {
  const resting = new Map<number, number>();
  for (const entry of input.pendingStarts.rejected) {
    const until = startedAt(entry) + backoffMilliseconds(backoff, entry.count);
    if (until > input.nowMilliseconds) resting.set(entry.slot, Math.max(until, resting.get(entry.slot) ?? 0));
  }
  return resting;
}

/** Whether the Inventories know every node. Those that join while others pull are not waited for: see the gate. */
function isEachNodeIn({ inventories, table }: PolicyInput): boolean {
  return table?.nodes.every(({ key }) => inventories?.hasNode(key)) ?? false;
}

/** A new Pace, which the starts of this sync update. */
export function paceOf(input: PolicyInput, limits: PaceLimits): Pace {
  const resting = restingSlots(input, limits);
  const { inventories } = input;
  return {
    limits,
    occupancy: countOccupancy({
      own: input.children,
      others: input.others,
      starting: input.pendingStarts.starting,
      restingSlots: resting.keys(),
      referenceOf: (name) => input.images.get(name)?.reference,
      isInProgress: (pull) => isInProgress(input, pull),
    }),
    nowMilliseconds: input.nowMilliseconds,
    lastPolicyStart: lastStartOfPolicy(input),
    lastImageStart: lastStartsOfImages(input),
    inventories,
    isEachNodeReported: inventories !== undefined && isEachNodeIn(input),
    slotRestsUntil: resting.size === 0 ? undefined : Math.min(...resting.values()),
  };
}
