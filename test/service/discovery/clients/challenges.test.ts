// A 401 of Prometheus or Loki with the challenge of a token service: who follows it, and which credentials go where.
import { afterEach, describe, expect, it } from 'vitest';
import type { DiscoveryQuery } from '../../../../hooks/discovery-policy/query.ts';
import { noCredentials } from '../../../../service/discovery/credentials.ts';
import { closeServers, emptyVector, json, plain, type Responder, serve } from '../servers.ts';
import {
  basic,
  lokiQuery,
  PASSWORD,
  prometheusQuery,
  run,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from '../single-query.ts';
import { refuse } from './registries.ts';

afterEach(closeServers);

const noLines: Responder = (_request, response) =>
  json(response, { status: 'success', data: { resultType: 'streams', result: [] } });

/** A source that accepts only the tokens of its token service. */
async function guarded(
  respond: Responder,
  issue: Responder,
  challengeOf = (realm: string) => `Bearer realm="${realm}",service="logs",scope="read"`,
) {
  const tokenService = await serve(issue);
  const source = await serve((request, response) =>
    request.headers.authorization === 'Bearer issued'
      ? respond(request, response)
      : refuse(response, challengeOf(`${tokenService.url}/token?a=b`)),
  );
  return { tokenService, source };
}

const issue: Responder = (_request, response) => json(response, { token: 'issued' });
const headers = { 'x-scope-orgid': 'team' };

const types: readonly [string, (url: string, secretName?: string) => DiscoveryQuery, Responder][] = [
  ['Prometheus', (url, secretName) => prometheusQuery(url, { secretName }), emptyVector],
  ['Loki', (url, secretName) => lokiQuery(url, { secretName }), noLines],
];

describe.each(types)('the challenge of %s', (_type, queryAt, respond) => {
  it('is followed once with the user of the Secret, whose headers go to the source only', async () => {
    const { tokenService, source } = await guarded(respond, issue);
    const credentials = { ...withUser, headers };
    expect(await run(queryAt(source.url, 'creds'), { credentials })).toMatchObject({ ok: true });
    expect(tokenService.seen).toMatchObject([
      { url: '/token?a=b&service=logs&scope=read', headers: { authorization: basic(USERNAME, PASSWORD) } },
    ]);
    expect(tokenService.seen[0]?.headers['x-scope-orgid']).toBeUndefined();
    const sent = source.seen.map((request) => [request.headers.authorization, request.headers['x-scope-orgid']]);
    expect(sent).toEqual([
      [basic(USERNAME, PASSWORD), 'team'],
      ['Bearer issued', 'team'],
    ]);
  });

  it('is followed anonymously if the Secret has only headers', async () => {
    const { tokenService, source } = await guarded(respond, (_request, response) =>
      json(response, { access_token: 'issued' }),
    );
    expect(await run(queryAt(source.url, 'creds'), { credentials: { ...noCredentials, headers } })).toMatchObject({
      ok: true,
    });
    expect(tokenService.seen.map((request) => request.headers.authorization)).toEqual([undefined]);
  });

  it('is not followed without a Secret', async () => {
    const { tokenService, source } = await guarded(respond, issue);
    expect(await run(queryAt(source.url))).toMatchObject({ ok: false, reason: 'Unauthorized' });
    expect([tokenService.seen.length, source.seen.length]).toEqual([0, 1]);
  });

  it('is not followed with a token that was refused', async () => {
    const { tokenService, source } = await guarded(respond, issue);
    expect(await run(queryAt(source.url, 'creds'), { credentials: withToken })).toMatchObject({
      reason: 'Unauthorized',
    });
    expect(tokenService.seen).toEqual([]);
    expect(source.seen.map((request) => request.headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
  });

  it('is not repeated if the issued token is refused too', async () => {
    const { tokenService, source } = await guarded(respond, (_request, response) => json(response, { token: 'other' }));
    expect(await run(queryAt(source.url, 'creds'), { credentials: withUser })).toMatchObject({
      reason: 'Unauthorized',
    });
    expect([tokenService.seen.length, source.seen.length]).toEqual([1, 2]);
  });

  it.each([
    ['has no realm', () => 'Bearer service="logs"'],
    ['has another scheme', () => 'Basic realm="logs"'],
    ['is nonsense', () => '=,='],
  ])('that %s leaves the 401', async (_what, challengeOf) => {
    const { tokenService, source } = await guarded(respond, issue, challengeOf);
    expect(await run(queryAt(source.url, 'creds'), { credentials: withUser })).toMatchObject({
      reason: 'Unauthorized',
    });
    expect([tokenService.seen.length, source.seen.length]).toEqual([0, 1]);
  });

  it('fails with the error of the token service', async () => {
    const { source } = await guarded(respond, plain(403, 'no access for this user'));
    expect(await run(queryAt(source.url, 'creds'), { credentials: withUser })).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining('"no access for this user"'),
    });
  });
});

it('the pages of a Loki query share one token', async () => {
  const nanoseconds = 1_699_999_999_000_000_000n;
  const pages: Responder = ({ url }, response) => {
    const isFirst = url.includes('end=1700000000000000000');
    const count = isFirst ? 5_000 : 1;
    const values = Array.from({ length: count }, (_, index) => [
      String(nanoseconds - BigInt(index + (isFirst ? 0 : 5_000))),
      '',
    ]);
    json(response, { status: 'success', data: { resultType: 'streams', result: [{ stream: {}, values }] } });
  };
  const { tokenService, source } = await guarded(pages, issue);
  expect(await run(lokiQuery(source.url), { credentials: withUser })).toMatchObject({
    ok: true,
    lines: { length: 5_001 },
  });
  expect([tokenService.seen.length, source.seen.length]).toEqual([1, 3]);
});
