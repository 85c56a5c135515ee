// Joins the decisions of discovery to the world: queries in, outcomes by source out, credentials only for the policy that is stored.
import type { DiscoveryQuery, SourceOutcome } from '../hooks/discovery-policy/query.ts';
import type { PolicyCredentials } from './discovery/kubernetes-credentials.ts';
import { runQueries } from './discovery/run-queries.ts';

/** Takes the queries of one policy and who it claims to be; gives the outcome by index of the source. Never rejects. */
export type RunDiscovery = (
  queries: readonly DiscoveryQuery[],
  policy: { readonly name: string; readonly uid: string },
) => Promise<ReadonlyMap<number, SourceOutcome>>;

/** Takes where credentials come from and the clock (milliseconds since the epoch); gives the runner. */
export function createDiscoveryRunner(credentials: PolicyCredentials, clock: () => number): RunDiscovery {
  return async (queries, { name, uid }) => {
    const outcomes = await runQueries(queries, { credentials: credentials.forPolicy(name, uid), clock });
    return new Map(
      queries.flatMap(({ source }, index) => {
        const outcome = outcomes[index];
        return outcome === undefined ? [] : [[source, outcome] as const];
      }),
    );
  };
}
