// A forged DiscoveryPolicy, even with the token of the hooks, leaks no credential. The API server, a Prometheus and an
// attacker are real listeners; the API server knows the stored policy and its Secret.
// Which queries a stored policy covers: test/service/discovery/kubernetes-credentials.test.ts.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileQuery } from '../../hooks/discovery-policy/query-types/compiled-query.ts';
import { createCredentialSource } from '../../service/discovery/kubernetes-credentials.ts';
import { createDiscoveryRunner, type RunDiscovery } from '../../service/discovery-runner.ts';
import { observed } from '../hooks/discovery-policy/policies.ts';
import { type AppWithLog, appWithLog, jsonHeaders, TOKEN } from '../service/app-with-log.ts';
import { closeServers, json, plain, type SeenRequest, serve, type TestServer } from '../service/discovery/servers.ts';

const UID = 'uid-of-the-stored-policy';
const API_TOKEN = 'token-of-the-service-account';
const SECRET_TOKEN = 'token-for-prometheus';
const SECRET_HEADER = 'value-of-a-header';
const SECRETS: readonly string[] = [SECRET_TOKEN, SECRET_HEADER, API_TOKEN, TOKEN];
const base64 = (text: string) => Buffer.from(text).toString('base64');
const noImages = { status: 'success', data: { resultType: 'vector', result: [] } };

let attacker: TestServer;
let prometheus: TestServer;
let api: TestServer;
let service: AppWithLog;
let runDiscovery: RunDiscovery;

const secretRef = (secret: string | undefined) => (secret === undefined ? {} : { secretRef: { name: secret } });
const prometheusSource = (endpoint: string, secret?: string, query = 'images') => ({
  type: 'prometheus',
  prometheus: { endpoint, query },
  ...secretRef(secret),
});
const registrySource = (url: string, secret?: string) => ({
  type: 'registry',
  registry: { url, repositories: ['app'] },
  ...secretRef(secret),
});

const lokiEntry = (endpoint: string, secret?: string, query = '{job="events"}') => ({
  type: 'loki',
  loki: { endpoint, query },
  ...secretRef(secret),
});

const OUR_SECRETS = '/api/v1/namespaces/drop-system/secrets/';

function clusterObjects(): Readonly<Record<string, unknown>> {
  const sources = [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url)];
  const token = base64(SECRET_TOKEN);
  return {
    '/apis/drop.corewire.io/v1alpha1/discoverypolicies/popular': {
      metadata: { name: 'popular', uid: UID },
      spec: { sources },
    },
    '/apis/drop.corewire.io/v1alpha1/discoverypolicies/ranked': {
      metadata: { name: 'ranked', uid: UID },
      spec: { queries: storedQueries() },
    },
    [`${OUR_SECRETS}creds`]: { data: { token, 'headers.x-key': base64(SECRET_HEADER) } },
    [`${OUR_SECRETS}other`]: { data: { token } },
    '/api/v1/namespaces/kube-system/secrets/admin': { data: { token } },
  };
}

/** One query of each type, with the Secret. The Loki query has a block that its type makes irrelevant. */
const storedQueries = () => [
  { name: 'usage', ...prometheusSource(prometheus.url, 'creds') },
  { name: 'pulls', ...lokiEntry(prometheus.url, 'creds'), prometheus: { endpoint: attacker.url, query: 'images' } },
  { name: 'tags', ...registrySource(prometheus.url, 'creds') },
];

beforeAll(async () => {
  attacker = await serve((_request, response) => json(response, noImages));
  prometheus = await serve((_request, response) => json(response, noImages));
  api = await serve((request, response) => {
    const object = clusterObjects()[request.url];
    return object === undefined ? plain(404, '{}')(request, response) : json(response, object);
  });
  const kubeConfig = new KubeConfig();
  const cluster = { name: 'test', server: api.url, skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(cluster, { name: 'drop', token: API_TOKEN });
  const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig });
  runDiscovery = createDiscoveryRunner({ credentials, clock: Date.now });
  service = appWithLog({ level: 'trace', runDiscovery });
});
afterAll(closeServers);
beforeEach(() => {
  for (const { seen } of [attacker, prometheus, api]) (seen as SeenRequest[]).length = 0;
});

