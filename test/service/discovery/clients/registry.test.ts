// The registry client: how it lists tags page by page, authenticates, and stays within limits and origins.
import { afterEach, describe, expect, it, test } from 'vitest';
import { PAGE_LIMIT, TAG_LIMIT } from '../../../../service/discovery/clients/registry.ts';
import { registryApiUrl, repositoryPath } from '../../../../service/discovery/clients/registry-address.ts';
import { maySendPassword } from '../../../../service/discovery/clients/registry-token.ts';
import { noCredentials } from '../../../../service/discovery/credentials.ts';
import { closeServers, json, plain, type Responder, type SeenRequest, serve, type TestServer } from '../servers.ts';
import {
  basic,
  failureOf,
  PASSWORD,
  registryOf,
  registryQuery,
  run,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from '../single-query.ts';
import { isUser, numbered, oneTag, refuse, registry, tagsAt } from './registries.ts';

afterEach(closeServers);

describe('a tag list', () => {
  it('has all tags in the order of the registry', async () => {
    const lists = { 'team/app': ['b', 'a'], web: ['latest'], 'x/y/z': numbered(2_500) };
    const server = await serve(registry(lists));
    const names = ['x/y/z', 'team/app', 'web'] as const;
    const repositories = names.map((repository) => ({ repository, tags: lists[repository] }));
    expect(await run(registryQuery(server.url, ...names))).toEqual({ ok: true, type: 'registry', repositories });
    expect(server.seen.map(({ url }) => url)).toContain('/v2/x/y/z/tags/list?n=1000');
    expect(server.seen).toHaveLength(5);
  });

  const inner = '/v2/team/app/tags/list?';
  it.each([
    ['an absolute link', (path: string, url: string) => `${url}${path}`],
    ['a link relative to the page', (path: string) => path.replace(/^.*\/tags\//, '')],
    ['a link to a shorter path', (path: string) => path.replace(/^.*\?/, inner)],
    [
      'a link to an inner path',
      (path: string, url: string) => path.replace(/^.*\?/, `${url}/repository/proxy${inner}`),
    ],
    ['a link to an inner host', (path: string) => path.replace(/^.*\?/, `http://pulp-api${inner}`)],
    ['a link to an inner host of another scheme', (path: string) => path.replace(/^.*\?/, `unix://pulp-api${inner}`)],
  ])('continues behind %s at the address of the registry', async (_what, linkTo) => {
    const server: TestServer = await serve((request, response) =>
      registry({ 'docker/team/app': numbered(1_500) }, (path) => linkTo(path, server.url))(request, response),
    );
    expect(await tagsAt(server.url, ['docker/team/app'], { credentials: withToken })).toEqual([numbered(1_500)]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });

  it.each([
    ['ends after a page that is not full', 999, 1],
    ['ends after an empty page', 1_000, 2],
    ['continues behind every full page', 2_500, 3],
  ])('without a Link header %s', async (_what, count, requests) => {
    const server = await serve(registry({ app: numbered(count) }, () => undefined));
    expect(await tagsAt(server.url, ['app'])).toEqual([numbered(count)]);
    expect(server.seen).toHaveLength(requests);
  });

  it('is read once from a registry that ignores n and last', async () => {
    const server = await serve((_request, response) => json(response, { tags: numbered(1_500) }));
    expect(await tagsAt(server.url, ['app'])).toEqual([numbered(1_500)]);
    expect(server.seen).toHaveLength(2);
  });

  /** Serves 1,000 of 1,500 tags without a Link header, and refuses the next page. */
  const refusing = (status: number): Responder => {
    const pages = registry({ app: numbered(1_500) }, () => undefined);
    return (request, response) => (request.url.includes('last=') ? plain(status, '') : pages)(request, response);
  };

  it.each([400, 404, 405])('ends if the registry refuses the page behind a full one with a %i', async (status) => {
    const { url } = await serve(refusing(status));
    expect(await tagsAt(url, ['app'])).toEqual([numbered(1_000)]);
  });

  it.each([403, 500])('fails if the page behind a full one returns a %i', async (status) => {
    const { url } = await serve(refusing(status));
    expect(await run(registryQuery(url, 'app'))).toMatchObject({ ok: false });
  });

  it('continues behind the second of two links', async () => {
    const { url } = await serve((request, response) => {
      const isFirst = !request.url.includes('last');
      if (isFirst) response.setHeader('link', '</x>; rel="first", </v2/app/tags/list?last=a>; title="t"; rel=next');
      json(response, { tags: [isFirst ? 'a' : 'b'] });
    });
    expect(await tagsAt(url, ['app'])).toEqual([['a', 'b']]);
  });

  it.each([
    ['a link with another relation', '</v2/app/tags/list?last=a>; rel="prev"'],
    ['an invalid header', 'nonsense'],
  ])('ends at %s', async (_what, link) => {
    const { url } = await serve((_request, response) => json(response.setHeader('link', link), { tags: ['a'] }));
    expect(await tagsAt(url, ['app'])).toEqual([['a']]);
  });

  it('is requested below the path of the URL', async () => {
    const server = await serve(oneTag);
    await tagsAt(`${server.url}/registry/`, ['app']);
    expect(server.seen[0]?.url).toBe('/registry/v2/app/tags/list?n=1000');
  });

  it.each([{ name: 'app', tags: null }, { name: 'app' }])('may be %j', async (body) => {
    const { url } = await serve((_request, response) => json(response, body));
    expect(await tagsAt(url, ['app'])).toEqual([[]]);
  });

  it('is requested for at most four repositories in parallel', async () => {
    let running = 0;
    let most = 0;
    const { url } = await serve((_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        json(response, { tags: ['1'] });
      }, 10);
    });
    expect(await tagsAt(url, numbered(30))).toHaveLength(30);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('a query with limits', () => {
  const pages = registry({ a: ['v1.0', 'v1.1', 'v1.2', 'v1.3', 'latest'], b: ['1'] });
  /** At most three tags a page, although the request wants more. */
  const small: Responder = (request, response) =>
    pages({ ...request, url: request.url.replace(/n=\d+/, 'n=3') }, response);

  it.each<[number | undefined, number, readonly string[], boolean]>([
    [undefined, 2, ['v1.0', 'v1.1', 'v1.2', 'v1.3', 'latest'], false],
    [1_000, 2, ['v1.0', 'v1.1', 'v1.2', 'v1.3', 'latest'], false],
    [5, 2, ['v1.0', 'v1.1', 'v1.2', 'v1.3', 'latest'], false],
    [4, 2, ['v1.0', 'v1.1', 'v1.2', 'v1.3'], true],
    [3, 1, ['v1.0', 'v1.1', 'v1.2'], true],
    [2, 1, ['v1.0', 'v1.1'], true],
  ])('reads with maxScan %s from %i pages the tags %j, cut: %s', async (maxScan, requests, tags, isCut) => {
    const server = await serve(small);
    const { repositories } = registryOf(await run({ ...registryQuery(server.url, 'a'), maxScan }));
    expect(repositories).toEqual([{ repository: 'a', tags, ...(isCut ? { isCut } : {}) }]);
    expect(server.seen).toHaveLength(requests);
  });

  it('has maxScan for each repository', async () => {
    const server = await serve(small);
    const { repositories } = registryOf(await run({ ...registryQuery(server.url, 'a', 'b'), maxScan: 1 }));
    expect(repositories).toEqual([
      { repository: 'a', tags: ['v1.0'], isCut: true },
      { repository: 'b', tags: ['1'] },
    ]);
  });

  it('begins behind tagSeek on the first page only', async () => {
    const server = await serve(small);
    const { repositories } = registryOf(await run({ ...registryQuery(server.url, 'a'), tagSeek: 'v1.0' }));
    expect(repositories).toEqual([{ repository: 'a', tags: ['v1.1', 'v1.2', 'v1.3', 'latest'] }]);
    expect(server.seen.map(({ url }) => url)).toEqual([
      '/v2/a/tags/list?n=1000&last=v1.0',
      '/v2/a/tags/list?last=v1.3&n=3',
    ]);
  });

  it('may find the newest tag on the second page', async () => {
    const server = await serve(registry({ app: [...numbered(1_000), 'v9999'] }));
    const { repositories } = registryOf(await run({ ...registryQuery(server.url, 'app'), maxScan: 2_000 }));
    expect(repositories[0]?.tags.at(-1)).toBe('v9999');
  });

  it('keeps at most maxScan tags of a registry that returns all tags at once', async () => {
    const server = await serve((_request, response) => json(response, { tags: numbered(150_000) }));
    const query = { ...registryQuery(server.url, 'a', 'b', 'c'), maxScan: 1_000 };
    const { repositories } = registryOf(await run(query));
    expect(repositories.map(({ tags, isCut }) => [tags.length, isCut])).toEqual(Array(3).fill([1_000, true]));
  });
});

describe('a tag list fails', () => {
  it.each([
    ['to the same page', '/v2/app/tags/list?n=1000', /^pagination loop at /],
    ['to the same page at another origin', 'http://127.0.0.2:1/v2/app/tags/list?n=1000', /^pagination loop at /],
  ])('with a link %s', async (_what, target, message) => {
    const server = await serve((_request, response) =>
      json(response.setHeader('link', `<${target}>; rel="next"`), { tags: ['a'] }),
    );
    const failure = { reason: 'BadResponse', message: expect.stringMatching(message) };
    expect(await run(registryQuery(server.url, 'app'), { credentials: withToken })).toMatchObject(failure);
    expect(server.seen).toHaveLength(1);
  });

  const endless =
    (tagsPerPage: number): Responder =>
    ({ url }, response) => {
      const page = Number(new URL(url, 'http://a').searchParams.get('last') ?? 0) + 1;
      response.setHeader('link', `</v2/app/tags/list?last=${page}>; rel="next"`);
      json(response, { tags: Array.from({ length: tagsPerPage }, (_, index) => `p${page}-${index}`) });
    };

  it('after too many pages', async () => {
    const server = await serve(endless(0));
    const message = `too many pages at ${server.url}: the tag list of app exceeds ${PAGE_LIMIT}`;
    expect(await run(registryQuery(server.url, 'app'))).toMatchObject({ reason: 'BadResponse', message });
    expect(server.seen).toHaveLength(PAGE_LIMIT);
  });

  it('after too many tags', async () => {
    const { url } = await serve(endless(10_000));
    const message = `too many tags at ${url}: the limit of ${TAG_LIMIT} was exceeded in app; list fewer repositories`;
    expect(await run(registryQuery(url, 'app'))).toMatchObject({ reason: 'BadResponse', message });
  });

  it('at the end of the time budget', async () => {
    const { url } = await serve((request, response) => void setTimeout(() => endless(1)(request, response), 30));
    expect(await run(registryQuery(url, 'app'), { budgetMilliseconds: 300 })).toMatchObject({ reason: 'Timeout' });
  });

  it('with the first repository that fails, and the others are not requested', async () => {
    const server = await serve((request, response) =>
      request.url.includes('/closed/') ? plain(403, 'DENIED')(request, response) : json(response, { tags: [] }),
    );
    const message = expect.stringMatching(/^repository closed: forbidden \(HTTP 403\)/);
    expect(await run(registryQuery(server.url, 'closed', ...numbered(40)))).toMatchObject({
      reason: 'Forbidden',
      message,
    });
    expect(server.seen.length).toBeLessThan(40);
  });

  it.each(['../../secret', 'A', '', 'a?b', '/a'])('for the invalid repository name "%s"', async (name) => {
    const server = await serve((_request, response) => json(response, { tags: [] }));
    const message = `invalid repository name "${name}": use a name such as team/app`;
    expect(await run(registryQuery(server.url, name))).toMatchObject({ ok: false, message });
    expect(server.seen).toEqual([]);
  });
});

test.each([
  ['https://docker.io', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
  ['https://docker.io/', 'grafana/grafana', 'https://registry-1.docker.io', 'grafana/grafana'],
  ['https://index.docker.io/v1/', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
  ['https://registry-1.docker.io', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
  ['https://registry.hub.docker.com', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
  ['https://ghcr.io', 'nginx', 'https://ghcr.io', 'nginx'],
  ['https://docker.io.example.com', 'nginx', 'https://docker.io.example.com', 'nginx'],
])('the API of %s has the repository %s at %s and %s', (url, repository, apiUrl, path) => {
  expect([registryApiUrl(url), repositoryPath(url, repository)]).toEqual([apiUrl, path]);
});

const isIssuedFor = (name: string, { headers }: SeenRequest) =>
  headers.authorization === `Bearer issued:repository:${name}:pull`;
const issuedFor = (url: string) => `issued:${new URL(url, 'http://a').searchParams.get('scope')}`;

const issueToAll: Responder = (request, response) => json(response, { token: issuedFor(request.url) });
const issueToUser: Responder = (request, response) =>
  isUser(request)
    ? json(response, { access_token: issuedFor(request.url) })
    : plain(401, 'incorrect username or password')(request, response);

/** A registry that accepts only the tokens of its token service. */
async function guarded(issue: Responder): Promise<{ readonly server: TestServer; readonly tokenService: TestServer }> {
  const tokenService = await serve(issue);
  const challenge = `Bearer realm="${tokenService.url}/token?a=b",service="the, \\"registry\\"",scope="all:*"`;
  const server = await serve((request, response) => {
    const name = /^\/v2\/(.*)\/tags/.exec(request.url)?.[1] ?? '';
    return isIssuedFor(name, request) ? json(response, { tags: [name] }) : refuse(response, challenge);
  });
  return { server, tokenService };
}

test('an authorization header of the Secret replaces its token', async () => {
  const server = await serve(oneTag);
  await tagsAt(server.url, ['app'], { credentials: { ...withToken, headers: { authorization: 'Custom abc' } } });
  expect(server.seen[0]?.headers.authorization).toBe('Custom abc');
});

describe('a token service', () => {
  it('issues anonymous tokens for one repository', async () => {
    const { server, tokenService } = await guarded(issueToAll);
    expect(await tagsAt(server.url, ['team/app'])).toEqual([['team/app']]);
    expect(tokenService.seen.map(({ url }) => Object.fromEntries(new URL(url, 'http://a').searchParams))).toEqual([
      { a: 'b', service: 'the, "registry"', scope: 'repository:team/app:pull' },
    ]);
    expect(tokenService.seen[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['the metadata that an Azure registry asks for', 'repository:team/app:metadata_read', 'metadata_read'],
    ['both read actions', 'repository:team/app:metadata_read,pull', 'pull,metadata_read'],
    ['the actions of two scopes', 'repository:team/app:metadata_read repository:team/app:pull', 'pull,metadata_read'],
    ['neither push nor delete', 'repository:team/app:pull,push,delete', 'pull'],
    ['pull instead of push', 'repository:team/app:push', 'pull'],
    ['pull instead of everything', 'repository:team/app:*', 'pull'],
    ['pull for a placeholder', 'repository:user/image:pull', 'pull'],
    ['pull for the scope of another repository', 'repository:other/app:metadata_read', 'pull'],
    ['pull for the scope of the catalog', 'registry:catalog:*', 'pull'],
    ['pull for a scope of another form', 'aws', 'pull'],
    ['pull for an empty scope', '', 'pull'],
  ])('is asked for %s', async (_what, scope, actions) => {
    const tokenService = await serve(issueToAll);
    const server = await serve((request, response) =>
      request.headers.authorization === undefined
        ? refuse(response, `Bearer realm="${tokenService.url}",scope="${scope}"`)
        : oneTag(request, response),
    );
    await tagsAt(server.url, ['team/app']);
    expect(server.seen[1]?.headers.authorization).toBe(`Bearer issued:repository:team/app:${actions}`);
  });

  it('gets the password instead of the registry, and not the headers of the Secret', async () => {
    const { server, tokenService } = await guarded(issueToUser);
    const credentials = { ...withUser, headers: { 'x-key': 'for-the-registry' } };
    expect(await tagsAt(server.url, ['a', 'b'], { credentials })).toEqual([['a'], ['b']]);
    expect(tokenService.seen.every(isUser)).toBe(true);
    expect(tokenService.seen.every(({ headers }) => headers['x-key'] === undefined)).toBe(true);
    expect(server.seen.every(({ headers }) => headers['x-key'] === 'for-the-registry')).toBe(true);
    expect(server.seen.some(isUser)).toBe(false);
  });

  it('is used once for all pages of a repository', async () => {
    const tokenService = await serve(issueToAll);
    const server = await serve((request, response) =>
      isIssuedFor('app', request)
        ? registry({ app: numbered(3_000) })(request, response)
        : refuse(response, `Bearer realm="${tokenService.url}"`),
    );
    expect(await tagsAt(server.url, ['app', 'app'])).toEqual([numbered(3_000), numbered(3_000)]);
    expect(tokenService.seen).toHaveLength(1);
  });

  it('is used again if a token expires between two pages', async () => {
    let count = 0;
    const tokenService = await serve((_request, response) => json(response, { token: `t${++count}` }));
    const server = await serve((request, response) => {
      const valid = request.url.includes('last') ? 'Bearer t2' : 'Bearer t1';
      if (request.headers.authorization !== valid) return refuse(response, `Bearer realm="${tokenService.url}"`);
      return registry({ app: numbered(1_500) })(request, response);
    });
    expect(await tagsAt(server.url, ['app'])).toEqual([numbered(1_500)]);
    expect(count).toBe(2);
  });

  it('that refuses the password makes the source fail with its text', async () => {
    const { server } = await guarded(issueToUser);
    const credentials = { ...withUser, password: 'not-the-password' };
    const failure = failureOf(await run(registryQuery(server.url, 'app'), { credentials }));
    expect(failure).toMatchObject({ reason: 'Unauthorized' });
    expect(failure.message).toMatch(/: "incorrect username or password"$/);
    expect(failure.message).not.toContain('not-the-password');
  });

  it('is used once if the registry refuses its token', async () => {
    const { server, tokenService } = await guarded((_request, response) => json(response, { token: 'useless-token' }));
    expect(await run(registryQuery(server.url, 'app'))).toMatchObject({ reason: 'Unauthorized' });
    expect([server.seen.length, tokenService.seen.length]).toEqual([2, 1]);
  });

  it('is not used if the registry refuses the token of the Secret', async () => {
    const { server, tokenService } = await guarded(issueToAll);
    const outcome = await run(registryQuery(server.url, 'app'), { credentials: withToken });
    expect(outcome).toMatchObject({ reason: 'Unauthorized' });
    expect(tokenService.seen).toEqual([]);
  });

  it.each<[string, Responder, string, string]>([
    ['HTML', plain(200, '<html>'), 'BadResponse', 'not JSON'],
    ['no token', plain(200, '{"expires_in":60}'), 'BadResponse', 'neither token nor access_token'],
    ['a token with a line break', plain(200, '{"token":"a\\r\\nx-evil: 1"}'), 'BadResponse', 'token'],
    ['a 500', plain(500, 'down'), 'ServerError', 'server error (HTTP 500)'],
    ['a 429', plain(429, '', { 'retry-after': '7' }), 'RateLimited', 'rate limited'],
  ])('that returns %s makes the source fail', async (_what, issue, reason, message) => {
    const { server, tokenService } = await guarded(issue);
    const failure = failureOf(await run(registryQuery(server.url, 'app'), { credentials: withUser }));
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(tokenService.url);
    expect(failure.message).not.toMatch(/scope=|service=/);
  });

  it.each(['file:///etc/passwd', ''])('with the invalid realm "%s" makes the source fail', async (realm) => {
    const { url } = await serve((_request, response) => refuse(response, `Bearer realm="${realm}"`));
    const message = expect.stringMatching(/^invalid token service of /);
    expect(await run(registryQuery(url, 'app'))).toMatchObject({ reason: 'BadResponse', message });
  });

  it('issues tokens that are redacted in messages', async () => {
    const tokenService = await serve((_request, response) => json(response, { token: 'fresh-secret-token' }));
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined) return refuse(response, `Bearer realm="${tokenService.url}"`);
      return response.writeHead(403).end(`no: ${request.headers.authorization}`);
    });
    const { message } = failureOf(await run(registryQuery(server.url, 'app')));
    expect(message).toContain('[redacted]');
    expect(message).not.toContain('fresh-secret');
  });

  it.each([
    ['https://registry-1.docker.io', 'https://auth.docker.io/token', true],
    ['https://registry.example.com', 'http://registry.example.com/token', false],
    ['https://registry.example.com', 'http://auth.example.com/token', false],
    ['http://registry:5000', 'http://auth:5001/token', true],
    ['http://registry:5000', 'https://auth/token', true],
  ])('of %s at %s may get the password: %s', (from, realm, expected) => {
    expect(maySendPassword(new URL(from), new URL(realm))).toBe(expected);
  });
});

describe('the authorization of a registry request', () => {
  it('is the token of the Secret from the first request on', async () => {
    const server = await serve(oneTag);
    await tagsAt(server.url, ['app'], { credentials: withToken });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
  });

  const basicRegistry: Responder = (request, response) =>
    isUser(request) ? oneTag(request, response) : refuse(response, 'Basic realm="Registry Realm"');

  it('is Basic after the registry requests it', async () => {
    const server = await serve(basicRegistry);
    expect(await tagsAt(server.url, ['app'], { credentials: withUser })).toEqual([['1']]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, basic(USERNAME, PASSWORD)]);
  });

  it.each([
    ['without a user', noCredentials, 1],
    ['with a wrong password', { ...withUser, password: 'wrong-password' }, 2],
  ])('is not repeated %s', async (_what, credentials, requests) => {
    const server = await serve(basicRegistry);
    const outcome = await run(registryQuery(server.url, 'app'), { credentials });
    expect(outcome).toMatchObject({ reason: 'Unauthorized' });
    expect(server.seen).toHaveLength(requests);
  });

  it.each([
    ['one header', 'Negotiate abc==, Basic realm="a, b", Bearer realm="REALM",service="s"'],
    ['several headers', ['Basic realm="x"', 'bearer realm=REALM']],
  ])('is Bearer if %s offer both Basic and Bearer', async (_what, challenge) => {
    const tokenService = await serve(issueToUser);
    const filled = [challenge].flat().map((text) => text.replace('REALM', tokenService.url));
    const server = await serve((request, response) =>
      isIssuedFor('app', request) ? oneTag(request, response) : refuse(response, filled),
    );
    await tagsAt(server.url, ['app'], { credentials: withUser });
    expect(server.seen.some(isUser)).toBe(false);
  });
});
