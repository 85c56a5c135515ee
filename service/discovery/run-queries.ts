// Sends all queries of a sync in parallel and returns an outcome for each. Failures of sources become data here.
import { setMaxListeners } from 'node:events';
import type { DiscoveryQuery, QueryOf, SourceFailure, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import type { QueryTypeName } from '../../hooks/discovery-policy/query-types/query-type.ts';
import { lokiClient } from './clients/loki.ts';
import { prometheusClient } from './clients/prometheus.ts';
import { registryClient } from './clients/registry.ts';
import type { SourceClient } from './clients/source-client.ts';
import { type CredentialRedactor, createCredentialRedactor } from './credential-redactor.ts';
import { type CredentialSource, type Credentials, noCredentials } from './credentials.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-client.ts';
import { networkError } from './network-error.ts';
import { noProxies, type ProxyRules } from './proxies.ts';
import { SourceError } from './source-error.ts';
import { openSession, type SourceSession } from './source-session.ts';

/** A query type without a client does not compile. */
const clients: { readonly [Type in QueryTypeName]: SourceClient<Type> } = {
  prometheus: prometheusClient,
  loki: lokiClient,
  registry: registryClient,
};

/** For all queries of a sync. Metacontroller cancels a hook call after 60 s, which includes building the response. */
const DISCOVERY_BUDGET_MILLISECONDS = 45_000;

export interface DiscoveryContext {
  /** Used only for queries that name a Secret. */
  readonly credentials: CredentialSource;
  readonly budgetMilliseconds?: number;
  readonly limits?: Partial<HttpLimits>;
  /** Absent: every request is sent directly. */
  readonly proxies?: ProxyRules;
  /** Milliseconds since the epoch. Used for a Retry-After that is a date. */
  readonly clock?: () => number;
  /** Called with the duration of each query, also of a failed one. */
  readonly onLatency?: (type: QueryTypeName, seconds: number) => void;
}

interface Run {
  readonly context: DiscoveryContext;
  /** Aborted when the budget is used up. */
  readonly signal: AbortSignal;
}

/** Returns the outcome of each query, in their order, within the budget. Never rejects. */
export async function runQueries(
  queries: readonly DiscoveryQuery[],
  context: DiscoveryContext,
): Promise<SourceOutcome[]> {
  const signal = AbortSignal.timeout(context.budgetMilliseconds ?? DISCOVERY_BUDGET_MILLISECONDS);
  // Every request in progress listens to the signal. Node warns of a leak above ten listeners.
  setMaxListeners(0, signal);
  return Promise.all(queries.map((query) => runTimedQuery(query, { context, signal })));
}

async function runTimedQuery(query: DiscoveryQuery, run: Run): Promise<SourceOutcome> {
  const begin = performance.now();
  try {
    return await runQuery(query, run);
  } finally {
    run.context.onLatency?.(query.type, (performance.now() - begin) / 1000);
  }
}

async function runQuery<Type extends QueryTypeName>(query: QueryOf<Type>, run: Run): Promise<SourceOutcome> {
  const credentials = await readCredentials(query, run);
  if (!credentials.ok) return credentials;
  const client = clients[query.type];
  const { limits, proxies = noProxies, clock = Date.now } = run.context;
  const redactor = createCredentialRedactor(credentials, proxies);
  let session: SourceSession | undefined;
  try {
    session = openSession(client.apiUrl(query), {
      credentials,
      redactor,
      signal: run.signal,
      limits: { ...HTTP_LIMITS, ...limits },
      proxies,
      clock,
    });
    return await client.send(query, session);
  } catch (error) {
    return failureOf(error, redactor);
  } finally {
    await session?.http.close();
  }
}

async function readCredentials(query: DiscoveryQuery, { context, signal }: Run): Promise<Credentials | SourceFailure> {
  if (query.secretName === undefined) return noCredentials;
  const deadline = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([context.credentials.read(query), deadline]);
  } catch (error) {
    const where = `the Kubernetes API server for Secret ${query.secretName}`;
    return failureOf(networkError(error, where), createCredentialRedactor(noCredentials));
  }
}

function failureOf(error: unknown, redactor: CredentialRedactor): SourceFailure {
  const { reason, message, retryAfterMilliseconds } =
    error instanceof SourceError ? error : networkError(error, 'the source');
  return {
    ok: false,
    reason,
    message: redactor.message(message),
    ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
  };
}
