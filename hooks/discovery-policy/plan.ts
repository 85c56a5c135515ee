// Selects the sources that are due and returns their queries, for the service to send.
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { DiscoveryQuery } from './query.ts';
import { dueAtMilliseconds, knownSource } from './schedule.ts';

export interface PlanInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

/** Returns the queries that are due, in the order of the spec. After a change of the spec, all of them are. */
export function planQueries({ policy, status, generation, nowMilliseconds }: PlanInput): DiscoveryQuery[] {
  const isEdited = status.observedGeneration !== generation;
  return policy.queries
    .filter((query) => isEdited || dueAtMilliseconds(policy, knownSource(status, query)) <= nowMilliseconds)
    .map((query) => query.query(nowMilliseconds));
}
