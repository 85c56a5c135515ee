// The entries of `queryResults` as states of queries, and back.
import type { QueryResult } from '../../../crds/discovery-policy.ts';
import type { PolicyQuery } from '../compiled-policy.ts';
import { pendingState, type QueryState } from '../query-state.ts';

/** The result of the same query. Without one, that of an earlier version, which has the same name. */
export function knownResult(results: readonly QueryResult[], { name, hash }: PolicyQuery): QueryResult | undefined {
  const sameSpec = results.filter((result) => result.hash === hash);
  return (
    sameSpec.find((result) => result.name === name) ?? sameSpec[0] ?? results.find((result) => result.name === name)
  );
}

/** The original Drop writes neither a hash nor reasons and times. */
export function stateOf(results: readonly QueryResult[], query: PolicyQuery): QueryState {
  const known = knownResult(results, query);
  if (known === undefined || known.hash !== query.hash) return pendingState;
  const { status, reason = '', message = '', failures = 0, imageCount = 0 } = known;
  const { lastAttemptTime, lastSuccessTime, failingSince, retryTime } = known;
  const times = { lastAttemptTime, lastSuccessTime, failingSince, retryTime };
  return { healthy: status === 'success', reason, message, failures, imageCount, ...times };
}

export function resultOf({ name, type, hash }: PolicyQuery, state: QueryState): QueryResult {
  const { healthy, message, ...others } = state;
  return {
    name,
    type,
    status: healthy ? 'success' : 'failed',
    ...(message === '' ? {} : { message }),
    hash,
    ...others,
  };
}
