// Short ways to ask one source, as the tests of discovery do.
import type {
  DiscoveryQuery,
  PrometheusAnswer,
  PrometheusQuery,
  RegistryAnswer,
  RegistryQuery,
  SourceFailure,
  SourceOutcome,
} from '../../../hooks/discovery-policy/query.ts';
import { type Credentials, noCredentials } from '../../../service/discovery/credentials.ts';
import { type DiscoveryContext, runQueries } from '../../../service/discovery/run-queries.ts';

export const TOKEN = 'tok-3nJx9QwZ-secret';
export const USERNAME = 'ada';
export const PASSWORD = 'pass/word+9"&<ü>';

export const withToken: Credentials = { ...noCredentials, token: TOKEN };
export const withUser: Credentials = { ...noCredentials, username: USERNAME, password: PASSWORD };

/** The value of a Basic header for a user. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A query that names a Secret; what it holds is said when it is asked. */
export function prometheusQuery(endpoint: string, options: Partial<PrometheusQuery> = {}): PrometheusQuery {
  return {
    kind: 'prometheus',
    source: 0,
    secretName: 'creds',
    endpoint,
    query: 'images',
    range: undefined,
    ...options,
  };
}

export function registryQuery(url: string, ...repositories: string[]): RegistryQuery {
  return { kind: 'registry', source: 0, secretName: 'creds', url, repositories };
}

export interface AskOptions extends Omit<DiscoveryContext, 'credentials'> {
  readonly credentials?: Credentials;
}

/** Asks one source with the credentials; gives its outcome. */
export async function ask(query: DiscoveryQuery, options: AskOptions = {}): Promise<SourceOutcome> {
  const { credentials = noCredentials, ...context } = options;
  const [outcome] = await runQueries([query], { ...context, credentials: { read: async () => credentials } });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

export function asFailure(outcome: SourceOutcome): SourceFailure {
  if (outcome.ok) throw new Error(`expected a failure, got ${JSON.stringify(outcome).slice(0, 200)}`);
  return outcome;
}

export function asSeries(outcome: SourceOutcome): PrometheusAnswer {
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.message}`);
  if (outcome.kind !== 'prometheus') throw new Error(outcome.kind);
  return outcome;
}

export function asTags(outcome: SourceOutcome): RegistryAnswer {
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.message}`);
  if (outcome.kind !== 'registry') throw new Error(outcome.kind);
  return outcome;
}
