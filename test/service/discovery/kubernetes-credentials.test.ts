// Proves that Secrets are read from one namespace, and only for what the stored DiscoveryPolicy asks for.
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DiscoveryQuery } from '../../../hooks/discovery-policy/query.ts';
import { createCredentialSource } from '../../../service/discovery/kubernetes-credentials.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import { loadKubeConfig } from '../../../service/kubernetes-client.ts';
import { asFailure, prometheusQuery, registryQuery } from './asking.ts';
import { createFolder } from './programs.ts';
import { type Answer, closeServers, json, plain, serve, type TestServer, unusedPort } from './servers.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeServers();
});

const POLICY = '/apis/drop.corewire.io/v1alpha1/discoverypolicies/popular';
const SECRET = '/api/v1/namespaces/drop-system/secrets/creds';
const API_TOKEN = 'service-account-token';
const ENDPOINT = 'https://mimir.example.com/prometheus';

const policy = {
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'DiscoveryPolicy',
  metadata: { name: 'popular', uid: 'uid-1' },
  spec: {
    sources: [
      {
        type: 'registry',
        registry: { url: 'https://registry.example.com', repositories: ['a', 'b'] },
        secretRef: { name: 'creds' },
      },
      { type: 'prometheus', prometheus: { endpoint: ENDPOINT, query: 'images' }, secretRef: { name: 'creds' } },
      { type: 'prometheus', prometheus: { endpoint: 'http://open', query: 'images' } },
    ],
  },
};
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'creds', namespace: 'drop-system' },
  data: { token: Buffer.from('prom-token').toString('base64') },
};

/** An API server that knows these objects, by path; others do not exist. */
function apiServer(objects: Readonly<Record<string, unknown>>): Promise<TestServer> {
  return serve((request, response) => {
    const object = objects[request.url];
    const missing: Answer = plain(404, JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound' }));
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

function sourceAt(url: string, options: { readonly uid?: string; readonly timeoutMilliseconds?: number } = {}) {
  const { uid = 'uid-1', ...rest } = options;
  const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: kubeConfigOf(url), ...rest });
  return credentials.forPolicy('popular', uid);
}

const everything = { [POLICY]: policy, [SECRET]: secret };

describe('a Secret', () => {
  it('is read for a query that the stored policy asks, once a sync', async () => {
    const server = await apiServer(everything);
    const source = sourceAt(server.url);
    const queries = [prometheusQuery(ENDPOINT), registryQuery('https://registry.example.com/', 'b')];
    const read = await Promise.all(queries.map((query) => source.read(query)));
    expect(read).toMatchObject([
      { ok: true, token: 'prom-token' },
      { ok: true, token: 'prom-token' },
    ]);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${POLICY}`, `GET ${SECRET}`]);
    expect(server.seen.every(({ headers }) => headers.authorization === `Bearer ${API_TOKEN}`)).toBe(true);
  });

  it('is read again at the next sync', async () => {
    const server = await apiServer(everything);
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: kubeConfigOf(server.url) });
    await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
    await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
    expect(server.seen).toHaveLength(4);
  });

  const forged: readonly (readonly [string, DiscoveryQuery])[] = [
    ['another endpoint', prometheusQuery('https://evil.example.com')],
    ['another path', prometheusQuery('https://mimir.example.com/other')],
    ['another scheme', prometheusQuery(ENDPOINT.replace('https', 'http'))],
    ['another port', prometheusQuery('https://mimir.example.com:8443/prometheus')],
    ['a user before the host', prometheusQuery('https://mimir.example.com@evil.example.com/prometheus')],
    ['another query', prometheusQuery(ENDPOINT, { query: 'secrets' })],
    ['another Secret', prometheusQuery(ENDPOINT, { secretName: 'other' })],
    ['an endpoint that has no Secret', prometheusQuery('http://open')],
    ['the endpoint of another kind', registryQuery(ENDPOINT, 'a')],
    ['another registry', registryQuery('https://evil.example.com', 'a')],
    ['another repository', registryQuery('https://registry.example.com', 'a', 'c')],
  ];
  it.each(forged)('is not read for %s', async (_title, query) => {
    const server = await apiServer({ ...everything, [SECRET.replace('creds', 'other')]: secret });
    const failure = await sourceAt(server.url).read(query);
    expect(failure).toMatchObject({ ok: false, reason: 'SecretNotFound' });
    expect(failure).toMatchObject({
      message: expect.stringContaining(`Secret drop-system/${query.secretName} was not read`),
    });
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  it('is not read for a policy of the same name with another UID', async () => {
    const server = await apiServer(everything);
    const failure = await sourceAt(server.url, { uid: 'uid-2' }).read(prometheusQuery(ENDPOINT));
    expect(failure).toMatchObject({ reason: 'SecretNotFound', message: expect.stringContaining('has another UID') });
    expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
  });

  it.each([
    ['a policy that is gone', {}, 'DiscoveryPolicy popular does not exist'],
    ['a policy without sources', { [POLICY]: { ...policy, spec: {} } }, 'names no usable sources'],
    ['a Secret that is gone', { [POLICY]: policy }, 'Secret drop-system/creds does not exist'],
    [
      'a Secret that makes no sense',
      { ...everything, [SECRET]: { ...secret, data: { username: 'eA==' } } },
      'Secret drop-system/creds cannot be used: username and password belong together',
    ],
  ])('is not found for %s', async (_title, objects, says) => {
    const { url } = await apiServer(objects);
    const failure = await sourceAt(url).read(prometheusQuery(ENDPOINT));
    expect(failure).toMatchObject({ ok: false, reason: 'SecretNotFound', message: expect.stringContaining(says) });
  });

  it('without data is one without credentials', async () => {
    const { url } = await apiServer({ ...everything, [SECRET]: { ...secret, data: undefined } });
    expect(await sourceAt(url).read(prometheusQuery(ENDPOINT))).toMatchObject({ ok: true, token: undefined });
  });

  it.each([
    [401, 'may not be read by the service'],
    [403, 'may not be read by the service'],
    [500, 'the Kubernetes API server answered 500'],
    [429, 'the Kubernetes API server answered 429'],
  ])('is not found when the API server answers %i', async (status, says) => {
    const { url } = await serve((request, response) =>
      request.url === POLICY ? json(response, policy) : plain(status, `no: ${API_TOKEN}`)(request, response),
    );
    const failure = await sourceAt(url).read(prometheusQuery(ENDPOINT));
    expect(failure).toMatchObject({ reason: 'SecretNotFound', message: expect.stringContaining(says) });
    expect(JSON.stringify(failure)).not.toContain(API_TOKEN);
  });

  it.each([
    ['hangs', async () => (await serve(() => {})).url],
    ['is not there', async () => `http://127.0.0.1:${await unusedPort()}`],
    ['talks nonsense', async () => (await serve(plain(200, '<html>'))).url],
  ])('is not found when the API server %s', async (_title, urlOf) => {
    const failure = await sourceAt(await urlOf(), { timeoutMilliseconds: 200 }).read(prometheusQuery(ENDPOINT));
    expect(failure).toMatchObject({ reason: 'SecretNotFound' });
  });

  it.each(['../../nodes', 'a/b', '..', '', 'A', 'a?b', 'a'.repeat(254)])(
    'is not looked for by the name "%s"',
    async (secretName) => {
      const sources = [{ prometheus: { endpoint: ENDPOINT, query: 'images' }, secretRef: { name: secretName } }];
      const server = await apiServer({ [POLICY]: { ...policy, spec: { sources } } });
      const failure = await sourceAt(server.url).read(prometheusQuery(ENDPOINT, { secretName }));
      expect(failure).toMatchObject({
        reason: 'SecretNotFound',
        message: expect.stringContaining('has no valid name'),
      });
      expect(server.seen.map(({ url }) => url)).toEqual([POLICY]);
    },
  );

  it('is not looked for on behalf of a policy whose name leads elsewhere', async () => {
    const server = await apiServer(everything);
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: kubeConfigOf(server.url) });
    const failure = await credentials
      .forPolicy('../discoverypolicies/popular', 'uid-1')
      .read(prometheusQuery(ENDPOINT));
    expect(failure).toMatchObject({ reason: 'SecretNotFound' });
    expect(server.seen).toEqual([]);
  });
});

