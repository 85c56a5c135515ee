// Sources behind an HTTP proxy: which requests it gets, and what it may see.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { readConfig } from '../../../service/config.ts';
import { type Credentials, noCredentials } from '../../../service/discovery/credentials.ts';
import { createCredentialSource } from '../../../service/discovery/kubernetes-credentials.ts';
import { readProxyVariables } from '../../../service/discovery/proxies.ts';
import { createDiscoveryRunner } from '../../../service/discovery-runner.ts';
import { type Authority, createAuthority, hasOpenssl, type Pair } from './certificates.ts';
import { refuse } from './clients/registries.ts';
import { HOST, proxiesOf, proxyAuthorization, serveProxy, through } from './proxy-server.ts';
import { closeServers, emptyVector, json, plain, serve, serveTcp, serveTls } from './servers.ts';
import {
  basic,
  failureOf,
  PASSWORD,
  prometheusOf,
  prometheusQuery,
  registryOf,
  registryQuery,
  run,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from './single-query.ts';

afterEach(closeServers);

interface VariableRow {
  readonly what: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly http?: string;
  readonly https?: string;
}

test.each<VariableRow>([
  { what: 'HTTP_PROXY serves http URLs only', environment: { HTTP_PROXY: 'http://p:1' }, http: 'http://p:1' },
  { what: 'HTTPS_PROXY serves https URLs only', environment: { HTTPS_PROXY: 'http://p:1' }, https: 'http://p:1' },
  {
    what: 'names in lower case count',
    environment: { http_proxy: 'http://p:1', https_proxy: 'http://p:2' },
    http: 'http://p:1',
    https: 'http://p:2',
  },
  {
    what: 'names in upper case win',
    environment: { http_proxy: 'http://p:1', HTTP_PROXY: 'http://p:2' },
    http: 'http://p:2',
  },
  {
    what: 'an empty name in upper case is unset',
    environment: { http_proxy: 'http://p:1', HTTP_PROXY: '' },
    http: 'http://p:1',
  },
  {
    what: 'NO_PROXY in lower case counts',
    environment: { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://p:1', no_proxy: HOST },
  },
  {
    what: 'an empty NO_PROXY is unset',
    environment: { HTTP_PROXY: 'http://p:1', NO_PROXY: '', no_proxy: HOST },
  },
  {
    what: 'a value may have no scheme',
    environment: { HTTP_PROXY: 'proxy.corp:3128' },
    http: 'http://proxy.corp:3128',
  },
  { what: 'a value may have no port', environment: { HTTP_PROXY: 'proxy' }, http: 'http://proxy' },
  { what: 'a value may have blanks', environment: { HTTP_PROXY: ' http://p:1/ ' }, http: 'http://p:1' },
  {
    what: 'a value may have a user without a scheme',
    environment: { HTTPS_PROXY: 'joe:pw@proxy.corp:3128' },
    https: 'http://proxy.corp:3128',
  },
  { what: 'a proxy may use https', environment: { HTTPS_PROXY: 'https://p' }, https: 'https://p' },
  { what: 'a value may be an address', environment: { HTTP_PROXY: '[fd00::1]:3128' }, http: 'http://[fd00::1]:3128' },
])('of the environment, $what', ({ environment, http, https }) => {
  const { proxyFor } = proxiesOf(environment);
  expect(proxyFor(new URL(`http://${HOST}`))?.origin).toBe(http);
  expect(proxyFor(new URL(`https://${HOST}`))?.origin).toBe(https);
  expect(proxyFor(new URL('http://localhost:9090'))).toBeUndefined();
});

test.each<NodeJS.ProcessEnv>([{}, { HTTP_PROXY: '', HTTPS_PROXY: '' }, { NO_PROXY: '*', ALL_PROXY: 'http://p' }])(
  'the environment %j names no proxy',
  (environment) => {
    expect(readProxyVariables(environment)).toBeUndefined();
  },
);

describe('an http source behind a proxy', () => {
  it('gets its request from the proxy, which gets an absolute URL', async () => {
    const source = await serve(emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: source.port }, isClosed: true });
    prometheusOf(await run(prometheusQuery(`http://${HOST}:9090/mimir`), through(proxy.urlWithUser)));
    expect(proxy.seen.map(({ line }) => line)).toEqual([`GET http://${HOST}:9090/mimir/api/v1/query?query=images`]);
    expect(proxy.seen[0]?.authorization).toBe(proxyAuthorization);
    expect(proxy.seen[0]?.headers.host).toBe(`${HOST}:9090`);
    expect(source.seen[0]?.url).toBe('/mimir/api/v1/query?query=images');
    expect(source.seen[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it('may get a form', async () => {
    const source = await serve(emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: source.port } });
    const query = `up + ${'x'.repeat(2_000)}`;
    prometheusOf(await run(prometheusQuery(`http://${HOST}`, { query }), through(proxy.url)));
    expect(new URLSearchParams(source.seen[0]?.body).get('query')).toBe(query);
  });

  it.each([
    ['of NO_PROXY', `http://${HOST}:9090`, `other,${HOST}:9090`],
    ['in a subnet of NO_PROXY', 'http://192.0.2.1:9090', '192.0.2.0/24'],
  ])('%s is connected to directly', async (_what, url, noProxy) => {
    const proxy = await serveProxy({ hosts: {} });
    const limits = { connectMilliseconds: 300 };
    const failure = failureOf(await run(prometheusQuery(url), { ...through(proxy.url, noProxy), limits }));
    expect(failure.message).toContain(`at ${url}/api/v1/query: `);
    expect(proxy.seen).toEqual([]);
  });

  it('on loopback is connected to directly', async () => {
    const source = await serve(emptyVector);
    const proxy = await serveProxy({ hosts: { '127.0.0.1': source.port } });
    prometheusOf(await run(prometheusQuery(source.url), through(proxy.url)));
    expect([source.seen.length, proxy.seen.length]).toEqual([1, 0]);
  });

  it('that fails is named with the proxy', async () => {
    const source = await serve(plain(503, 'down'));
    const proxy = await serveProxy({ hosts: { [HOST]: source.port } });
    const outcome = await run(prometheusQuery(`http://${HOST}`), through(proxy.urlWithUser));
    expect(outcome).toMatchObject({
      reason: 'ServerError',
      message:
        `server error (HTTP 503) from http://${HOST}/api/v1/query through proxy ${proxy.url}: ` +
        'check the server\'s health: "down"',
    });
  });

  it.each<[string, Credentials]>([
    ['token', withToken],
    ['user and password', withUser],
    ['header', { ...noCredentials, headers: { 'x-scope-orgid': 'team' } }],
  ])('gets no request if its Secret has a %s', async (_what, credentials) => {
    const source = await serve(emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: source.port } });
    const advice = `use an https URL, or add ${HOST} to NO_PROXY`;
    const message = `Secret not sent to http://${HOST} through proxy ${proxy.url}: ${advice}`;
    for (const query of [prometheusQuery(`http://${HOST}`), registryQuery(`http://${HOST}`, 'app')]) {
      expect(await run(query, { ...through(proxy.url), credentials })).toEqual({
        ok: false,
        reason: 'ProxyError',
        message,
      });
    }
    expect(proxy.seen).toEqual([]);
  });

  it('may require an anonymous token', async () => {
    const registry = await serve((request, response) => {
      if (request.url.startsWith('/token')) return json(response, { token: 'anonymous-token' });
      if (request.headers.authorization === 'Bearer anonymous-token') return json(response, { tags: ['1'] });
      return refuse(response, `Bearer realm="http://${HOST}/token",service="s"`);
    });
    const proxy = await serveProxy({ hosts: { [HOST]: registry.port } });
    const { repositories } = registryOf(await run(registryQuery(`http://${HOST}`, 'app'), through(proxy.url)));
    expect(repositories).toEqual([{ repository: 'app', tags: ['1'] }]);
    expect(proxy.seen).toHaveLength(3);
  });
});

