// Proves what Prometheus is asked, and what of its answers counts.
import { afterEach, describe, expect, it } from 'vitest';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import { SERIES_LIMIT, WARNING_LIMIT } from '../../../service/discovery/prometheus-answer.ts';
import {
  asFailure,
  ask,
  asSeries,
  basic,
  PASSWORD,
  prometheusQuery,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from './asking.ts';
import { type Answer, closeServers, json, plain, serve } from './servers.ts';

afterEach(closeServers);

const success =
  (data: unknown, more: object = {}): Answer =>
  (_request, response) =>
    json(response, { status: 'success', data, ...more });
const vector = (result: unknown, more: object = {}) => success({ resultType: 'vector', result }, more);
const matrix = (result: unknown) => success({ resultType: 'matrix', result });
const series = (image: string | undefined, value: string) => ({
  metric: image === undefined ? { pod: 'a' } : { image, pod: 'a' },
  value: [1_700_000_000.123, value],
});
const range = { startMilliseconds: 1_700_000_000_500, endMilliseconds: 1_700_000_600_000, stepMilliseconds: 1_500 };
const parametersOf = (url: string) => Object.fromEntries(new URL(url, 'http://a').searchParams);

describe('what is asked', () => {
  it.each([
    ['', '/api/v1/query'],
    ['/', '/api/v1/query'],
    ['/prometheus', '/prometheus/api/v1/query'],
    ['/prometheus///', '/prometheus/api/v1/query'],
    ['/a%20b/c#d', '/a%20b/c/api/v1/query'],
  ])('below the endpoint "%s" is %s', async (path, expected) => {
    const server = await serve(vector([]));
    const query = 'count(a{b=~"c.*"}) by (image) > 1 & 2';
    asSeries(await ask(prometheusQuery(`${server.url}${path}`, { query })));
    const { method, url, headers } = server.seen[0] ?? { method: '', url: '', headers: {} };
    expect([method, new URL(url, server.url).pathname, parametersOf(url)]).toEqual(['GET', expected, { query }]);
    expect(headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity' });
  });

  it('a query of the endpoint is kept', async () => {
    const server = await serve(vector([]));
    asSeries(await ask(prometheusQuery(`${server.url}/?tenant=a`)));
    expect(server.seen[0]?.url).toBe('/api/v1/query?tenant=a&query=images');
  });

  it('a range has start, end and step in seconds', async () => {
    const server = await serve(matrix([]));
    asSeries(await ask(prometheusQuery(server.url, { range })));
    expect(server.seen[0]?.url).toMatch(/^\/api\/v1\/query_range\?/);
    expect(parametersOf(server.seen[0]?.url ?? '')).toEqual({
      query: 'images',
      start: '1700000000.5',
      end: '1700000600',
      step: '1.5',
    });
  });

  it('a long query goes as a form', async () => {
    const server = await serve(vector([]));
    const query = `sum(up) + ${'é&'.repeat(400)}`;
    asSeries(await ask(prometheusQuery(server.url, { query }), { credentials: withToken }));
    const { method, url, headers, body } = server.seen[0] ?? { headers: {} };
    expect([method, url]).toEqual(['POST', '/api/v1/query']);
    expect(headers?.['content-type']).toBe('application/x-www-form-urlencoded');
    expect(headers?.authorization).toBe(`Bearer ${TOKEN}`);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ query });
  });

  it.each([405, 501])('a form that is refused with %i goes as a URL', async (status) => {
    const server = await serve((request, response) =>
      request.method === 'POST' ? plain(status, '')(request, response) : vector([])(request, response),
    );
    const query = 'x'.repeat(3_000);
    asSeries(await ask(prometheusQuery(server.url, { query })));
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(parametersOf(server.seen[1]?.url ?? '')).toEqual({ query });
  });

  it.each([
    ['nobody', noCredentials, undefined],
    ['a token', withToken, `Bearer ${TOKEN}`],
    ['a user', withUser, basic(USERNAME, PASSWORD)],
    ['a token before a user', { ...withUser, token: TOKEN }, `Bearer ${TOKEN}`],
    ['a header', { ...noCredentials, headers: { authorization: 'Custom abc' } }, 'Custom abc'],
  ])('as %s', async (_title, credentials, expected) => {
    const server = await serve(vector([]));
    asSeries(await ask(prometheusQuery(server.url), { credentials }));
    expect(server.seen[0]?.headers.authorization).toBe(expected);
  });

  it('with the headers of the Secret', async () => {
    const server = await serve(vector([]));
    const credentials = { ...noCredentials, headers: { 'x-scope-orgid': 'team|other' } };
    asSeries(await ask(prometheusQuery(server.url), { credentials }));
    expect(server.seen[0]?.headers['x-scope-orgid']).toBe('team|other');
  });
});

