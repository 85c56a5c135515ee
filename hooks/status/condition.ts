// Conditions in the format of Kubernetes: lastTransitionTime changes only together with the status.
import type { Condition } from '../../crds/fields.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { KubeletReason, Reason } from '../reasons.ts';
import { redactMessage } from '../text/redact.ts';

/** A condition without its time. */
export interface ConditionInput {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason | KubeletReason;
  readonly message: string;
}

/** Returns the conditions in the order of `inputs`, with redacted messages of at most 256 characters. */
export function buildConditions(
  previous: readonly Condition[] | undefined,
  inputs: readonly ConditionInput[],
  nowMilliseconds: number,
): Condition[] {
  return inputs.map((input) => {
    const before = previous?.find(({ type }) => type === input.type);
    const since = before?.status === input.status ? before.lastTransitionTime : undefined;
    return {
      ...input,
      message: redactMessage(input.message, MESSAGE_LIMIT_CHARACTERS),
      lastTransitionTime: since ?? formatTimeSeconds(nowMilliseconds),
    };
  });
}