interface Forgery {
  readonly what: string;
  readonly name?: string;
  readonly uid?: string;
  readonly sources: () => readonly object[];
  /** Reasons by source. Absent: SecretNotFound. */
  readonly reasons?: readonly string[];
  /** Requests that reach the attacker. Absent: none. */
  readonly seenByAttacker?: number;
  /** Whether the Secret of the stored policy is read, for its own endpoint. */
  readonly readsSecret?: true;
}

const forgeries: readonly Forgery[] = [
  {
    what: 'a foreign endpoint with the Secret',
    sources: () => [prometheusSource(`${attacker.url}/elsewhere`, 'creds')],
  },
  { what: 'a foreign registry with the Secret', sources: () => [registrySource(attacker.url, 'creds')] },
  { what: 'the Secret with an endpoint stored without it', sources: () => [prometheusSource(attacker.url, 'creds')] },
  {
    what: 'a foreign endpoint without a Secret',
    sources: () => [prometheusSource(attacker.url)],
    reasons: ['Synced'],
    seenByAttacker: 1,
  },
  {
    what: 'the stored source and a foreign endpoint, both with the Secret',
    sources: () => [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url, 'creds')],
    reasons: ['Synced', 'SecretNotFound'],
    readsSecret: true,
  },
  {
    what: 'the stored source with the Secret and a foreign endpoint without',
    sources: () => [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url)],
    reasons: ['Synced', 'Synced'],
    seenByAttacker: 1,
    readsSecret: true,
  },
  { what: 'another query', sources: () => [prometheusSource(prometheus.url, 'creds', 'secrets')] },
  { what: 'another Secret', sources: () => [prometheusSource(prometheus.url, 'other')] },
  {
    what: 'a Secret in another namespace',
    sources: () => [prometheusSource(prometheus.url, '../../kube-system/secrets/admin')],
  },
  { what: 'another UID', uid: 'forged', sources: () => [prometheusSource(prometheus.url, 'creds')] },
  { what: 'an unknown policy', name: 'unknown', sources: () => [prometheusSource(attacker.url, 'creds')] },
  { what: 'a name that is a path', name: 'x/../popular', sources: () => [prometheusSource(attacker.url, 'creds')] },
  {
    what: 'a name with a line break',
    name: 'popular\r\nx: 1',
    sources: () => [prometheusSource(attacker.url, 'creds')],
  },
];

let revision = 0;

/** Each request has a newer status, so that the sources are due although they were queried a moment ago. */
async function send({ name = 'popular', uid = UID, sources }: Omit<Forgery, 'what'>): Promise<string> {
  revision += 1_000;
  const metadata = { name, uid, generation: revision };
  const parent = { kind: 'DiscoveryPolicy', metadata, spec: { sources: sources() }, status: { revision } };
  const url = '/hooks/discoverypolicies/sync';
  return (await service.app.inject({ method: 'POST', url, headers: jsonHeaders, payload: { parent } })).body;
}

