// Conditions as kubectl shows them: the time of a transition moves only when the status does.
import type { Condition } from '../../crds/fields.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { KubeletReason, Reason } from '../reasons.ts';
import { redactMessage } from '../text/redact.ts';

export interface ConditionInput {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason | KubeletReason;
  readonly message: string;
}

/** Takes the conditions so far and the new observations, in the order to show; gives the new conditions. */
export function buildConditions(
  previous: readonly Condition[] | undefined,
  observations: readonly ConditionInput[],
  nowMilliseconds: number,
): Condition[] {
  return observations.map((observation) => {
    const before = previous?.find((condition) => condition.type === observation.type);
    const since = before?.status === observation.status ? before.lastTransitionTime : undefined;
    return {
      ...observation,
      message: redactMessage(observation.message, MESSAGE_LIMIT_CHARACTERS),
      lastTransitionTime: since ?? formatTimeSeconds(nowMilliseconds),
    };
  });
}
