// The condition Progressing of a PullPolicy: pulls in progress, or the first closed gate.
import type { Condition } from '../../crds/fields.ts';
import type { Reason } from '../reasons.ts';
import { type ConditionInput, passedOnConditions } from '../status/condition.ts';
import type { StartPlan } from './plan-starts.ts';
import { isInProgress, type PolicyInput } from './policy-input.ts';

const type = 'Progressing';

/** The first closed gate, if any pair waits for it. A paused policy shows that even while nothing is wanted. */
function closedGateOf({ waiting, isPairWanted }: StartPlan) {
  if (waiting === undefined) return undefined;
  const { scope, reason } = waiting.gate;
  return scope === 'policy' && reason !== 'Paused' && !isPairWanted() ? undefined : waiting;
}

function isPulling(input: PolicyInput, { starts }: StartPlan): boolean {
  if (starts.length > 0 || input.pendingStarts.starting.length > 0) return true;
  return input.children.some((pull) => isInProgress(input, pull));
}

function reasonOf(input: PolicyInput, plan: StartPlan): Reason {
  return isPulling(input, plan) ? 'Pulling' : (closedGateOf(plan)?.gate.reason ?? 'Idle');
}

function messageOf(reason: Reason, { specResult, table }: PolicyInput, plan: StartPlan): string {
  if (!specResult.ok || table === undefined) return 'no pulls are started: see the condition Ready';
  const waitsFor = closedGateOf(plan)?.closure.message();
  if (reason !== 'Pulling') return waitsFor ?? 'no image waits for a pull';
  return waitsFor === undefined ? 'pulls are in progress' : `pulls are in progress; the next one waits: ${waitsFor}`;
}

export interface Progress {
  /** The condition as it is now. */
  readonly current: () => ConditionInput;
  /** The condition that the status has; undefined in a status without one. */
  readonly recorded: Condition | undefined;
  /** Whether the status has the current reason. */
  readonly isRecorded: boolean;
}

export function progressOf(input: PolicyInput, plan: StartPlan): Progress {
  const recorded = passedOnConditions(input.status)?.find((condition) => condition.type === type);
  const reason = reasonOf(input, plan);
  return {
    current: () => ({
      type,
      status: reason === 'Pulling' ? 'True' : 'False',
      reason,
      message: messageOf(reason, input, plan),
    }),
    recorded,
    isRecorded: recorded?.reason === reason,
  };
}