describe('what counts of an answer', () => {
  it('an instant query: one value a series', async () => {
    const { url } = await serve(vector([series('b:1', '4200'), series('a:1', '1e-3'), series('b:1', '-2')]));
    expect(await ask(prometheusQuery(url))).toEqual({
      ok: true,
      kind: 'prometheus',
      series: [
        { image: 'b:1', values: [4200] },
        { image: 'a:1', values: [0.001] },
        { image: 'b:1', values: [-2] },
      ],
      seriesWithoutImage: 0,
      valuesDropped: 0,
      warnings: [],
    });
  });

  it('a range: all values of a series', async () => {
    const values = [
      [1, '1'],
      [2, '2.5'],
      [3, 'NaN'],
    ];
    const { url } = await serve(matrix([{ metric: { image: 'a' }, values }]));
    const answer = asSeries(await ask(prometheusQuery(url, { range })));
    expect(answer).toMatchObject({ series: [{ image: 'a', values: [1, 2.5] }], valuesDropped: 1 });
  });

  it.each(['NaN', '+Inf', '-Inf', '', 'abc'])('"%s" is dropped and counted, and its series with it', async (value) => {
    const { url } = await serve(vector([series('a', value), series('b', '1')]));
    const answer = asSeries(await ask(prometheusQuery(url)));
    expect(answer).toMatchObject({ series: [{ image: 'b', values: [1] }], valuesDropped: 1, seriesWithoutImage: 0 });
  });

  it('series without an image are counted', async () => {
    const { url } = await serve(vector([series(undefined, '1'), series('', '1'), series('a', '1')]));
    const answer = asSeries(await ask(prometheusQuery(url)));
    expect(answer).toMatchObject({ series: [{ image: 'a', values: [1] }], valuesDropped: 0, seriesWithoutImage: 2 });
  });

  it('native histograms are no values', async () => {
    const histogram = [1, { count: '1', sum: '2', buckets: [] }];
    const instant = await serve(vector([{ metric: { image: 'a' }, histogram }]));
    expect(asSeries(await ask(prometheusQuery(instant.url)))).toMatchObject({ series: [], valuesDropped: 1 });
    const overTime = await serve(matrix([{ metric: { image: 'a' }, histograms: [histogram] }]));
    expect(asSeries(await ask(prometheusQuery(overTime.url, { range })))).toMatchObject({
      series: [],
      valuesDropped: 1,
    });
  });

  it('as many series as the limit allows', async () => {
    const { url } = await serve(vector(Array.from({ length: SERIES_LIMIT }, (_, index) => series(`i:${index}`, '1'))));
    expect(asSeries(await ask(prometheusQuery(url))).series).toHaveLength(SERIES_LIMIT);
  });

  it('warnings and infos are noted, without credentials', async () => {
    const more = { warnings: ['slow store', `no auth for ${TOKEN}`], infos: ['metric might not be a counter'] };
    const { url } = await serve(vector([], more));
    expect(asSeries(await ask(prometheusQuery(url), { credentials: withToken })).warnings).toEqual([
      'slow store',
      'no auth for [redacted]',
      'metric might not be a counter',
    ]);
  });

  it('of many warnings the first ones', async () => {
    const { url } = await serve(
      vector([], { warnings: Array.from({ length: WARNING_LIMIT + 3 }, (_, index) => `w${index}`) }),
    );
    const { warnings } = asSeries(await ask(prometheusQuery(url)));
    expect([warnings.length, warnings.at(-1)]).toEqual([WARNING_LIMIT + 1, 'and 3 more']);
  });

  it('nothing of a password that is too short to be found in what the source says', async () => {
    const { url } = await serve(plain(500, 'the password is abc'));
    const credentials = { ...withUser, password: 'abc' };
    const { message } = asFailure(await ask(prometheusQuery(url), { credentials }));
    expect(message).toContain('its words are not shown');
    expect(message).not.toContain('abc');
  });
});