describe('a forged DiscoveryPolicy sends no credential', () => {
  it.each(forgeries.map((row) => [row.what, row] as const))('%s', async (_title, forgery) => {
    const text = await send(forgery);
    const { status } = JSON.parse(text) as { status: { sources: readonly { readonly reason: string }[] } };
    expect(status.sources.map(({ reason }) => reason)).toEqual(forgery.reasons ?? ['SecretNotFound']);
    expect(attacker.seen).toHaveLength(forgery.seenByAttacker ?? 0);
    const visible = JSON.stringify([attacker.seen, text, service.lines]);
    expect(SECRETS.filter((secret) => visible.includes(secret) || visible.includes(base64(secret)))).toEqual([]);
    expect(attacker.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    const secretsRead = api.seen.filter(({ url }) => url.includes('/secrets/')).map(({ url }) => url);
    expect(secretsRead).toEqual(forgery.readsSecret ? [`${OUR_SECRETS}creds`] : []);
  });

  it('the stored policy does send its credential', async () => {
    await send({ sources: () => [prometheusSource(prometheus.url, 'creds')] });
    expect(prometheus.seen.map(({ headers }) => [headers.authorization, headers['x-key']])).toEqual([
      [`Bearer ${SECRET_TOKEN}`, SECRET_HEADER],
    ]);
  });
});

/** Sends the queries of a forged spec as the sync of the policy does. */
async function sendQueries(entries: readonly object[], { name = 'ranked', uid = UID } = {}) {
  const { spec } = observed({ queries: entries.map((entry, index) => ({ name: `q${index}`, ...entry })) });
  if (!spec.ok) throw new Error(spec.problem);
  const queries = (spec.value.queries ?? []).map((entry, index) =>
    compileQuery(entry, `spec.queries.${index}`).query(
      { list: 'queries', index, secretName: entry.secretRef?.name },
      Date.now(),
    ),
  );
  return runDiscovery(queries, { name, uid });
}

interface QueryForgery {
  readonly what: string;
  readonly entry: () => object;
  readonly name?: string;
  readonly uid?: string;
}

const queryForgeries: readonly QueryForgery[] = [
  { what: 'a foreign Prometheus', entry: () => prometheusSource(attacker.url, 'creds', 'other') },
  { what: 'a foreign Loki', entry: () => lokiEntry(attacker.url, 'creds') },
  { what: 'a foreign registry', entry: () => registrySource(attacker.url, 'creds') },
  { what: 'a block that the stored type makes irrelevant', entry: () => prometheusSource(attacker.url, 'creds') },
  { what: 'another PromQL query', entry: () => prometheusSource(prometheus.url, 'creds', 'secrets') },
  { what: 'another LogQL query', entry: () => lokiEntry(prometheus.url, 'creds', '{job="secrets"}') },
  {
    what: 'another repository',
    entry: () => ({
      ...registrySource('', 'creds'),
      registry: { url: prometheus.url, repositories: ['app', 'secret'] },
    }),
  },
  { what: 'another Secret for Prometheus', entry: () => prometheusSource(prometheus.url, 'other') },
  { what: 'another Secret for Loki', entry: () => lokiEntry(prometheus.url, 'other') },
  { what: 'another Secret for a registry', entry: () => registrySource(prometheus.url, 'other') },
  { what: 'a Secret in another namespace', entry: () => lokiEntry(prometheus.url, '../../kube-system/secrets/admin') },
  { what: 'another UID', uid: 'forged', entry: () => lokiEntry(prometheus.url, 'creds') },
  {
    what: 'the queries of a policy with sources',
    name: 'popular',
    entry: () => prometheusSource(prometheus.url, 'creds'),
  },
];

describe('a forged query sends no credential', () => {
  it.each(queryForgeries.map((row) => [row.what, row] as const))('%s', async (_title, { entry, ...policy }) => {
    const outcomes = await sendQueries([entry()], policy);
    expect([...outcomes.values()]).toMatchObject([{ ok: false, reason: 'SecretNotFound' }]);
    expect([...attacker.seen, ...prometheus.seen]).toEqual([]);
    expect(api.seen.filter(({ url }) => url.includes('/secrets/'))).toEqual([]);
  });

  it('the stored queries of every type do send their credential', async () => {
    await sendQueries(storedQueries());
    expect(prometheus.seen.map(({ url, headers }) => [url.split('?')[0], headers.authorization]).sort()).toEqual([
      ['/api/v1/query_range', `Bearer ${SECRET_TOKEN}`],
      ['/loki/api/v1/query_range', `Bearer ${SECRET_TOKEN}`],
      ['/v2/app/tags/list', `Bearer ${SECRET_TOKEN}`],
    ]);
    expect(attacker.seen).toEqual([]);
  });
});
