// When the queries of a policy are due: sources one by one, queries together.
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { queryDueTimes } from './queries/query-schedule.ts';
import { dueAtMilliseconds, knownSource } from './schedule.ts';

/** Returns the time for each query, in milliseconds since the epoch, in the order of the spec. 0 means immediately. */
export function dueTimes(policy: CompiledPolicy, status: Partial<DiscoveryPolicyStatus>): number[] {
  if (policy.list === 'queries') return queryDueTimes(policy, status);
  return policy.queries.map((query) => dueAtMilliseconds(policy, knownSource(status, query)));
}
