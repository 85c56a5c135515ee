// Selects the queries that are due, for the service to send.
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { dueTimes } from './due-times.ts';
import type { DiscoveryQuery } from './query.ts';

export interface PlanInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

/** Returns the queries that are due, in the order of the spec. After a change of the spec, all of them are. */
export function planQueries({ policy, status, generation, nowMilliseconds }: PlanInput): DiscoveryQuery[] {
  const isEdited = status.observedGeneration !== generation;
  const times = dueTimes(policy, status);
  return policy.queries
    .filter((_, index) => isEdited || (times[index] ?? 0) <= nowMilliseconds)
    .map((query) => query.query(nowMilliseconds));
}
