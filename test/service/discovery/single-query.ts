// Runs a single query against a test server, and unpacks its outcome.
import type { DiscoveryQuery, SourceFailure, SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import type { LokiQuery, LokiResponse } from '../../../hooks/discovery-policy/query-types/loki.ts';
import type { PrometheusQuery, PrometheusResponse } from '../../../hooks/discovery-policy/query-types/prometheus.ts';
import type { RegistryQuery, RegistryResponse } from '../../../hooks/discovery-policy/query-types/registry.ts';
import { type Credentials, noCredentials } from '../../../service/discovery/credentials.ts';
import { type DiscoveryContext, runQueries } from '../../../service/discovery/run-queries.ts';

export const TOKEN = 'tok-3nJx9QwZ-secret';
export const USERNAME = 'ada';
export const PASSWORD = 'pass/word+9"&<ü>';

export const withToken: Credentials = { ...noCredentials, token: TOKEN };
export const withUser: Credentials = { ...noCredentials, username: USERNAME, password: PASSWORD };

/** The value of a Basic authorization header. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export function prometheusQuery(url: string, options: Partial<PrometheusQuery> = {}): PrometheusQuery {
  return {
    type: 'prometheus',
    list: 'sources',
    index: 0,
    secretName: 'creds',
    url,
    query: 'images',
    range: undefined,
    ...options,
  };
}

export function registryQuery(url: string, ...repositories: string[]): RegistryQuery {
  return { type: 'registry', list: 'sources', index: 0, secretName: 'creds', url, repositories };
}

export function lokiQuery(url: string, options: Partial<LokiQuery> = {}): LokiQuery {
  return {
    type: 'loki',
    list: 'queries',
    index: 0,
    secretName: 'creds',
    url,
    query: '{job="events"}',
    startMilliseconds: 1_699_913_600_000,
    endMilliseconds: 1_700_000_000_000,
    labels: ['image', 'reason'],
    ...options,
  };
}

export interface RunOptions extends Omit<DiscoveryContext, 'credentials'> {
  /** The content of the Secret that the query names. */
  readonly credentials?: Credentials;
}

export async function run(query: DiscoveryQuery, options: RunOptions = {}): Promise<SourceOutcome> {
  const { credentials = noCredentials, ...context } = options;
  const [outcome] = await runQueries([query], { ...context, credentials: { read: async () => credentials } });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

export function failureOf(outcome: SourceOutcome | undefined): SourceFailure {
  if (outcome === undefined || outcome.ok) throw new Error(`no failure: ${JSON.stringify(outcome)?.slice(0, 200)}`);
  return outcome;
}

export function prometheusOf(outcome: SourceOutcome): PrometheusResponse {
  if (!outcome.ok || outcome.type !== 'prometheus') throw new Error(JSON.stringify(outcome));
  return outcome;
}

export function lokiOf(outcome: SourceOutcome): LokiResponse {
  if (!outcome.ok || outcome.type !== 'loki') throw new Error(JSON.stringify(outcome).slice(0, 400));
  return outcome;
}

export function registryOf(outcome: SourceOutcome): RegistryResponse {
  if (!outcome.ok || outcome.type !== 'registry') throw new Error(JSON.stringify(outcome));
  return outcome;
}
