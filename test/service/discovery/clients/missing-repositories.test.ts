// Repositories that a registry does not find, or hides from requests without a login. The others are listed.
import { afterEach, describe, expect, it, test } from 'vitest';
import { noCredentials } from '../../../../service/discovery/credentials.ts';
import { closeServers, json, plain, type Responder, serve } from '../servers.ts';
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

const ADVICE = 'check the names of the repositories and the permissions of the credentials';

describe('a registry that does not find a repository', () => {
  it('returns the tags of the others, and the failure names the missing one', async () => {
    const { url } = await serve(registry({ a: ['1'], b: ['2', '3'] }));
    expect(await run(registryQuery(url, 'a', 'gone', 'b'))).toEqual({
      ok: true,
      type: 'registry',
      repositories: [
        { repository: 'a', tags: ['1'] },
        { repository: 'b', tags: ['2', '3'] },
      ],
      missing: {
        repositories: ['gone'],
        message:
          `repository gone: not found (HTTP 404) from ${url}/v2/gone/tags/list: ${ADVICE}: ` +
          '"{"errors":[{"code":"NAME_UNKNOWN"}]}"',
      },
    });
  });

  it('is asked for every repository, and the failure names three of the missing ones', async () => {
    const found = numbered(20);
    const server = await serve(registry(Object.fromEntries(found.map((name) => [name, ['1']]))));
    const outcome = registryOf(await run(registryQuery(server.url, 'p', ...found, 'q', 'r', 's', 't')));
    expect(outcome.repositories.map(({ repository }) => repository)).toEqual(found);
    expect(outcome.missing?.repositories).toEqual(['p', 'q', 'r', 's', 't']);
    expect(outcome.missing?.message).toMatch(/^repositories p, q, r and 2 more: not found \(HTTP 404\) from /);
    expect(server.seen).toHaveLength(25);
  });

  it('fails if it finds none of them', async () => {
    const server = await serve(plain(404, ''));
    const message = `repositories a, b: not found (HTTP 404) from ${server.url}/v2/a/tags/list: ${ADVICE}`;
    expect(await run(registryQuery(server.url, 'a', 'b'))).toEqual({ ok: false, reason: 'NotFound', message });
  });

  it('fails if another repository has another error', async () => {
    const { url } = await serve((request, response) =>
      request.url.includes('/down/') ? plain(500, '')(request, response) : registry({ a: ['1'] })(request, response),
    );
    const outcome = await run(registryQuery(url, 'a', 'gone', 'down'));
    expect(outcome).toMatchObject({ ok: false, reason: 'ServerError' });
  });

  it('fails if it is the token service that responds with a 404', async () => {
    const tokenService = await serve(plain(404, 'no such path'));
    const { url } = await serve((request, response) =>
      request.url.includes('/open/')
        ? oneTag(request, response)
        : refuse(response, `Bearer realm="${tokenService.url}"`),
    );
    const failure = failureOf(await run(registryQuery(url, 'open', 'closed')));
    expect(failure.reason).toBe('NotFound');
    expect(failure.message).toContain(`from ${tokenService.url}/`);
  });

  it('drops the first page of a repository whose second page is missing', async () => {
    const { url } = await serve((request, response) => {
      if (request.url.includes('last=')) return plain(404, '')(request, response);
      return registry({ a: ['1'], gone: numbered(1_500) })(request, response);
    });
    const { repositories, missing } = registryOf(await run(registryQuery(url, 'a', 'gone')));
    expect(repositories).toEqual([{ repository: 'a', tags: ['1'] }]);
    expect(missing?.repositories).toEqual(['gone']);
  });

  it('repeats a credential in its text, and the failure does not', async () => {
    const { url } = await serve((request, response) =>
      request.url.includes('/a/')
        ? oneTag(request, response)
        : plain(404, `you sent ${request.headers.authorization}`)(request, response),
    );
    const { missing } = registryOf(await run(registryQuery(url, 'a', 'gone'), { credentials: withToken }));
    expect(missing?.message).toContain('[redacted]');
    expect(missing?.message).not.toContain(TOKEN);
  });
});

/** Responds with a 404 to every request that `isLogin` does not accept. */
const hiding =
  (isLogin: (authorization: string | undefined) => boolean): Responder =>
  (request, response) =>
    isLogin(request.headers.authorization) ? oneTag(request, response) : plain(404, '')(request, response);

describe('a registry that hides its repositories from requests without a login', () => {
  it('gets the user and password of the Secret after its 404', async () => {
    const server = await serve(hiding((authorization) => authorization === basic(USERNAME, PASSWORD)));
    expect(await tagsAt(server.url, ['app'], { credentials: withUser })).toEqual([['1']]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, basic(USERNAME, PASSWORD)]);
  });

  it('may ask for a token of the user then', async () => {
    const tokenService = await serve((request, response) =>
      isUser(request) ? json(response, { token: 'user-token' }) : plain(401, '')(request, response),
    );
    const { url } = await serve((request, response) => {
      const { authorization } = request.headers;
      if (authorization === 'Bearer user-token') return oneTag(request, response);
      if (authorization === undefined) return plain(404, '')(request, response);
      return refuse(response, `Bearer realm="${tokenService.url}"`);
    });
    expect(await tagsAt(url, ['app'], { credentials: withUser })).toEqual([['1']]);
  });

  it('fails with Unauthorized if it refuses the password', async () => {
    const { url } = await serve((request, response) =>
      request.headers.authorization === undefined
        ? plain(404, '')(request, response)
        : refuse(response, 'Basic realm="Artifactory Realm"'),
    );
    const outcome = await run(registryQuery(url, 'app'), { credentials: withUser });
    expect(outcome).toMatchObject({ ok: false, reason: 'Unauthorized' });
  });

  test.each([
    ['without a Secret', noCredentials, [undefined]],
    ['with a token, which every request carries', withToken, [`Bearer ${TOKEN}`]],
    ['with a user who may not see it', withUser, [undefined, basic(USERNAME, PASSWORD)]],
  ])('does not show them %s', async (_what, credentials, authorizations) => {
    const server = await serve(plain(404, ''));
    const outcome = await run(registryQuery(server.url, 'app'), { credentials });
    expect(outcome).toMatchObject({ ok: false, reason: 'NotFound' });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(authorizations);
  });

  test('gets no password through a redirect to another origin', async () => {
    const second = await serve(plain(404, ''));
    const first = await serve((request, response) =>
      plain(307, '', { location: `${second.url}${request.url}` })(request, response),
    );
    const outcome = await run(registryQuery(first.url, 'app'), { credentials: withUser });
    expect(outcome).toMatchObject({ ok: false, reason: 'NotFound' });
    expect([...first.seen, ...second.seen].map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });
});
