// The Loki client: how it reads the newest lines page by page, with which credentials, and how it fails.
import { afterEach, describe, expect, it } from 'vitest';
import type { LokiQuery } from '../../../../hooks/discovery-policy/query-types/loki.ts';
import { LINE_LIMIT, PAGE_LIMIT, PAGE_LIMIT_LINES } from '../../../../service/discovery/clients/loki.ts';
import { type Credentials, noCredentials } from '../../../../service/discovery/credentials.ts';
import { closeServers, json, type Responder, serve, type TestServer } from '../servers.ts';
import { basic, lokiOf, lokiQuery, PASSWORD, run, TOKEN, USERNAME, withToken, withUser } from '../single-query.ts';
import { loki, type StoredLine } from './loki-server.ts';

afterEach(closeServers);

const END = 1_700_000_000_000;
const NANOSECONDS = 1_000_000n;
const stream = { job: 'events', image: 'a:1' };

/** A line this long before the end of the queries. */
const lineBefore = (nanoseconds: bigint, text = '', labels: StoredLine['stream'] = stream): StoredLine => ({
  nanoseconds: BigInt(END) * NANOSECONDS - nanoseconds,
  stream: labels,
  text,
});

/** Lines with a gap of 1 ms. The texts count from the newest one. */
const numbered = (count: number): StoredLine[] =>
  Array.from({ length: count }, (_, index) => lineBefore(BigInt(index + 1) * NANOSECONDS, `line ${index}`));

const read = async (server: TestServer, options: Partial<LokiQuery> = {}, credentials = noCredentials) =>
  lokiOf(await run(lokiQuery(server.url, options), { credentials }));

const textsOf = ({ lines }: { readonly lines: readonly { readonly text: string }[] }) => lines.map(({ text }) => text);
const parametersOf = ({ url }: { readonly url: string }) => Object.fromEntries(new URL(url, 'http://a').searchParams);

describe('a request', () => {
  it('has times in nanoseconds, the largest usual limit and the direction backward', async () => {
    const server = await serve(loki([]));
    await read(server, { startMilliseconds: END - 86_400_000 });
    expect(server.seen.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
      'GET /loki/api/v1/query_range',
    ]);
    expect(server.seen.map(parametersOf)).toEqual([
      {
        query: '{job="events"}',
        start: '1699913600000000000',
        end: '1700000000000000000',
        limit: '5000',
        direction: 'backward',
      },
    ]);
  });

  it.each([
    ['/base', '/base'],
    ['/base//x/', '/base/x'],
  ])('to an endpoint with the path %s keeps it as %s', async (path, base) => {
    const server = await serve(loki(numbered(1), { base }));
    const { lines } = lokiOf(await run(lokiQuery(`${server.url}${path}`, { startMilliseconds: END - 10 })));
    expect(lines).toHaveLength(1);
  });

  it('reports its duration as one of Loki', async () => {
    const durations: [string, number][] = [];
    const { url } = await serve(loki([]));
    await run(lokiQuery(url), { onLatency: (type, seconds) => durations.push([type, seconds]) });
    expect(durations).toEqual([['loki', expect.any(Number)]]);
  });

  it('with a long query is a POST with a form', async () => {
    const server = await serve(loki(numbered(1)));
    const query = `{job="events"} |~ "${'x'.repeat(3_000)}"`;
    expect(await read(server, { query, startMilliseconds: END - 10 })).toMatchObject({ lines: [{ text: 'line 0' }] });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/loki/api/v1/query_range' });
  });

  it.each<[string, Credentials, object]>([
    ['a token', withToken, { authorization: `Bearer ${TOKEN}` }],
    ['a user', withUser, { authorization: basic(USERNAME, PASSWORD) }],
    [
      'an authorization header and a token',
      { ...withToken, headers: { authorization: 'Custom abc' } },
      { authorization: 'Custom abc' },
    ],
    [
      'a tenant',
      { ...withUser, headers: { 'x-scope-orgid': 'team' } },
      { 'x-scope-orgid': 'team', authorization: basic(USERNAME, PASSWORD) },
    ],
  ])('of a Secret with %s has its headers', async (_what, credentials, expected) => {
    const server = await serve(loki([]));
    await read(server, {}, credentials);
    expect(server.seen[0]?.headers).toMatchObject(expected);
  });

  it('of another tenant is refused', async () => {
    const server = await serve(loki([], { tenant: 'team' }));
    expect(await run(lokiQuery(server.url))).toMatchObject({
      ok: false,
      reason: 'Unauthorized',
      message: expect.stringContaining(': "no org id"'),
    });
    await read(server, {}, { ...noCredentials, headers: { 'x-scope-orgid': 'team' } });
  });
});

