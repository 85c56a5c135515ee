// Connects the DiscoveryPolicy hook to its sources: sends the queries and returns the outcomes by index.
import type { DiscoveryQuery, SourceOutcome } from '../hooks/discovery-policy/query.ts';
import type { PolicyCredentials } from './discovery/kubernetes-credentials.ts';
import { compileProxies, noProxies, type ProxyVariables } from './discovery/proxies.ts';
import { runQueries } from './discovery/run-queries.ts';

/** Returns the outcomes by the index of the query. `policy` is unverified input of the request. Never rejects. */
export type RunDiscovery = (
  queries: readonly DiscoveryQuery[],
  policy: { readonly name: string; readonly uid: string },
) => Promise<ReadonlyMap<number, SourceOutcome>>;

export interface DiscoveryRunnerOptions {
  readonly credentials: PolicyCredentials;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Absent: all requests are sent directly. */
  readonly proxyVariables?: ProxyVariables | undefined;
  /** Called with the duration of each query. */
  readonly onLatency?: ((policy: string, sourceType: string, seconds: number) => void) | undefined;
}

export function createDiscoveryRunner(options: DiscoveryRunnerOptions): RunDiscovery {
  const { credentials, clock, proxyVariables, onLatency } = options;
  const proxies = proxyVariables === undefined ? noProxies : compileProxies(proxyVariables);
  return async (queries, { name, uid }) => {
    const outcomes = await runQueries(queries, {
      credentials: credentials.forPolicy(name, uid),
      clock,
      proxies,
      onLatency: (type, seconds) => onLatency?.(name, type, seconds),
    });
    return new Map(
      queries.flatMap(({ index }, position) => {
        const outcome = outcomes[position];
        return outcome === undefined ? [] : [[index, outcome] as const];
      }),
    );
  };
}
