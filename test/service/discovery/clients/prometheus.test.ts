// The Prometheus client: which requests it sends, and which series, values and warnings of a response it keeps.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { compileQuery } from '../../../../hooks/discovery-policy/query-types/compiled-query.ts';
import type { PrometheusQuery } from '../../../../hooks/discovery-policy/query-types/prometheus.ts';
import { SERIES_LIMIT, WARNING_LIMIT } from '../../../../service/discovery/clients/prometheus-response.ts';
import { type Credentials, noCredentials } from '../../../../service/discovery/credentials.ts';
import { closeServers, json, plain, type Responder, type SeenRequest, serve } from '../servers.ts';
import {
  basic,
  PASSWORD,
  prometheusOf,
  prometheusQuery,
  run,
  TOKEN,
  USERNAME,
  withToken,
  withUser,
} from '../single-query.ts';

afterEach(closeServers);

const success =
  (data: unknown, more: object = {}): Responder =>
  (_request, response) =>
    json(response, { status: 'success', data, ...more });
const vector = (result: unknown, more: object = {}) => success({ resultType: 'vector', result }, more);
const matrix = (result: unknown) => success({ resultType: 'matrix', result });
const series = (image: string | undefined, value: string) => ({
  metric: image === undefined ? { pod: 'a' } : { image, pod: 'a' },
  value: [1_700_000_000.123, value],
});
const range = { startMilliseconds: 1_700_000_000_500, endMilliseconds: 1_700_000_600_000, stepMilliseconds: 1_500 };
const parametersOf = (url = '') => Object.fromEntries(new URL(url, 'http://a').searchParams);

const withHeaders = (headers: Credentials['headers']): Credentials => ({ ...noCredentials, headers });
const NO_REQUEST: SeenRequest = { method: '', url: '', headers: {}, body: '' };

/** Runs a query at a path of a server that has no series, and returns its request. */
async function requestOf(options: Partial<PrometheusQuery> = {}, credentials = noCredentials, path = '') {
  const server = await serve(options.range === undefined ? vector([]) : matrix([]));
  prometheusOf(await run(prometheusQuery(`${server.url}${path}`, options), { credentials }));
  return server.seen[0] ?? NO_REQUEST;
}

