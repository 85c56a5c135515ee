// Secrets are read only from the namespace of the service, and only for queries of the stored DiscoveryPolicy.
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DiscoveryQuery } from '../../../hooks/discovery-policy/query.ts';
import { createCredentialSource } from '../../../service/discovery/kubernetes-credentials.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import { loadKubeConfig } from '../../../service/kubernetes-client.ts';
import { createFolder } from './programs.ts';
import { closeServers, emptyVector, json, plain, serve, type TestServer, unusedPort } from './servers.ts';
import { failureOf, lokiQuery, prometheusQuery, registryQuery } from './single-query.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeServers();
});

const POLICY = '/apis/drop.corewire.io/v1alpha1/discoverypolicies/popular';
const SECRET = '/api/v1/namespaces/drop-system/secrets/creds';
const API_TOKEN = 'service-account-token';
const ENDPOINT = 'https://mimir.example.com/prometheus';
const LOKI = 'https://loki.example.com/loki-base';
/** Of a block that another type makes irrelevant. */
const IGNORED = 'https://ignored.example.com';

const registry = { url: 'https://registry.example.com', repositories: ['a', 'b'] };
const prometheusSource = (endpoint: string, name: string) => ({
  type: 'prometheus',
  prometheus: { endpoint, query: 'images' },
  secretRef: { name },
});
const policy = {
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'DiscoveryPolicy',
  metadata: { name: 'popular', uid: 'uid-1' },
  spec: {
    sources: [
      { type: 'registry', registry, secretRef: { name: 'creds' } },
      prometheusSource(ENDPOINT, 'creds'),
      { type: 'prometheus', prometheus: { endpoint: 'http://open', query: 'images' } },
    ],
  },
};
const loki = { endpoint: LOKI, query: '{job="events"}' };
const policyWithQueries = {
  ...policy,
  spec: {
    queries: [
      { name: 'tags', type: 'registry', registry, secretRef: { name: 'creds' } },
      { name: 'usage', ...prometheusSource(ENDPOINT, 'creds') },
      {
        name: 'pulls',
        type: 'loki',
        loki,
        prometheus: { endpoint: IGNORED, query: 'images' },
        secretRef: { name: 'creds' },
      },
      { name: 'open', type: 'loki', loki: { ...loki, endpoint: 'http://open' } },
    ],
  },
};
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'creds', namespace: 'drop-system' },
  data: { token: Buffer.from('prom-token').toString('base64') },
};
const everything = { [POLICY]: policy, [SECRET]: secret };
const withData = (data: object | undefined) => ({ ...everything, [SECRET]: { ...secret, data } });
const withSources = (...sources: readonly unknown[]) => ({ ...everything, [POLICY]: { ...policy, spec: { sources } } });

/** An API server with these objects, by path. */
function apiServer(objects: Readonly<Record<string, unknown>>): Promise<TestServer> {
  return serve((request, response) => {
    const object = objects[request.url];
    const missing = plain(404, JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound' }));
    return object === undefined ? missing(request, response) : json(response, object);
  });
}

function kubeConfigOf(url: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server: url, skipTLSVerify: true },
    { name: 'drop', token: API_TOKEN },
  );
  return kubeConfig;
}

interface SourceOptions {
  readonly name?: string;
  readonly uid?: string;
  readonly timeoutMilliseconds?: number;
}

function credentialsAt(url: string, { name = 'popular', uid = 'uid-1', ...rest }: SourceOptions = {}) {
  const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: kubeConfigOf(url), ...rest });
  return credentials.forPolicy(name, uid);
}

/** Reads the Secret of the query of the stored policy. */
const readAt = (url: string, options?: SourceOptions) => credentialsAt(url, options).read(prometheusQuery(ENDPOINT));

const notFound = (message: string) => ({
  ok: false,
  reason: 'SecretNotFound',
  message: expect.stringContaining(message),
});