test('the password is not sent to the token service of a direct http registry through a proxy', async () => {
  const proxy = await serveProxy({ hosts: {} });
  const registry = await serve((_request, response) =>
    refuse(response, 'Bearer realm="http://auth.example.test/token"'),
  );
  const options = { ...through(proxy.url), credentials: withUser };
  const failure = failureOf(await run(registryQuery(registry.url, 'app'), options));
  expect(failure).toMatchObject({ reason: 'ProxyError' });
  expect(failure.message).toMatch(
    /^Secret not sent to http:\/\/auth\.example\.test .* auth\.example\.test to NO_PROXY$/,
  );
  expect(proxy.seen).toEqual([]);
});

test('a redirect to a host behind the proxy is followed through the proxy', async () => {
  const moved = await serve(emptyVector);
  const proxy = await serveProxy({ hosts: { 'new.example.test': moved.port } });
  const first = await serve(plain(302, '', { location: 'http://new.example.test/api?query=images' }));
  prometheusOf(await run(prometheusQuery(first.url), { ...through(proxy.url), credentials: withToken }));
  expect(proxy.seen.map(({ line }) => line)).toEqual(['GET http://new.example.test/api?query=images']);
  expect(moved.seen[0]?.headers.authorization).toBeUndefined();
});

describe.skipIf(!hasOpenssl)(`an https source behind a proxy${hasOpenssl ? '' : ' (openssl is not installed)'}`, () => {
  let authority: Authority;
  let source: Pair;
  let client: Pair;
  beforeAll(() => {
    authority = createAuthority('ours');
    source = authority.issue('source', `DNS:${HOST},DNS:auth.example.test`);
    client = authority.issue('client', 'DNS:client');
  });
  afterAll(() => authority.remove());

  const trusting = (more: Partial<Credentials> = {}): Credentials => ({
    ...noCredentials,
    ...more,
    tls: { ...noCredentials.tls, authority: authority.cert, ...more.tls },
  });

  it('gets the token of its Secret through a tunnel', async () => {
    const server = await serveTls(source, emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: server.port }, isClosed: true });
    const credentials = trusting({ token: TOKEN });
    prometheusOf(await run(prometheusQuery(`https://${HOST}`), { ...through(proxy.urlWithUser), credentials }));
    expect(proxy.seen.map(({ line }) => line)).toEqual([`CONNECT ${HOST}:443`]);
    expect(proxy.seen[0]?.authorization).toBe(proxyAuthorization);
    expect(JSON.stringify(proxy.seen)).not.toContain(TOKEN);
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(server.seen[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it('sees the client certificate through the tunnel', async () => {
    const mutual = { ...source, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const server = await serveTls(mutual, emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: server.port } });
    const tls = { authority: authority.cert, certificate: client.cert, key: client.key };
    const options = { ...through(proxy.url), credentials: trusting({ tls }) };
    prometheusOf(await run(prometheusQuery(`https://${HOST}:9443`), options));
    expect(proxy.seen.map(({ line }) => line)).toEqual([`CONNECT ${HOST}:9443`]);
  });

  it('and an http source may both have a Secret with ca.crt alone', async () => {
    const server = await serveTls(source, emptyVector);
    const open = await serve(emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: server.port, 'open.example.test': open.port } });
    const options = { ...through(proxy.url), credentials: trusting() };
    prometheusOf(await run(prometheusQuery(`https://${HOST}`), options));
    prometheusOf(await run(prometheusQuery('http://open.example.test'), options));
    expect(proxy.seen).toHaveLength(2);
  });

  it('must have a trusted certificate', async () => {
    const server = await serveTls(source, emptyVector);
    const proxy = await serveProxy({ hosts: { [HOST]: server.port } });
    const failure = failureOf(await run(prometheusQuery(`https://${HOST}`), through(proxy.url)));
    expect(failure).toMatchObject({ reason: 'TLSError' });
    expect(failure.message).toMatch(
      new RegExp(`^untrusted issuer .* at https://${HOST}/api/v1/query through proxy ${proxy.url}: add the issuer to`),
    );
    expect(server.seen).toEqual([]);
  });

  it('may name a token service, which is reached through the proxy with the password', async () => {
    const auth = await serveTls(source, (request, response) =>
      request.headers.authorization === basic(USERNAME, PASSWORD)
        ? json(response, { token: 'user-token' })
        : plain(401, '')(request, response),
    );
    const registry = await serveTls(source, (request, response) =>
      request.headers.authorization === 'Bearer user-token'
        ? json(response, { tags: ['1'] })
        : refuse(response, 'Bearer realm="https://auth.example.test/token"'),
    );
    const proxy = await serveProxy({ hosts: { [HOST]: registry.port, 'auth.example.test': auth.port } });
    const credentials = trusting({ username: USERNAME, password: PASSWORD });
    const { repositories } = registryOf(
      await run(registryQuery(`https://${HOST}`, 'app'), { ...through(proxy.url), credentials }),
    );
    expect(repositories).toEqual([{ repository: 'app', tags: ['1'] }]);
    expect(proxy.seen.map(({ line }) => line)).toContain('CONNECT auth.example.test:443');
  });

  it('fails with TLSError if it closes the connection during the handshake', async () => {
    const closing = await serveTcp((socket) => socket.once('data', () => socket.end()));
    const proxy = await serveProxy({ hosts: { [HOST]: closing.port } });
    const outcome = await run(prometheusQuery(`https://${HOST}`), through(proxy.url));
    expect(outcome).toMatchObject({ reason: 'TLSError' });
  });

  it('is not reached through an https proxy whose certificate is not trusted', async () => {
    const server = await serveTls(source, emptyVector);
    const certificate = authority.issue('proxy', 'DNS:localhost');
    const proxy = await serveProxy({ hosts: { [HOST]: server.port }, certificate });
    const address = proxy.url.replace('127.0.0.1', 'localhost');
    const options = { ...through(address), credentials: trusting({ token: TOKEN }) };
    const failure = failureOf(await run(prometheusQuery(`https://${HOST}`), options));
    expect(failure).toMatchObject({ reason: 'TLSError' });
    expect(failure.message).toContain(`at proxy ${address} for ${HOST}:443: check the proxy`);
    expect(proxy.seen).toEqual([]);
  });
});