describe('a request', () => {
  it.each([
    ['', '/api/v1/query', {}],
    ['/', '/api/v1/query', {}],
    ['/prometheus///', '/prometheus/api/v1/query', {}],
    ['//mimir//prometheus', '/mimir/prometheus/api/v1/query', {}],
    ['/a%20b/c#d', '/a%20b/c/api/v1/query', {}],
    ['/?tenant=a', '/api/v1/query', { tenant: 'a' }],
  ])('to an endpoint with the path "%s" has the path %s and keeps its query', async (path, expected, more) => {
    const query = 'count(a{b=~"c.*"}) by (image) > 1 & 2';
    const { method, url, headers } = await requestOf({ query }, noCredentials, path);
    expect([method, url.split('?')[0], parametersOf(url)]).toEqual(['GET', expected, { ...more, query }]);
    expect(headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity' });
  });

  it('for a range has start, end and step in seconds', async () => {
    const { url } = await requestOf({ range });
    expect(url).toMatch(/^\/api\/v1\/query_range\?/);
    expect(parametersOf(url)).toEqual({ query: 'images', start: '1700000000.5', end: '1700000600', step: '1.5' });
  });

  it('with a long query is a POST with a form', async () => {
    const query = `sum(up) + ${'é&'.repeat(400)}`;
    const { method, url, headers, body } = await requestOf({ query }, withToken);
    expect([method, url]).toEqual(['POST', '/api/v1/query']);
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Bearer ${TOKEN}` };
    expect(headers).toMatchObject(form);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ query });
  });

  it.each([405, 501])('with a long query is a GET after a POST was refused with %i', async (status) => {
    const server = await serve((request, response) =>
      request.method === 'POST' ? plain(status, '')(request, response) : vector([])(request, response),
    );
    const query = 'x'.repeat(3_000);
    prometheusOf(await run(prometheusQuery(server.url, { query })));
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(parametersOf(server.seen[1]?.url)).toEqual({ query });
  });

  it.each<[string, Credentials, object]>([
    ['a token', withToken, { authorization: `Bearer ${TOKEN}` }],
    ['a user', withUser, { authorization: basic(USERNAME, PASSWORD) }],
    ['a token and a user', { ...withUser, token: TOKEN }, { authorization: `Bearer ${TOKEN}` }],
    ['an authorization header', withHeaders({ authorization: 'Custom abc' }), { authorization: 'Custom abc' }],
    [
      'an authorization header, a token and a user',
      { ...withUser, token: TOKEN, headers: { authorization: 'Custom abc' } },
      { authorization: 'Custom abc' },
    ],
    ['another header', withHeaders({ 'x-scope-orgid': 'team|other' }), { 'x-scope-orgid': 'team|other' }],
  ])('of a Secret with %s has its headers', async (_what, credentials, expected) => {
    expect((await requestOf({}, credentials)).headers).toMatchObject(expected);
  });

  it('without credentials has no authorization', async () => {
    expect((await requestOf()).headers.authorization).toBeUndefined();
  });
});

/** The result of a query at a server with one response. */
const resultOf = async (respond: Responder, options: Partial<PrometheusQuery> = {}, credentials = noCredentials) =>
  prometheusOf(await run(prometheusQuery((await serve(respond)).url, options), { credentials }));

describe('a response', () => {
  it('of an instant query has one value per series', async () => {
    const times = [1_700_000_000.123];
    const result = [series('b:1', '4200'), series('a:1', '1e-3'), series('b:1', '-2')];
    expect(await resultOf(vector(result))).toEqual({
      ok: true,
      type: 'prometheus',
      series: [
        { image: 'b:1', times, values: [4200] },
        { image: 'a:1', times, values: [0.001] },
        { image: 'b:1', times, values: [-2] },
      ],
      seriesWithoutImage: 0,
      valuesDropped: 0,
      warnings: [],
    });
  });

  it('of a range query has all finite values of a series with their times', async () => {
    const values = ['1', '2.5', 'NaN'].map((value, index) => [index, value]);
    const result = await resultOf(matrix([{ metric: { image: 'a' }, values }]), { range });
    expect(result).toMatchObject({ series: [{ image: 'a', times: [0, 1], values: [1, 2.5] }], valuesDropped: 1 });
  });

  it.each(['NaN', '+Inf', '-Inf', '', 'abc'])('drops and counts the value "%s"', async (value) => {
    const result = await resultOf(vector([series('a', value), series('b', '1')]));
    expect(result).toMatchObject({
      series: [
        { image: 'a', values: [] },
        { image: 'b', values: [1] },
      ],
      valuesDropped: 1,
      seriesWithoutImage: 0,
    });
  });

  it.each<[string, unknown]>([
    ['is a single number', 5],
    ['is an empty pair', []],
    ['has a time and no value', [1]],
    ['has a time as text', ['1', '2']],
    ['has a value as a number', [1, 2]],
    ['is null', null],
  ])('drops and counts a point that %s', async (_what, point) => {
    const result = await resultOf(matrix([{ metric: { image: 'a' }, values: [[1, '5'], point, [3, '6']] }]), { range });
    expect(result).toMatchObject({ series: [{ image: 'a', times: [1, 3], values: [5, 6] }], valuesDropped: 1 });
  });

  it('of a range query may have single values', async () => {
    const result = await resultOf(vector([series('a', '4')]), { range });
    expect(result.series).toEqual([{ image: 'a', times: [1_700_000_000.123], values: [4] }]);
  });

  it('of an instant query may have lists of values', async () => {
    const result = await resultOf(
      matrix([
        {
          metric: { image: 'a' },
          values: [
            [1, '5'],
            [2, '6'],
          ],
        },
      ]),
    );
    expect(result.series).toEqual([{ image: 'a', times: [1, 2], values: [5, 6] }]);
  });

  it('may have the other field than its result type promises', async () => {
    const values = await resultOf(vector([{ metric: { image: 'a' }, values: [[1, '5']] }]));
    const value = await resultOf(matrix([{ metric: { image: 'a' }, value: [1, '5'] }]), { range });
    const expected = [{ image: 'a', times: [1], values: [5] }];
    expect([values.series, value.series]).toEqual([expected, expected]);
  });

  it.each([
    ['null as a vector', vector(null)],
    ['null as a matrix', matrix(null)],
    ['null as warnings', vector([], { warnings: null, infos: null })],
  ])('with %s has no series', async (_title, respond) => {
    const server = await serve(respond);
    expect(prometheusOf(await run(prometheusQuery(server.url)))).toMatchObject({ series: [], warnings: [] });
  });

  it.each([
    [true, true],
    [false, undefined],
    [null, undefined],
    ['true', undefined],
    [undefined, undefined],
  ])('of VictoriaMetrics with isPartial %j is partial: %j', async (isPartial, expected) => {
    const body = { status: 'success', isPartial, data: { resultType: 'vector', result: [series('a:1', '3')] } };
    const result = await resultOf((_request, response) => json(response, body));
    expect(result).toMatchObject({ series: [{ image: 'a:1', values: [3] }] });
    expect(result.isPartial).toBe(expected);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('compressed with %s, although identity was requested, is read', async (encoding, compress) => {
    const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [series('a:1', '3')] } });
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(body)),
    );
    const { series: found } = prometheusOf(await run(prometheusQuery(server.url)));
    expect(found).toMatchObject([{ image: 'a:1', values: [3] }]);
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('becomes finite samples of images, and an image without one is a candidate', async () => {
    const pair = (value: string) => [1_700_000_000, value];
    const result = [
      { metric: { image: 'a' }, values: ['5', 'NaN'].map(pair) },
      { metric: { image: 'b' }, values: ['+Inf'].map(pair) },
      { metric: { image: 'c' }, values: [] },
      { metric: { pod: 'x' }, values: ['7'].map(pair) },
      { metric: { image: 'd', pod: '1' }, values: ['1'].map(pair) },
      { metric: { image: 'd', pod: '2' }, values: ['40'].map(pair) },
      { metric: { image: 'e' }, values: [[1], 'x', ['y', '1']] },
    ];
    const outcome = await resultOf(matrix(result), { range });
    const prometheus = { endpoint: 'http://a', query: 'up', queryType: 'range' } as const;
    const query = compileQuery({ name: 'q', type: 'prometheus', prometheus }, 'spec.queries.0');
    const { images, remarks } = query.parse(outcome, 0);
    const values = Object.fromEntries([...images].map(([image, samples]) => [image, samples.values]));
    expect(values).toEqual({ a: [5], b: [], c: [], d: [1, 40], e: [] });
    expect(remarks).toEqual(['1 result without an image label', '5 non-finite values']);
  });

  it('counts series without an image', async () => {
    const result = await resultOf(vector([series(undefined, '1'), series('', '1'), series('a', '1')]));
    expect(result).toMatchObject({ series: [{ image: 'a', values: [1] }], valuesDropped: 0, seriesWithoutImage: 2 });
  });

  it('counts a native histogram as a dropped value', async () => {
    const histogram = [1, { count: '1', sum: '2', buckets: [] }];
    const instant = vector([{ metric: { image: 'a' }, histogram }]);
    const overTime = matrix([{ metric: { image: 'a' }, histograms: [histogram] }]);
    const dropped = { series: [{ image: 'a', values: [] }], valuesDropped: 1 };
    expect([await resultOf(instant), await resultOf(overTime, { range })]).toMatchObject([dropped, dropped]);
  });

  it('may have as many series as the limit', async () => {
    const respond = vector(Array.from({ length: SERIES_LIMIT }, (_, index) => series(`i:${index}`, '1')));
    expect((await resultOf(respond)).series).toHaveLength(SERIES_LIMIT);
  });

  it('keeps warnings and infos without credentials', async () => {
    const more = { warnings: ['slow store', `no auth for ${TOKEN}`], infos: ['metric might not be a counter'] };
    const shown = ['slow store', 'no auth for [redacted]', 'metric might not be a counter'];
    expect((await resultOf(vector([], more), {}, withToken)).warnings).toEqual(shown);
  });

  it('keeps only the first of many warnings', async () => {
    const warnings = Array.from({ length: WARNING_LIMIT + 3 }, (_, index) => `w${index}`);
    const result = await resultOf(vector([], { warnings }));
    expect(result.warnings).toEqual([...warnings.slice(0, WARNING_LIMIT), 'and 3 more']);
  });
});
