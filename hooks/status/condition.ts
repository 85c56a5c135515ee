// Conditions in the format of Kubernetes: lastTransitionTime changes only together with the status.
import type { Condition } from '../../crds/fields.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { KubeletReason, Reason } from '../reasons.ts';
import { redactMessage } from '../text/redact.ts';

/** A condition without its time and generation. */
export interface ConditionInput {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason | KubeletReason;
  readonly message: string;
}

interface SyncMoment {
  /** Generation of the spec from which the conditions were computed. */
  readonly generation: number;
  readonly nowMilliseconds: number;
}

/** Returns the conditions in the order of `inputs`, with redacted messages of at most 256 characters. */
export function buildConditions(
  previous: readonly Condition[] | undefined,
  inputs: readonly ConditionInput[],
  { generation, nowMilliseconds }: SyncMoment,
): Condition[] {
  return inputs.map(({ type, status, reason, message }) => {
    const before = previous?.find((condition) => condition.type === type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    // In the order of the schema, so that an unchanged condition equals the observed one as text.
    return {
      type,
      status,
      observedGeneration: generation,
      reason,
      message: redactMessage(message, MESSAGE_LIMIT_CHARACTERS),
      lastTransitionTime: since ?? formatTimeSeconds(nowMilliseconds),
    };
  });
}

interface ObservedConditions {
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

/**
 * Returns the conditions of a status that a sync passes on because it cannot compute them. They keep their generation,
 * which shows that they are not about a newer spec. A condition that lacks it gets the generation of its status.
 */
export function passedOnConditions(observed: ObservedConditions): Condition[] | undefined {
  return observed.conditions?.map(({ type, status, observedGeneration, ...others }) => ({
    type,
    status,
    observedGeneration: observedGeneration ?? observed.observedGeneration ?? 0,
    ...others,
  }));
}
