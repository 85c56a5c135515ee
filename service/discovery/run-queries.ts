// Asks every source that is due, side by side, and gives an outcome for each: the world's failures are data from here on.
import { setMaxListeners } from 'node:events';
import type { DiscoveryQuery, SourceFailure, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import { type CredentialRedactor, createSecretWords } from './credential-redactor.ts';
import { type CredentialSource, type Credentials, noCredentials } from './credentials.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-client.ts';
import { networkFailure } from './network-failure.ts';
import { queryPrometheus } from './prometheus-client.ts';
import { registryBase } from './registry-address.ts';
import { listTags } from './registry-client.ts';
import { SourceError } from './source-error.ts';
import { openSession, type SourceSession } from './source-session.ts';

/** For all queries of a sync. Metacontroller gives up on the hook after 60 s, and the answer takes its time too. */
export const DISCOVERY_BUDGET_MILLISECONDS = 45_000;

export interface DiscoveryContext {
  /** Asked only for queries that name a Secret. */
  readonly credentials: CredentialSource;
  readonly budgetMilliseconds?: number;
  readonly limits?: Partial<HttpLimits>;
  /** Milliseconds since the epoch; for a Retry-After that is a date. */
  readonly clock?: () => number;
}

interface Run {
  readonly context: DiscoveryContext;
  readonly signal: AbortSignal;
}

/** Takes the queries of one sync; gives the outcome of each, in their order, within the budget. Never rejects. */
export async function runQueries(
  queries: readonly DiscoveryQuery[],
  context: DiscoveryContext,
): Promise<SourceOutcome[]> {
  const budgetMilliseconds = context.budgetMilliseconds ?? DISCOVERY_BUDGET_MILLISECONDS;
  const signal = AbortSignal.timeout(budgetMilliseconds);
  // Every request under way listens to it; Node would take more than ten for a leak.
  setMaxListeners(0, signal);
  return Promise.all(queries.map((query) => runQuery(query, { context, signal })));
}

function addressOf(query: DiscoveryQuery): string {
  return query.kind === 'prometheus' ? query.endpoint : registryBase(query.url);
}

async function runQuery(query: DiscoveryQuery, run: Run): Promise<SourceOutcome> {
  const credentials = await readCredentials(query, run);
  if (!credentials.ok) return credentials;
  const words = createSecretWords(credentials);
  let session: SourceSession | undefined;
  try {
    const { limits, clock = Date.now } = run.context;
    session = openSession(addressOf(query), {
      credentials,
      words,
      signal: run.signal,
      limits: { ...HTTP_LIMITS, ...limits },
      clock,
    });
    return await ask(query, session);
  } catch (error) {
    return failureOf(error, words);
  } finally {
    await session?.http.close();
  }
}

function ask(query: DiscoveryQuery, session: SourceSession): Promise<SourceOutcome> {
  switch (query.kind) {
    case 'prometheus':
      return queryPrometheus(query, session);
    case 'registry':
      return listTags(query, session);
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
    return failureOf(networkFailure(error, `Secret ${query.secretName}`), createSecretWords(noCredentials));
  }
}

function failureOf(error: unknown, words: CredentialRedactor): SourceFailure {
  const { reason, message, retryAfterMilliseconds } =
    error instanceof SourceError ? error : networkFailure(error, 'the source');
  return {
    ok: false,
    reason,
    message: words.message(message),
    ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
  };
}