describe('a Secret', () => {
  it('is read once per sync for the queries of the stored policy', async () => {
    const server = await apiServer(everything);
    const credentials = credentialsAt(server.url);
    const queries = [prometheusQuery(ENDPOINT), registryQuery('https://registry.example.com/', 'b')];
    const read = await Promise.all(queries.map((query) => credentials.read(query)));
    expect(read).toMatchObject(Array(2).fill({ ok: true, token: 'prom-token' }));
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${POLICY}`, `GET ${SECRET}`]);
    expect(server.seen.every(({ headers }) => headers.authorization === `Bearer ${API_TOKEN}`)).toBe(true);
  });

  it('with a Docker configuration serves only the registry that it names', async () => {
    const auth = Buffer.from('ada:pw').toString('base64');
    const text = JSON.stringify({ auths: { 'registry.example.com': { auth } } });
    const server = await apiServer(withData({ '.dockerconfigjson': Buffer.from(text).toString('base64') }));
    const credentials = credentialsAt(server.url);
    const queries = [registryQuery('https://registry.example.com/', 'b'), prometheusQuery(ENDPOINT)];
    const [forRegistry, forPrometheus] = await Promise.all(queries.map((query) => credentials.read(query)));
    expect(forRegistry).toMatchObject({ ok: true, username: 'ada', password: 'pw' });
    expect(forPrometheus).toEqual(notFound('.dockerconfigjson serves only registry sources'));
    expect(server.seen).toHaveLength(2);
  });

  it('is read again in the next sync', async () => {
    const server = await apiServer(everything);
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: kubeConfigOf(server.url) });
    await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
    await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
    expect(server.seen).toHaveLength(4);
  });

  it.each<[string, DiscoveryQuery]>([
    ['another endpoint', prometheusQuery('https://evil.example.com')],
    ['a user in front of another host', prometheusQuery('https://mimir.example.com@evil.example.com/prometheus')],
    ['another query', prometheusQuery(ENDPOINT, { query: 'secrets' })],
    ['another Secret', prometheusQuery(ENDPOINT, { secretName: 'other' })],
    ['an endpoint without a Secret', prometheusQuery('http://open')],
    ['a source of another type', registryQuery(ENDPOINT, 'a')],
    ['another repository', registryQuery('https://registry.example.com', 'a', 'c')],
  ])('is not read for %s', async (_what, query) => {
    const server = await apiServer({ ...everything, [SECRET.replace('creds', 'other')]: secret });
    const message =
      `Secret drop-system/${query.secretName} was not read: ` +
      'the stored DiscoveryPolicy popular does not use it for this query';
    expect(await credentialsAt(server.url).read(query)).toEqual({ ok: false, reason: 'SecretNotFound', message });
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  const fromQueries = { list: 'queries' } as const;
  const withQueries = { ...everything, [POLICY]: policyWithQueries };

  it('is read for the queries of every type of the stored policy, which has no sources', async () => {
    const server = await apiServer(withQueries);
    const credentials = credentialsAt(server.url);
    const queries = [
      { ...registryQuery('https://registry.example.com', 'b'), ...fromQueries, maxScan: 7, tagSeek: 'v1' },
      prometheusQuery(ENDPOINT, fromQueries),
      lokiQuery(LOKI),
    ];
    const read = await Promise.all(queries.map((query) => credentials.read(query)));
    expect(read).toMatchObject(Array(3).fill({ ok: true, token: 'prom-token' }));
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY, SECRET]);
  });

  it.each<[string, DiscoveryQuery]>([
    ['another Prometheus', prometheusQuery('https://evil.example.com', fromQueries)],
    ['another PromQL query', prometheusQuery(ENDPOINT, { ...fromQueries, query: 'secrets' })],
    ['another Secret with PromQL', prometheusQuery(ENDPOINT, { ...fromQueries, secretName: 'other' })],
    ['another Loki', lokiQuery('https://evil.example.com')],
    ['another LogQL query', lokiQuery(LOKI, { query: '{job="secrets"}' })],
    ['another Secret with LogQL', lokiQuery(LOKI, { secretName: 'other' })],
    ['a Loki that is stored without a Secret', lokiQuery('http://open')],
    ['another registry', { ...registryQuery('https://evil.example.com', 'b'), ...fromQueries }],
    ['another repository', { ...registryQuery('https://registry.example.com', 'c'), ...fromQueries }],
    ['another Secret with a registry', { ...registryQuery(registry.url, 'b'), ...fromQueries, secretName: 'other' }],
    ['a block that the type of the stored query makes irrelevant', prometheusQuery(IGNORED, fromQueries)],
    ['a stored query of another type', prometheusQuery(LOKI, { ...fromQueries, query: loki.query })],
    ['a source with the fields of a stored query', prometheusQuery(ENDPOINT)],
  ])('of a policy with queries is not read for %s', async (_what, query) => {
    const server = await apiServer({ ...withQueries, [SECRET.replace('creds', 'other')]: secret });
    const message = 'the stored DiscoveryPolicy popular does not use it for this query';
    expect(await credentialsAt(server.url).read(query)).toEqual(notFound(message));
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  it('of a policy with sources is not read for a query with the fields of a stored source', async () => {
    const server = await apiServer(everything);
    const read = await credentialsAt(server.url).read(prometheusQuery(ENDPOINT, fromQueries));
    expect(read).toEqual(notFound('does not use it for this query'));
  });

  it('is not read for a policy of the same name with another UID', async () => {
    const server = await apiServer(everything);
    const message = 'the stored DiscoveryPolicy popular has another UID';
    expect(await readAt(server.url, { uid: 'uid-2' })).toEqual(notFound(message));
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  it.each([
    ['the policy does not exist', {}, 'DiscoveryPolicy popular does not exist'],
    [
      'the policy has neither sources nor queries',
      { [POLICY]: { ...policy, spec: {} } },
      'the stored DiscoveryPolicy popular does not use it for this query',
    ],
    [
      'the policy has no UID',
      { [POLICY]: { ...policy, metadata: {} } },
      'the stored DiscoveryPolicy popular is invalid',
    ],
    ['it does not exist', { [POLICY]: policy }, 'Secret drop-system/creds does not exist'],
    [
      'it is invalid',
      withData({ username: 'eA==' }),
      'invalid Secret drop-system/creds: set both username and password',
    ],
  ])('is not found if %s', async (_what, objects, message) => {
    const { url } = await apiServer(objects);
    expect(await readAt(url)).toEqual(notFound(message));
  });

  it.each([
    ['is invalid', { prometheus: 7 }],
    ['has a secretRef without a name', { type: 'registry', registry, secretRef: {} }],
    ['is no object', 7],
  ])('is read although another source of the policy %s', async (_what, source) => {
    const { url } = await apiServer(withSources(source, ...policy.spec.sources));
    expect(await readAt(url)).toMatchObject({ ok: true });
  });

  it('without data has no credentials', async () => {
    const { url } = await apiServer(withData(undefined));
    expect(await readAt(url)).toMatchObject({ ok: true, token: undefined });
  });

  it.each([
    [403, 'may not be read by the service (HTTP 403 from the Kubernetes API server): check its Role'],
    [500, 'could not be read: HTTP 500 from the Kubernetes API server'],
  ])('is not found if the API server returns a %i', async (status, message) => {
    const { url } = await serve((request, response) =>
      request.url === POLICY ? json(response, policy) : plain(status, `no: ${API_TOKEN}`)(request, response),
    );
    const result = await readAt(url);
    expect(result).toEqual(notFound(message));
    expect(JSON.stringify(result)).not.toContain(API_TOKEN);
  });

  it.each([
    ['hangs', async () => (await serve(() => {})).url],
    ['is down', async () => `http://127.0.0.1:${await unusedPort()}`],
    ['returns HTML', async () => (await serve(plain(200, '<html>'))).url],
  ])('is not found if the API server %s', async (_what, urlOf) => {
    expect(await readAt(await urlOf(), { timeoutMilliseconds: 200 })).toMatchObject({ reason: 'SecretNotFound' });
  });

  it.each(['../../nodes', '..', '', 'a?b'])('with the invalid name "%s" is not requested', async (secretName) => {
    const server = await apiServer(withSources(prometheusSource(ENDPOINT, secretName)));
    const result = await credentialsAt(server.url).read(prometheusQuery(ENDPOINT, { secretName }));
    expect(result).toEqual(notFound('has no valid name'));
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  it('is not requested for a policy with an invalid name', async () => {
    const server = await apiServer(everything);
    const read = await readAt(server.url, { name: '../discoverypolicies/popular' });
    expect(read).toMatchObject({ reason: 'SecretNotFound' });
    expect(server.seen).toEqual([]);
  });
});

describe('without a cluster', () => {
  it.each([
    ['there is no kubeconfig', undefined],
    ['KUBECONFIG names a file that does not exist', '/does/not/exist'],
    ['KUBECONFIG names a file of another format', import.meta.filename],
  ])('every Secret is not found: %s', async (_what, path) => {
    const home = createFolder();
    vi.stubEnv('HOME', home.path);
    vi.stubEnv('KUBECONFIG', path);
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: loadKubeConfig() });
    home.remove();
    expect(credentials.isAvailable).toBe(false);
    const [outcome] = await runQueries([prometheusQuery('http://127.0.0.1:1')], {
      credentials: credentials.forPolicy('popular', 'uid-1'),
    });
    expect(failureOf(outcome)).toEqual({
      ok: false,
      reason: 'SecretNotFound',
      message: 'Secret drop-system/creds was not read: the service has no connection to a Kubernetes API server',
    });
  });
});

it('the cluster of KUBECONFIG is used', async () => {
  const server = await apiServer(everything);
  const folder = createFolder();
  vi.stubEnv('KUBECONFIG', folder.write('config', kubeConfigOf(server.url).exportConfig()));
  const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: loadKubeConfig() });
  folder.remove();
  expect(credentials.isAvailable).toBe(true);
  const read = await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
  expect(read).toMatchObject({ ok: true, token: 'prom-token' });
});

it('the token of a Secret is sent to the URL of the stored policy', async () => {
  const prometheus = await serve(emptyVector);
  const server = await apiServer(withSources(prometheusSource(prometheus.url, 'creds')));
  const [outcome] = await runQueries([prometheusQuery(prometheus.url)], { credentials: credentialsAt(server.url) });
  expect(outcome).toMatchObject({ ok: true });
  expect(prometheus.seen[0]?.headers.authorization).toBe('Bearer prom-token');
});
