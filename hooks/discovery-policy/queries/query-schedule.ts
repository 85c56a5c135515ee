// When the queries of a policy are due: all together at the interval, and one that failed alone before that.
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy } from '../compiled-policy.ts';
import type { QueryState } from '../query-state.ts';
import { dueAtMilliseconds } from '../schedule.ts';
import { stateOf } from './query-results.ts';

/**
 * When the healthy queries are due, in milliseconds since the epoch. A query that recovered alone has a later attempt
 * than the others: then all are due, because a ranking needs the data of all of them at once.
 */
function runDueAt(policy: CompiledPolicy, states: readonly QueryState[]): number {
  if (states.some(({ lastAttemptTime }) => lastAttemptTime === undefined)) return 0;
  const healthy = states.filter((state) => state.healthy);
  const attempts = new Set(healthy.map(({ lastAttemptTime }) => lastAttemptTime));
  if (attempts.size > 1) return 0;
  return Math.min(...healthy.map((state) => dueAtMilliseconds(policy, state)));
}

/** Returns when each query is due, in milliseconds since the epoch. 0 means immediately. */
export function queryDueTimes(policy: CompiledPolicy, { queryResults = [] }: Partial<DiscoveryPolicyStatus>): number[] {
  const states = policy.queries.map((query) => stateOf(queryResults, query));
  const together = runDueAt(policy, states);
  return states.map((state) => {
    if (state.healthy) return together;
    const alone = dueAtMilliseconds(policy, state);
    // A server that limits the rate requested a time.
    return state.reason === 'RateLimited' ? alone : Math.min(alone, together);
  });
}