describe('the lines', () => {
  it('have their times in seconds and only the labels of the query', async () => {
    const labels = { image: 'a:1', reason: 'Pulled', other: 'x', __proto__x: 'y' };
    const server = await serve(
      loki([lineBefore(1_500_000_000n, 'hello', labels), lineBefore(NANOSECONDS, '', { job: 'events' })]),
    );
    expect(await read(server, { startMilliseconds: END - 2_000 })).toEqual({
      ok: true,
      type: 'loki',
      lines: [
        { time: 1_699_999_999.999, labels: {}, text: '' },
        { time: 1_699_999_998.5, labels: { image: 'a:1', reason: 'Pulled' }, text: 'hello' },
      ],
    });
  });

  it('include the first and exclude the last nanosecond', async () => {
    const server = await serve(
      loki([
        lineBefore(0n, 'at the end'),
        lineBefore(1n, 'last'),
        lineBefore(NANOSECONDS, 'first'),
        lineBefore(NANOSECONDS + 1n, 'too old'),
      ]),
    );
    expect(textsOf(await read(server, { startMilliseconds: END - 1 }))).toEqual(['last', 'first']);
  });

  it('with structured metadata are read', async () => {
    const values = [['1699999999000000000', 'a line', { traceID: 'x' }]];
    const server = await serve((_request, response) =>
      json(response, { status: 'success', data: { resultType: 'streams', result: [{ stream, values }] } }),
    );
    expect(textsOf(await read(server))).toEqual(['a line']);
  });

  it.each([
    ['no lines', []],
    ['null', null],
  ])('may be none: %s', async (_what, result) => {
    const server = await serve((_request, response) =>
      json(response, { status: 'success', data: { resultType: 'streams', result } }),
    );
    expect(await read(server)).toEqual({ ok: true, type: 'loki', lines: [] });
  });
});

describe('the pages of a query', () => {
  it.each([
    [PAGE_LIMIT_LINES - 1, 1],
    [PAGE_LIMIT_LINES, 2],
    [PAGE_LIMIT_LINES + 1, 2],
    [12_345, 3],
  ])('bring all of %i lines with %i requests, each line once', async (count, requests) => {
    const server = await serve(loki(numbered(count)));
    const response = await read(server);
    expect(textsOf(response)).toEqual(numbered(count).map(({ text }) => text));
    expect(response.missing).toBeUndefined();
    expect(server.seen).toHaveLength(requests);
  });

  it('end one nanosecond behind the oldest line of the page before', async () => {
    const server = await serve(loki(numbered(PAGE_LIMIT_LINES + 1)));
    await read(server);
    const oldest = lineBefore(BigInt(PAGE_LIMIT_LINES) * NANOSECONDS).nanoseconds;
    expect(server.seen.map(parametersOf).map(({ end }) => end)).toEqual(['1700000000000000000', String(oldest + 1n)]);
  });

  it('bring all lines of one time that spans two pages', async () => {
    const same = Array.from({ length: 4_000 }, (_, index) => lineBefore(7n * NANOSECONDS, `same ${index}`));
    const newer = Array.from({ length: 3_000 }, (_, index) => lineBefore(BigInt(index + 1), `newer ${index}`));
    const older = [lineBefore(8n * NANOSECONDS, 'older')];
    const stored = [...newer, ...same, ...older];
    const response = await read(await serve(loki(stored)));
    expect(textsOf(response)).toEqual(stored.map(({ text }) => text));
    expect(response.missing).toBeUndefined();
  });

  it('keep equal lines of one time that are in different streams', async () => {
    const twins = ['n1', 'n2'].map((node) =>
      lineBefore(BigInt(PAGE_LIMIT_LINES) * NANOSECONDS, 'twin', { image: 'a:1', node }),
    );
    const stored = [...numbered(PAGE_LIMIT_LINES - 1), ...twins];
    expect(textsOf(await read(await serve(loki(stored)))).filter((text) => text === 'twin')).toHaveLength(2);
  });

  it('continue behind a time with more lines than a page, and report the lines between', async () => {
    const same = Array.from({ length: PAGE_LIMIT_LINES + 10 }, (_, index) => lineBefore(NANOSECONDS, `same ${index}`));
    const response = await read(await serve(loki([...same, lineBefore(2n * NANOSECONDS, 'older')])));
    expect(response.lines).toHaveLength(PAGE_LIMIT_LINES + 1);
    expect(textsOf(response).at(-1)).toBe('older');
    expect(response.missing).toBe('some lines were not read: more than 5000 have the same time');
  });

  it('stop at the limit of lines, with the newest ones', async () => {
    const server = await serve(loki(numbered(LINE_LIMIT + 1)));
    const response = await read(server);
    expect(textsOf(response)).toEqual(numbered(LINE_LIMIT).map(({ text }) => text));
    expect(response.missing).toBe('only the newest 50000 lines were read: narrow the query or shorten lookback');
    expect(server.seen).toHaveLength(11);
  });

  it('stop at a server that returns the same page again and again', async () => {
    const page = numbered(PAGE_LIMIT_LINES);
    const server = await serve((request, response) =>
      loki(page)({ ...request, url: request.url.replace(/end=\d+/, 'end=1700000000000000000') }, response),
    );
    const response = await read(server);
    expect(response.lines).toHaveLength(PAGE_LIMIT_LINES);
    expect(response.missing).toMatch(/^only the newest 5000 lines were read/);
    expect(server.seen).toHaveLength(PAGE_LIMIT);
  });

  it('stop at the limit of text', async () => {
    const text = 'x'.repeat(1_000_000);
    const endless: Responder = (request, response) => {
      const end = BigInt(parametersOf(request).end ?? 0);
      const limit = Number(parametersOf(request).limit);
      const values = Array.from({ length: limit }, (_, index) => [
        String(end - 2n - BigInt(index)),
        index < 20 ? text : '',
      ]);
      json(response, { status: 'success', data: { resultType: 'streams', result: [{ stream, values }] } });
    };
    const server = await serve(endless);
    const response = await read(server);
    expect(server.seen).toHaveLength(4);
    expect(response.missing).toBe('only the newest 20000 lines were read: narrow the query or shorten lookback');
  });
});
