// Every failure of a Loki query has a reason and a message, and no message contains a credential.
import { afterEach, describe, expect, it } from 'vitest';
import type { FailureReason } from '../../../../hooks/discovery-policy/query.ts';
import { closeServers, json, plain, type Responder, serve } from '../servers.ts';
import { basic, failureOf, lokiQuery, PASSWORD, run, USERNAME, withUser } from '../single-query.ts';
import { loki, type StoredLine } from './loki-server.ts';

afterEach(closeServers);

const html = '<html><head><title>404 Not Found</title></head></html>';
const success =
  (resultType: string, result: unknown): Responder =>
  (_request, response) =>
    json(response, { status: 'success', data: { resultType, result } });
const streams = (...result: readonly unknown[]) => success('streams', result);
const excess = 'max entries limit per query exceeded, limit > max_entries_limit (5000 > 1000)';
const noStreams = /^unexpected streams from URL: check that it is Loki: "/;
const noLines = /^no log lines from URL: write a query that selects lines, such as .*; the result type is "matrix"$/;

/** Enough lines for several pages. */
const lines = Array.from({ length: 20_000 }, (_, index): StoredLine => {
  return { nanoseconds: 1_699_999_999_000_000_000n - BigInt(index), stream: {}, text: '' };
});

describe('a query fails', () => {
  it.each<[string, Responder, FailureReason, string | RegExp]>([
    [
      'a gateway has no such path',
      plain(404, html),
      'NotFound',
      /^not found \(HTTP 404\) from URL: check the URL of the source: "<html><head><title>404 Not Found/,
    ],
    [
      'the query is invalid',
      plain(400, 'syntax error'),
      'BadResponse',
      'query rejected (HTTP 400) at URL: "syntax error"',
    ],
    [
      'the server allows fewer lines',
      loki([], { maxEntries: 1_000 }),
      'BadResponse',
      `query rejected (HTTP 400) at URL: "${excess}"`,
    ],
    ['the server is overloaded', plain(429, 'too many requests'), 'RateLimited', /: "too many requests"$/],
    ['the server has no ring', plain(500, 'empty ring'), 'ServerError', /: "empty ring"$/],
    ['the response is HTML', plain(200, html), 'BadResponse', /^invalid response from URL: not JSON: "<html>/],
    ['the response is empty', plain(200, ''), 'BadResponse', 'empty response from URL: expected JSON'],
    [
      'the response is an error',
      plain(200, '{"status":"error"}'),
      'BadResponse',
      /^unexpected JSON from URL: status: /,
    ],
    ['it is a metric query', success('matrix', [{ metric: {}, values: [[1, '2']] }]), 'BadResponse', noLines],
    ['a stream is no object', streams(7), 'BadResponse', noStreams],
    ['a stream has no labels', streams({ values: [] }), 'BadResponse', noStreams],
    ['a stream has no lines', streams({ stream: {} }), 'BadResponse', noStreams],
    ['a label is not text', streams({ stream: { a: 1 }, values: [] }), 'BadResponse', noStreams],
    ['an entry is no pair', streams({ stream: {}, values: ['x'] }), 'BadResponse', noStreams],
    ['a time is not text', streams({ stream: {}, values: [[1, 'x']] }), 'BadResponse', noStreams],
    ['a time is no whole number', streams({ stream: {}, values: [['1e9', 'x']] }), 'BadResponse', noStreams],
    ['a line is missing', streams({ stream: {}, values: [['1']] }), 'BadResponse', noStreams],
  ])('if %s', async (_what, respond, reason, message) => {
    const { url } = await serve(respond);
    const failure = failureOf(await run(lokiQuery(url), { credentials: withUser }));
    expect(failure.reason).toBe(reason);
    const text = failure.message.replace(`${url}/loki/api/v1/query_range`, 'URL');
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  it('if the server hangs', async () => {
    const { url } = await serve(() => {});
    expect(await run(lokiQuery(url), { limits: { headersMilliseconds: 300 } })).toMatchObject({ reason: 'Timeout' });
  });

  it('if the time budget ends between two pages', async () => {
    const pages = loki(lines);
    const { url, seen } = await serve(
      (request, response) => void setTimeout(() => pages(request, response), seen.length * 150),
    );
    expect(await run(lokiQuery(url), { budgetMilliseconds: 1_000 })).toMatchObject({ reason: 'Timeout' });
  });

  it('without a word of the credentials that the server repeats', async () => {
    const { url } = await serve(({ headers }, response) =>
      response.writeHead(400).end(`${headers.authorization} ${PASSWORD}`),
    );
    const { message } = failureOf(await run(lokiQuery(url), { credentials: withUser }));
    expect(message).toContain('[redacted]');
    expect(message).not.toContain(PASSWORD);
    expect(message).not.toContain(basic(USERNAME, PASSWORD));
  });
});
