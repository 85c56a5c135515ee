// A forged DiscoveryPolicy, even with the token of the hooks, leaks no credential. The API server, a Prometheus and an
// attacker are real listeners; the API server knows the stored policy and its Secret.
// Which queries a stored policy covers: test/service/discovery/kubernetes-credentials.test.ts.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialSource } from '../../service/discovery/kubernetes-credentials.ts';
import { createDiscoveryRunner } from '../../service/discovery-runner.ts';
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

const OUR_SECRETS = '/api/v1/namespaces/drop-system/secrets/';

function clusterObjects(): Readonly<Record<string, unknown>> {
  const sources = [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url)];
  const token = base64(SECRET_TOKEN);
  return {
    '/apis/drop.corewire.io/v1alpha1/discoverypolicies/popular': {
      metadata: { name: 'popular', uid: UID },
      spec: { sources },
    },
    [`${OUR_SECRETS}creds`]: { data: { token, 'headers.x-key': base64(SECRET_HEADER) } },
    [`${OUR_SECRETS}other`]: { data: { token } },
    '/api/v1/namespaces/kube-system/secrets/admin': { data: { token } },
  };
}

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
  const runDiscovery = createDiscoveryRunner({ credentials, clock: Date.now });
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
