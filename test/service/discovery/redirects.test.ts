// Proves that redirects are followed a little way, and that credentials never go along to another origin.
import { afterEach, describe, expect, it } from 'vitest';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import {
  asFailure,
  ask,
  asSeries,
  basic,
  PASSWORD,
  prometheusQuery,
  registryQuery,
  TOKEN,
  USERNAME,
  withUser,
} from './asking.ts';
import { type Answer, closeServers, json, plain, type SeenRequest, serve } from './servers.ts';

afterEach(closeServers);

const redirect = (status: number, location: string) => plain(status, '', { location });
const empty: Answer = (_request, response) =>
  json(response, { status: 'success', data: { resultType: 'vector', result: [] } });

const credentials = {
  ...noCredentials,
  token: TOKEN,
  headers: { 'x-scope-orgid': 'team-seven', 'x-key': 'k-123456789' },
};

/** All that a request said, for a search. */
const textOf = (request: SeenRequest | undefined) => JSON.stringify(request);

describe('a redirect on the same origin', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed with credentials', async (status) => {
    const server = await serve((request, response) =>
      request.url.startsWith('/new')
        ? empty(request, response)
        : redirect(status, '/new?query=images')(request, response),
    );
    expect(asSeries(await ask(prometheusQuery(server.url), { credentials })).series).toEqual([]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/api/v1/query?query=images', '/new?query=images']);
    expect(server.seen[1]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-scope-orgid': 'team-seven' });
  });

  it.each([301, 302, 307, 308])('%i leaves a POST a POST with its form', async (status) => {
    const server = await serve((request, response) =>
      request.url.startsWith('/new') ? empty(request, response) : redirect(status, '/new')(request, response),
    );
    const query = `up + ${'x'.repeat(2_000)}`;
    asSeries(await ask(prometheusQuery(server.url, { query })));
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(new URLSearchParams(server.seen[1]?.body).get('query')).toBe(query);
  });
});

describe('a redirect to another origin', () => {
  it.each([
    ['a token and headers', credentials],
    ['a user', withUser],
  ])('does not get %s', async (_title, given) => {
    const second = await serve(empty);
    const first = await serve((request, response) => redirect(307, `${second.url}${request.url}`)(request, response));
    asSeries(await ask(prometheusQuery(first.url), { credentials: given }));
    expect(first.seen[0]?.headers.authorization).toBeDefined();
    expect(second.seen).toHaveLength(1);
    expect(second.seen[0]?.headers.authorization).toBeUndefined();
    expect(textOf(second.seen[0])).not.toMatch(new RegExp(`${TOKEN}|team-seven|k-123|${USERNAME}`));
  });

  it('does not get them back by leading home again', async () => {
    const home: Awaited<ReturnType<typeof serve>> = await serve((request, response) =>
      request.url === '/stolen' ? empty(request, response) : redirect(302, away.url)(request, response),
    );
    const away = await serve((request, response) => redirect(302, `${home.url}/stolen`)(request, response));
    asSeries(await ask(prometheusQuery(home.url), { credentials }));
    expect(home.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`, undefined]);
  });

  it('is not answered when it asks for a password', async () => {
    const second = await serve(plain(401, '', { 'www-authenticate': 'Basic realm="x"' }));
    const first = await serve((request, response) => redirect(302, `${second.url}${request.url}`)(request, response));
    const failure = asFailure(await ask(registryQuery(first.url, 'app'), { credentials: withUser }));
    expect(failure.reason).toBe('Unauthorized');
    expect(failure.message).toContain(`${second.url} (reached by a redirect)`);
    expect(textOf(second.seen[0])).not.toContain(basic(USERNAME, PASSWORD));
    expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
  });

  it('shows nothing of where it leads but the origin', async () => {
    const second = await serve(plain(500, ''));
    const first = await serve((_request, response) =>
      redirect(302, `${second.url.replace('//', '//me:pw@')}/signed/abc?signature=def`)(_request, response),
    );
    const { message } = asFailure(await ask(prometheusQuery(first.url)));
    expect(message).toBe(`${second.url} (reached by a redirect) answered 500`);
    expect(textOf(second.seen[0])).not.toContain(basic('me', 'pw'));
  });
});

describe('a redirect that leads nowhere', () => {
  it.each([
    ['to itself', () => '/api/v1/query?query=images', 'redirects in a loop'],
    ['in a circle', (url: string) => (url === '/b' ? '/c' : '/b'), 'redirects in a loop'],
    ['on and on', (url: string) => `${url}x`, 'redirects more than the limit of 5 times'],
    ['to a file', () => 'file:///etc/passwd', 'redirects to what is no http or https URL'],
    ['to no URL', () => 'http://', 'redirects to what is no http or https URL'],
  ])('%s', async (_title, location, says) => {
    const server = await serve((request, response) => redirect(302, location(request.url))(request, response));
    const failure = asFailure(await ask(prometheusQuery(server.url)));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain(says);
    expect(server.seen.length).toBeLessThanOrEqual(6);
  });

  it('without a Location', async () => {
    const { url } = await serve(plain(302, ''));
    expect(asFailure(await ask(prometheusQuery(url))).message).toContain('redirects to what is no http or https URL');
  });

  it('with a body that never ends', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/new') return empty(request, response);
      return response.writeHead(302, { location: '/new' }).write('moved ');
    });
    asSeries(await ask(prometheusQuery(server.url)));
  });
});