describe('without a cluster', () => {
  it.each([
    ['there is no kubeconfig', undefined],
    ['KUBECONFIG names a file that is not there', '/does/not/exist'],
    ['KUBECONFIG names a file that is none', import.meta.filename],
  ])('%s: the service starts, and every Secret is not found', async (_title, path) => {
    const home = createFolder();
    vi.stubEnv('HOME', home.path);
    vi.stubEnv('KUBECONFIG', path);
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: loadKubeConfig() });
    home.remove();
    expect(credentials.isAvailable).toBe(false);
    const [outcome] = await runQueries([prometheusQuery('http://127.0.0.1:1')], {
      credentials: credentials.forPolicy('popular', 'uid-1'),
    });
    expect(asFailure(outcome ?? fail())).toEqual({
      ok: false,
      reason: 'SecretNotFound',
      message: 'Secret drop-system/creds was not read: the service has no connection to a Kubernetes API server',
    });
  });

  it('KUBECONFIG names a good file: it is used', async () => {
    const server = await apiServer(everything);
    const folder = createFolder();
    vi.stubEnv('KUBECONFIG', folder.write('config', kubeConfigOf(server.url).exportConfig()));
    const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig: loadKubeConfig() });
    folder.remove();
    expect(credentials.isAvailable).toBe(true);
    const read = await credentials.forPolicy('popular', 'uid-1').read(prometheusQuery(ENDPOINT));
    expect(read).toMatchObject({ ok: true, token: 'prom-token' });
  });
});

function fail(): never {
  throw new Error('no outcome');
}

describe('from the Secret to the source', () => {
  it('the token of the Secret goes where the stored policy says', async () => {
    const prometheus = await serve((_request, response) =>
      json(response, { status: 'success', data: { resultType: 'vector', result: [] } }),
    );
    const sources = [{ prometheus: { endpoint: prometheus.url, query: 'images' }, secretRef: { name: 'creds' } }];
    const server = await apiServer({ ...everything, [POLICY]: { ...policy, spec: { sources } } });
    const [outcome] = await runQueries([prometheusQuery(prometheus.url)], { credentials: sourceAt(server.url) });
    expect(outcome).toMatchObject({ ok: true });
    expect(prometheus.seen[0]?.headers.authorization).toBe('Bearer prom-token');
  });

  it('a forged request gets no credential sent anywhere', async () => {
    const thief = await serve(plain(200, ''));
    const server = await apiServer(everything);
    const [outcome] = await runQueries([prometheusQuery(thief.url)], { credentials: sourceAt(server.url) });
    expect(outcome).toMatchObject({ ok: false, reason: 'SecretNotFound' });
    expect(thief.seen).toEqual([]);
  });
});
