// Proves how tags are listed: page by page, with each way of authentication, and only as far as limits and origins allow.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import { registryBase, repositoryPath } from '../../../service/discovery/registry-address.ts';
import { PAGE_LIMIT, TAG_LIMIT } from '../../../service/discovery/registry-client.ts';
import { maySendPassword } from '../../../service/discovery/registry-token.ts';
import {
  asFailure,
  ask,
  asTags,
  basic,
  PASSWORD,
  registryQuery,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from './asking.ts';
import { type Answer, closeServers, json, plain, type SeenRequest, serve, type TestServer } from './servers.ts';

afterEach(closeServers);

const tagsOf = (answer: ReturnType<typeof asTags>) => answer.repositories.map(({ tags }) => tags);

/** Serves lists of tags, so many a page, as the distribution API does. */
function registry(lists: Readonly<Record<string, readonly string[]>>, linkTo: (path: string) => string): Answer {
  return ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://a');
    const name = /^\/v2\/(.*)\/tags\/list$/.exec(pathname)?.[1] ?? '';
    const tags = lists[name];
    if (tags === undefined) return response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN"}]}');
    const start = tags.indexOf(searchParams.get('last') ?? '') + 1;
    const page = tags.slice(start, start + Number(searchParams.get('n')));
    const last = page.at(-1);
    if (last !== tags.at(-1))
      response.setHeader('link', `<${linkTo(`${pathname}?last=${last}&n=${page.length}`)}>; rel="next"`);
    return json(response, { name, tags: page });
  };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

describe('tag lists', () => {
  it('come whole, in order, repository by repository', async () => {
    const lists = { 'team/app': ['b', 'a'], web: ['latest'], 'x/y/z': numbered(2_500) };
    const server = await serve(registry(lists, (path) => path));
    const answer = asTags(await ask(registryQuery(server.url, 'x/y/z', 'team/app', 'web')));
    expect(answer).toEqual({
      ok: true,
      kind: 'registry',
      repositories: [
        { repository: 'x/y/z', tags: lists['x/y/z'] },
        { repository: 'team/app', tags: ['b', 'a'] },
        { repository: 'web', tags: ['latest'] },
      ],
    });
    expect(server.seen.map(({ url }) => url)).toContain('/v2/x/y/z/tags/list?n=1000');
    expect(server.seen).toHaveLength(5);
  });

  it('go on behind an absolute link of the same origin', async () => {
    const server: TestServer = await serve((request, response) =>
      registry({ app: numbered(1_500) }, (path) => `${server.url}${path}`)(request, response),
    );
    expect(tagsOf(asTags(await ask(registryQuery(server.url, 'app'))))).toEqual([numbered(1_500)]);
  });

  it('go on behind a link relative to the page', async () => {
    const server = await serve(registry({ app: numbered(1_500) }, (path) => path.replace('/v2/app/tags/', '')));
    expect(tagsOf(asTags(await ask(registryQuery(server.url, 'app'))))).toEqual([numbered(1_500)]);
  });

  it('keep a base path', async () => {
    const server = await serve((_request, response) => json(response, { tags: ['1'] }));
    asTags(await ask(registryQuery(`${server.url}/registry/`, 'app')));
    expect(server.seen[0]?.url).toBe('/registry/v2/app/tags/list?n=1000');
  });

  it.each([
    ['null', { name: 'app', tags: null }],
    ['left out', { name: 'app' }],
    ['empty', { name: 'app', tags: [] }],
  ])('that are %s hold no tag', async (_title, body) => {
    const { url } = await serve((_request, response) => json(response, body));
    expect(tagsOf(asTags(await ask(registryQuery(url, 'app'))))).toEqual([[]]);
  });

  it.each([
    ['another relation', '</v2/app/tags/list?last=a>; rel="prev"'],
    ['no relation', '</v2/app/tags/list?last=a>'],
    ['no link', 'nonsense'],
  ])('end where the header has %s', async (_title, link) => {
    const { url } = await serve((_request, response) => json(response.setHeader('link', link), { tags: ['a'] }));
    expect(tagsOf(asTags(await ask(registryQuery(url, 'app'))))).toEqual([['a']]);
  });

  it('go on behind the second of two links', async () => {
    const { url } = await serve((request, response) => {
      if (!request.url.includes('last'))
        response.setHeader('link', '</x>; rel="first", </v2/app/tags/list?last=a>; title="t"; rel=next');
      json(response, { tags: [request.url.includes('last') ? 'b' : 'a'] });
    });
    expect(tagsOf(asTags(await ask(registryQuery(url, 'app'))))).toEqual([['a', 'b']]);
  });

  it('of many repositories are asked for a few at a time', async () => {
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
    const names = numbered(30);
    expect(asTags(await ask(registryQuery(url, ...names))).repositories.map(({ repository }) => repository)).toEqual(
      names,
    );
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('tag lists that are refused', () => {
  it.each([
    ['another origin', 'http://127.0.0.2:1/v2/app/tags/list?last=a', 'goes on at another origin'],
    ['another scheme', 'ftp://127.0.0.1/x', 'goes on at another origin'],
    ['the same page again', '/v2/app/tags/list?n=1000', 'leads back to a page that it already gave'],
  ])('a link to %s', async (_title, target, says) => {
    const server = await serve((_request, response) =>
      json(response.setHeader('link', `<${target}>; rel="next"`), { tags: ['a'] }),
    );
    const failure = asFailure(await ask(registryQuery(server.url, 'app'), { credentials: withToken }));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain(says);
    expect(server.seen).toHaveLength(1);
  });

  const endless =
    (tagsAPage: number): Answer =>
    ({ url }, response) => {
      const page = Number(new URL(url, 'http://a').searchParams.get('last') ?? 0) + 1;
      response.setHeader('link', `</v2/app/tags/list?last=${page}>; rel="next"`);
      json(response, { tags: Array.from({ length: tagsAPage }, (_, index) => `p${page}-${index}`) });
    };

  it('one that never ends, by its pages', async () => {
    const server = await serve(endless(0));
    const failure = asFailure(await ask(registryQuery(server.url, 'app')));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain(`more than the limit of ${PAGE_LIMIT} pages`);
    expect(server.seen).toHaveLength(PAGE_LIMIT);
  });

  it('one that never ends, by its tags', async () => {
    const { url } = await serve(endless(10_000));
    const failure = asFailure(await ask(registryQuery(url, 'app')));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain(`more than the limit of ${TAG_LIMIT} tags`);
  });

  it('one that never ends, by the time', async () => {
    const { url } = await serve((request, response) => void setTimeout(() => endless(1)(request, response), 30));
    expect(asFailure(await ask(registryQuery(url, 'app'), { budgetMilliseconds: 300 }))).toMatchObject({
      reason: 'Timeout',
    });
  });

  it('one of many: the source fails, names it, and asks no further', async () => {
    const server = await serve((request, response) =>
      request.url.includes('/gone/') ? plain(404, 'NAME_UNKNOWN')(request, response) : json(response, { tags: [] }),
    );
    const failure = asFailure(await ask(registryQuery(server.url, 'gone', ...numbered(40))));
    expect(failure).toMatchObject({ reason: 'NotFound' });
    expect(failure.message).toMatch(/^repository gone: .* answered 404/);
    expect(server.seen.length).toBeLessThan(40);
  });

  it.each(['../../secret', 'a//b', 'A', 'a b', '', 'a?b', '/a', 'a/'])('the repository "%s"', async (name) => {
    const server = await serve((_request, response) => json(response, { tags: [] }));
    const failure = asFailure(await ask(registryQuery(server.url, name)));
    expect(failure.message).toContain('is not the name of a repository');
    expect(server.seen).toEqual([]);
  });
});

describe('Docker Hub', () => {
  it.each([
    ['https://docker.io', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
    ['https://docker.io/', 'grafana/grafana', 'https://registry-1.docker.io', 'grafana/grafana'],
    ['https://index.docker.io/v1/', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
    ['https://registry-1.docker.io', 'nginx', 'https://registry-1.docker.io', 'library/nginx'],
    ['https://ghcr.io', 'nginx', 'https://ghcr.io', 'nginx'],
    ['https://docker.io.example.com', 'nginx', 'https://docker.io.example.com', 'nginx'],
  ])('%s, %s', (url, repository, base, path) => {
    expect([registryBase(url), repositoryPath(url, repository)]).toEqual([base, path]);
  });
});

describe('authentication', () => {
  interface Guarded {
    readonly registry: TestServer;
    readonly tokenService: TestServer;
  }

  const isUser = ({ headers }: SeenRequest) => headers.authorization === basic(USERNAME, PASSWORD);
  const issued = (url: string) => `issued:${new URL(url, 'http://a').searchParams.get('scope')}`;

  /** A registry that takes only the tokens of a service beside it. */
  async function guarded(answerToken: Answer): Promise<Guarded> {
    const tokenService = await serve(answerToken);
    const server = await serve((request, response) => {
      const name = /^\/v2\/(.*)\/tags/.exec(request.url)?.[1] ?? '';
      if (request.headers.authorization === `Bearer issued:repository:${name}:pull`)
        return json(response, { tags: [name] });
      return refuse(
        response,
        `Bearer realm="${tokenService.url}/token?a=b",service="the, \\"registry\\"",scope="all:*"`,
      );
    });
    return { registry: server, tokenService };
  }

  function refuse(response: ServerResponse, challenge: string | string[]): void {
    response.setHeader('www-authenticate', challenge).writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
  }

  const forEveryone: Answer = (request, response) => json(response, { token: issued(request.url) });
  const forUsers: Answer = (request, response) =>
    isUser(request)
      ? json(response, { access_token: issued(request.url) })
      : plain(401, 'incorrect username or password')(request, response);

  it('a token for nobody', async () => {
    const { registry, tokenService } = await guarded(forEveryone);
    expect(tagsOf(asTags(await ask(registryQuery(registry.url, 'team/app'))))).toEqual([['team/app']]);
    expect(tokenService.seen.map(({ url }) => Object.fromEntries(new URL(url, 'http://a').searchParams))).toEqual([
      { a: 'b', service: 'the, "registry"', scope: 'repository:team/app:pull' },
    ]);
    expect(tokenService.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('a token for a user, whose password only the service sees', async () => {
    const { registry, tokenService } = await guarded(forUsers);
    const credentials = { ...withUser, headers: { 'x-key': 'for-the-registry' } };
    expect(tagsOf(asTags(await ask(registryQuery(registry.url, 'a', 'b'), { credentials })))).toEqual([['a'], ['b']]);
    expect(tokenService.seen.every(isUser)).toBe(true);
    expect(tokenService.seen.every(({ headers }) => headers['x-key'] === undefined)).toBe(true);
    expect(registry.seen.every(({ headers }) => headers['x-key'] === 'for-the-registry')).toBe(true);
    expect(registry.seen.some(isUser)).toBe(false);
  });

  it('one token for all pages of a repository', async () => {
    const tokenService = await serve(forEveryone);
    const server = await serve((request, response) =>
      request.headers.authorization === 'Bearer issued:repository:app:pull'
        ? registry({ app: numbered(3_000) }, (path) => path)(request, response)
        : refuse(response, `Bearer realm="${tokenService.url}"`),
    );
    expect(tagsOf(asTags(await ask(registryQuery(server.url, 'app', 'app'))))).toEqual([
      numbered(3_000),
      numbered(3_000),
    ]);
    expect(tokenService.seen).toHaveLength(1);
  });

  it('another token when one ends in the middle of a list', async () => {
    let count = 0;
    const tokenService = await serve((_request, response) => json(response, { token: `t${++count}` }));
    const server = await serve((request, response) => {
      const isFirst = !request.url.includes('last');
      const wanted = isFirst ? 'Bearer t1' : 'Bearer t2';
      if (request.headers.authorization !== wanted) return refuse(response, `Bearer realm="${tokenService.url}"`);
      return registry({ app: numbered(1_500) }, (path) => path)(request, response);
    });
    expect(tagsOf(asTags(await ask(registryQuery(server.url, 'app'))))).toEqual([numbered(1_500)]);
    expect(count).toBe(2);
  });

  it('a wrong password', async () => {
    const { registry } = await guarded(forUsers);
    const credentials = { ...withUser, password: 'not-the-password' };
    const failure = asFailure(await ask(registryQuery(registry.url, 'app'), { credentials }));
    expect(failure).toMatchObject({ reason: 'Unauthorized' });
    expect(failure.message).toContain('incorrect username or password');
    expect(failure.message).not.toContain('not-the-password');
  });

  it('a token that the registry refuses all the same is asked for once', async () => {
    const { registry, tokenService } = await guarded((_request, response) =>
      json(response, { token: 'useless-token' }),
    );
    const failure = asFailure(await ask(registryQuery(registry.url, 'app')));
    expect(failure).toMatchObject({ reason: 'Unauthorized' });
    expect([registry.seen.length, tokenService.seen.length]).toEqual([2, 1]);
  });

  it('the token of a Secret at once, and nothing else', async () => {
    const server = await serve((_request, response) => json(response, { tags: ['1'] }));
    asTags(await ask(registryQuery(server.url, 'app'), { credentials: withToken }));
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
  });

  it('the token of a Secret that is refused is not replaced by asking as nobody', async () => {
    const { registry, tokenService } = await guarded(forEveryone);
    expect(asFailure(await ask(registryQuery(registry.url, 'app'), { credentials: withToken }))).toMatchObject({
      reason: 'Unauthorized',
    });
    expect(tokenService.seen).toEqual([]);
  });

  it('Basic, once the registry asks for it', async () => {
    const server = await serve((request, response) =>
      isUser(request) ? json(response, { tags: ['1'] }) : refuse(response, 'Basic realm="Registry Realm"'),
    );
    expect(tagsOf(asTags(await ask(registryQuery(server.url, 'app'), { credentials: withUser })))).toEqual([['1']]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, basic(USERNAME, PASSWORD)]);
  });

  it.each([
    ['no user', noCredentials, 1],
    ['a wrong password', { ...withUser, password: 'wrong-password' }, 2],
  ])('Basic with %s', async (_title, credentials, requests) => {
    const server = await serve((request, response) =>
      isUser(request) ? json(response, { tags: [] }) : refuse(response, 'Basic realm="x"'),
    );
    expect(asFailure(await ask(registryQuery(server.url, 'app'), { credentials }))).toMatchObject({
      reason: 'Unauthorized',
    });
    expect(server.seen).toHaveLength(requests);
  });

  it.each([
    ['in one header', 'Negotiate abc==, Basic realm="a, b", Bearer realm="REALM",service="s"'],
    ['in several headers', ['Basic realm="x"', 'bearer realm=REALM']],
  ])('Bearer before Basic, %s', async (_title, challenge) => {
    const tokenService = await serve(forUsers);
    const filled = [challenge].flat().map((text) => text.replace('REALM', tokenService.url));
    const server = await serve((request, response) =>
      request.headers.authorization === 'Bearer issued:repository:app:pull'
        ? json(response, { tags: ['1'] })
        : refuse(response, filled),
    );
    asTags(await ask(registryQuery(server.url, 'app'), { credentials: withUser }));
    expect(server.seen.some(isUser)).toBe(false);
  });

  it.each<[string, Answer, string, string]>([
    ['HTML', plain(200, '<html>'), 'BadResponse', 'not JSON'],
    ['no token', plain(200, '{"expires_in":60}'), 'BadResponse', 'neither token nor access_token'],
    ['a token with a line break', plain(200, '{"token":"a\\r\\nx-evil: 1"}'), 'BadResponse', 'token'],
    ['500', plain(500, 'down'), 'ServerError', 'answered 500: down'],
    ['429', plain(429, '', { 'retry-after': '7' }), 'RateLimited', 'too many requests'],
    ['403', plain(403, 'denied'), 'Forbidden', 'denied'],
  ])('a token service that answers %s', async (_title, answer, reason, says) => {
    const { registry, tokenService } = await guarded(answer);
    const failure = asFailure(await ask(registryQuery(registry.url, 'app'), { credentials: withUser }));
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain(says);
    expect(failure.message).toContain(tokenService.url);
    expect(failure.message).not.toMatch(/scope=|service=/);
  });

  it('a token that the registry repeats in its error', async () => {
    const tokenService = await serve((_request, response) => json(response, { token: 'fresh-secret-token' }));
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined) return refuse(response, `Bearer realm="${tokenService.url}"`);
      return response.writeHead(403).end(`no: ${request.headers.authorization}`);
    });
    const { message } = asFailure(await ask(registryQuery(server.url, 'app')));
    expect(message).toContain('[redacted]');
    expect(message).not.toContain('fresh-secret');
  });

  it.each(['file:///etc/passwd', 'nowhere', ''])('a realm that is no URL: "%s"', async (realm) => {
    const { url } = await serve((_request, response) => refuse(response, `Bearer realm="${realm}"`));
    expect(asFailure(await ask(registryQuery(url, 'app')))).toMatchObject({ reason: 'BadResponse' });
  });

  it.each([
    ['https://registry-1.docker.io', 'https://auth.docker.io/token', true],
    ['https://registry.example.com', 'https://registry.example.com/token', true],
    ['https://registry.example.com', 'http://registry.example.com/token', false],
    ['https://registry.example.com', 'http://auth.example.com/token', false],
    ['http://registry:5000', 'http://auth:5001/token', true],
    ['http://registry:5000', 'https://auth/token', true],
  ])('of %s the password goes to %s: %s', (from, realm, expected) => {
    expect(maySendPassword(new URL(from), new URL(realm))).toBe(expected);
  });
});
