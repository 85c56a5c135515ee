// Redirects are followed up to a limit, and credentials are never sent to another origin.
import { afterEach, describe, expect, it } from 'vitest';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import { closeServers, emptyVector, plain, type SeenRequest, serve } from './servers.ts';
import {
  basic,
  failureOf,
  PASSWORD,
  prometheusOf,
  prometheusQuery,
  registryQuery,
  run,
  TOKEN,
  USERNAME,
  withUser,
} from './single-query.ts';

afterEach(closeServers);

const redirect = (status: number, location: string) => plain(status, '', { location });

const credentials = {
  ...noCredentials,
  token: TOKEN,
  headers: { 'x-scope-orgid': 'team-seven', 'x-key': 'k-123456789' },
};

const textOf = (request: SeenRequest | undefined) => JSON.stringify(request);

describe('a redirect on the same origin', () => {
  it.each([301, 302, 303, 307, 308])('with status %i is followed with credentials', async (status) => {
    const server = await serve((request, response) =>
      (request.url.startsWith('/new') ? emptyVector : redirect(status, '/new?query=images'))(request, response),
    );
    expect(prometheusOf(await run(prometheusQuery(server.url), { credentials })).series).toEqual([]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/api/v1/query?query=images', '/new?query=images']);
    expect(server.seen[1]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-scope-orgid': 'team-seven' });
  });

  it.each([302, 308])('with status %i keeps a POST and its form', async (status) => {
    const server = await serve((request, response) =>
      request.url.startsWith('/new') ? emptyVector(request, response) : redirect(status, '/new')(request, response),
    );
    const query = `up + ${'x'.repeat(2_000)}`;
    prometheusOf(await run(prometheusQuery(server.url, { query })));
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(new URLSearchParams(server.seen[1]?.body).get('query')).toBe(query);
  });

  it('is followed without waiting for the end of its body', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/new') return emptyVector(request, response);
      return response.writeHead(302, { location: '/new' }).write('moved ');
    });
    prometheusOf(await run(prometheusQuery(server.url)));
  });
});

describe('a redirect to another origin', () => {
  it.each([
    ['token and headers', credentials],
    ['user and password', withUser],
  ])('is followed without %s', async (_what, given) => {
    const second = await serve(emptyVector);
    const first = await serve((request, response) => redirect(307, `${second.url}${request.url}`)(request, response));
    prometheusOf(await run(prometheusQuery(first.url), { credentials: given }));
    expect(first.seen[0]?.headers.authorization).toBeDefined();
    expect(second.seen).toHaveLength(1);
    expect(second.seen[0]?.headers.authorization).toBeUndefined();
    expect(textOf(second.seen[0])).not.toMatch(new RegExp(`${TOKEN}|team-seven|k-123|${USERNAME}`));
  });

  it('does not restore the credentials when it leads back', async () => {
    const home: Awaited<ReturnType<typeof serve>> = await serve((request, response) =>
      request.url === '/back' ? emptyVector(request, response) : redirect(302, away.url)(request, response),
    );
    const away = await serve((request, response) => redirect(302, `${home.url}/back`)(request, response));
    prometheusOf(await run(prometheusQuery(home.url), { credentials }));
    expect(home.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`, undefined]);
  });

  it('does not get the password when it requests Basic authentication', async () => {
    const second = await serve(plain(401, '', { 'www-authenticate': 'Basic realm="x"' }));
    const first = await serve((request, response) => redirect(302, `${second.url}${request.url}`)(request, response));
    const failure = failureOf(await run(registryQuery(first.url, 'app'), { credentials: withUser }));
    expect(failure.reason).toBe('Unauthorized');
    expect(failure.message).toContain(`${second.url} (reached by a redirect)`);
    expect(textOf(second.seen[0])).not.toContain(basic(USERNAME, PASSWORD));
    expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
  });

  it('appears in messages with its origin only', async () => {
    const second = await serve(plain(500, ''));
    const target = `${second.url.replace('//', '//me:pw@')}/signed/abc?signature=def`;
    const first = await serve(redirect(302, target));
    const { message } = failureOf(await run(prometheusQuery(first.url)));
    const origin = `${second.url} (reached by a redirect)`;
    expect(message).toBe(`server error (HTTP 500) from ${origin}: check the server's health`);
    expect(textOf(second.seen[0])).not.toContain(basic('me', 'pw'));
  });
});

describe('an invalid redirect', () => {
  const invalid = /^invalid redirect from .*: Location must be an http or https URL$/;
  it.each([
    ['to itself', () => '/api/v1/query?query=images', /^redirect loop from /],
    ['in a circle', (url: string) => (url === '/b' ? '/c' : '/b'), /^redirect loop from /],
    ['without an end', (url: string) => `${url}x`, /^too many redirects from .*: the limit is 5$/],
    ['to a file', () => 'file:///etc/passwd', invalid],
    ['to text that is not a URL', () => 'http://', invalid],
    ['without a Location', () => undefined, invalid],
  ])('%s is refused', async (_what, location, message) => {
    const server = await serve((request, response) => {
      const target = location(request.url);
      return (target === undefined ? plain(302, '') : redirect(302, target))(request, response);
    });
    const failure = { reason: 'BadResponse', message: expect.stringMatching(message) };
    expect(await run(prometheusQuery(server.url))).toMatchObject(failure);
    expect(server.seen.length).toBeLessThanOrEqual(6);
  });
});