test('discovery uses the proxy of the environment, and the Kubernetes API server is reached without it', async () => {
  const source = await serve(emptyVector);
  const proxy = await serveProxy({ hosts: { [HOST]: source.port, 'kubernetes.does-not-exist.invalid': source.port } });
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) vi.stubEnv(name, proxy.url);
  vi.stubEnv('NO_PROXY', '');
  const kubeConfig = new KubeConfig();
  const cluster = { name: 'test', server: 'http://kubernetes.does-not-exist.invalid', skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(cluster, { name: 'drop', token: TOKEN });
  const credentials = createCredentialSource({ namespace: 'drop-system', kubeConfig });
  const { proxies } = readConfig({ ...process.env, DROP_ALLOW_ANONYMOUS: 'true' });
  const runDiscovery = createDiscoveryRunner({ credentials, clock: Date.now, proxyVariables: proxies });
  const outcomes = await runDiscovery(
    [
      prometheusQuery(`http://${HOST}`, { secretName: undefined }),
      prometheusQuery(`http://${HOST}`, { index: 1, secretName: 'creds' }),
    ],
    { name: 'popular', uid: 'uid-1' },
  );
  vi.unstubAllEnvs();
  expect(outcomes.get(0)).toMatchObject({ ok: true });
  expect(outcomes.get(1)).toMatchObject({ reason: 'SecretNotFound', message: expect.stringContaining('no response') });
  expect(proxy.seen.map(({ line }) => line)).toEqual([`GET http://${HOST}/api/v1/query?query=images`]);
});
