// Decides which pulls start in this sync, or which gate keeps every pair waiting.
import { type CandidateInput, findCandidates } from './candidates.ts';
import { type Choice, chooseStarts } from './choose.ts';
import { closedPolicyGate } from './gates/gates.ts';
import { paceOf } from './pace.ts';
import type { PolicyInput } from './policy-input.ts';
import { nextRepullAt } from './wanted-nodes.ts';

export interface StartPlan extends Choice {
  /** Whether any pair wants a pull. Searches for one, so it is asked only where the result is shown. */
  readonly isPairWanted: () => boolean;
}

const noStarts: StartPlan = {
  starts: [],
  waiting: undefined,
  opensAt: [],
  isCut: false,
  isPairWanted: () => false,
};

/** What the search for pairs reads; undefined for an invalid spec or an unknown fleet. */
export function candidateInputOf({
  images,
  pendingStarts,
  status,
  nowMilliseconds,
  specResult,
  table,
  inventories,
}: PolicyInput): CandidateInput | undefined {
  if (!specResult.ok || table === undefined) return undefined;
  const { backoff, repullIntervalMilliseconds } = specResult.limits;
  return {
    images: [...images.values()],
    table,
    policy: specResult.spec,
    rejected: pendingStarts.rejected,
    backoffMaxMilliseconds: backoff.maxMilliseconds,
    inventories,
    repullIntervalMilliseconds,
    lastStartNode: status.lastStartNode,
    nowMilliseconds,
  };
}

/** Starts nothing for an invalid spec, an unknown fleet, a partial request, or a policy that is being deleted. */
export function planStarts(input: PolicyInput): StartPlan {
  const { specResult, isBeingDeleted, isPartial } = input;
  const candidateInput = candidateInputOf(input);
  if (!specResult.ok || candidateInput === undefined || isPartial || isBeingDeleted) return noStarts;
  const isPairWanted = () => findCandidates(candidateInput).next().done !== true;
  const pace = paceOf(input, specResult.limits);
  // While a gate of the whole policy is closed, no pair can start.
  const waiting = closedPolicyGate({ pace });
  if (waiting !== undefined) {
    const { opensAt } = waiting.closure;
    return { ...noStarts, waiting, opensAt: opensAt === undefined ? [] : [opensAt], isPairWanted };
  }
  const choice = chooseStarts(findCandidates(candidateInput), pace);
  const repullAt = nextRepullAt(candidateInput.images, candidateInput);
  return { ...choice, opensAt: repullAt === undefined ? choice.opensAt : [...choice.opensAt, repullAt], isPairWanted };
}
