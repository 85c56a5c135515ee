// Every failure of a source has a reason and a message that advises the user, and no message contains a credential.
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { DISCOVERY_SOURCES_LIMIT, MESSAGE_LIMIT_CHARACTERS, REPOSITORIES_LIMIT } from '../../../crds/limits.ts';
import type { FailureReason } from '../../../hooks/discovery-policy/query.ts';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import { HTTP_LIMITS } from '../../../service/discovery/http-client.ts';
import { RETRY_AFTER_LIMIT_MILLISECONDS } from '../../../service/discovery/response-errors.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import { closeServers, emptyVector, plain, type Responder, serve, serveTcp, unusedPort } from './servers.ts';
import {
  failureOf,
  PASSWORD,
  prometheusQuery,
  type RunOptions,
  registryQuery,
  run,
  TOKEN,
  USERNAME,
  withUser,
} from './single-query.ts';

afterEach(closeServers);

const MEBIBYTE = 1024 * 1024;
const everySecret = { ...noCredentials, token: TOKEN, username: USERNAME, password: PASSWORD };
const html = '<html><head><title>Sign in</title></head><body>please</body></html>';
const success = (data: unknown) => JSON.stringify({ status: 'success', data });
const vector = (result: unknown) => success({ resultType: 'vector', result });

/** Repeats everything that the client sent. */
const echo =
  (status: number): Responder =>
  ({ headers, url }, response) =>
    response.writeHead(status).end(`you sent ${url} ${headers.authorization} ${JSON.stringify(headers)} ${PASSWORD}`);

/** Completes "a source that ...". */
type What = string;
/** URL stands for the URL of the request. */
type Message = string | RegExp;

function expectNoSecret(message: string): void {
  for (const secret of [TOKEN, PASSWORD, Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64'), 'tok-', 'pass/']) {
    expect(message).not.toContain(secret);
  }
  expect(message).not.toMatch(/[\n\r?]query=/);
  expect(message.length).toBeLessThanOrEqual(MESSAGE_LIMIT_CHARACTERS);
}

/** Runs a Prometheus query with every kind of credentials and checks its failure. */
async function expectFailure(respond: Responder, reason: FailureReason, message: Message, options: RunOptions = {}) {
  const server = await serve(respond);
  const failure = failureOf(await run(prometheusQuery(server.url), { credentials: everySecret, ...options }));
  expect(failure).toMatchObject({ ok: false, reason });
  const text = failure.message.replace(`${server.url}/api/v1/query`, 'URL');
  if (typeof message === 'string') expect(text).toBe(message);
  else expect(text).toMatch(message);
  expectNoSecret(failure.message);
  expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
}

describe('a Prometheus source', () => {
  it.each<[number, FailureReason, string]>([
    [401, 'Unauthorized', 'unauthorized (HTTP 401) from URL: check the credentials in the Secret of secretRef'],
    [403, 'Forbidden', 'forbidden (HTTP 403) from URL: check the permissions of the credentials'],
    [404, 'NotFound', 'not found (HTTP 404) from URL: check the URL of the source'],
    [418, 'BadResponse', 'unexpected response (HTTP 418) from URL: check that the URL is that of the API'],
    [429, 'RateLimited', 'rate limited (HTTP 429) from URL: raise syncInterval or use credentials'],
    [502, 'ServerError', "server error (HTTP 502) from URL: check the server's health"],
  ])('that returns the status %i fails with %s and the text of the server', async (status, reason, message) => {
    await expectFailure(plain(status, 'so it is'), reason, `${message}: "so it is"`);
    await expectFailure(plain(status, ''), reason, message);
  });

  it.each<[What, string, Message]>([
    ['HTML', html, /^invalid response from URL: not JSON: "<html><head><title>Sign in/],
    ['nothing', '', 'empty response from URL: expected JSON'],
    ['truncated JSON', '{"status":"success","da', /^invalid response from URL: truncated or damaged JSON: "{"status"/],
    ['JSON of another shape', '{"status":"success"}', /^unexpected JSON from URL: data: .*: "{"status":"success"}"$/],
    ['series of another shape', vector([{ metric: [] }]), /^unexpected series from URL: check that it is a Prometheus/],
    ['values of another shape', vector([{ metric: { image: 'a' }, values: 'x' }]), /^unexpected series from URL/],
    [
      'a scalar',
      success({ resultType: 'scalar', result: [1, '2'] }),
      /^no series from URL: write a query whose series have an `image` label.* the result type is "scalar"$/,
    ],
    [
      'too many series',
      vector(Array.from({ length: 50_001 }, (_, index) => ({ metric: { image: `i${index}` }, value: [1, '1'] }))),
      '50001 series from URL: reduce them to the limit of 50000 with topk() or `by (image)`',
    ],
    [
      'too many values',
      success({ resultType: 'matrix', result: [{ metric: {}, values: Array(1_000_001).fill([1, '1']) }] }),
      '1000001 values from URL: reduce them to the limit of 1000000 with a larger step',
    ],
  ])('that returns %s fails with BadResponse', async (_what, body, message) => {
    await expectFailure(plain(200, body), 'BadResponse', message);
  });

  it.each<[number, string, FailureReason, string]>([
    [400, 'bad_data: 1:5: parse error: unexpected ")"', 'BadResponse', 'query rejected (HTTP 400)'],
    [200, 'bad_data: no', 'BadResponse', 'query rejected (HTTP 200)'],
    [503, 'timeout: query timed out in expression evaluation', 'Timeout', 'query timed out (HTTP 503)'],
    [500, 'internal: disk', 'ServerError', 'query failed (HTTP 500)'],
  ])('that returns a %i with the error "%s" fails with %s', async (status, text, reason, problem) => {
    const [, errorType, error] = /^(\w+): (.*)$/.exec(text) ?? [];
    const body = JSON.stringify({ status: 'error', errorType, error });
    await expectFailure(plain(status, body), reason, `${problem} at URL: "${text}"`);
  });

  const encoded =
    (encoding: string, body: string | Buffer): Responder =>
    (_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
  const closing: Responder = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"status":"succ');
    setTimeout(() => response.destroy(), 50);
  };
  const truncated = gzipSync('x'.repeat(10_000)).subarray(0, 20);
  const bomb = gzipSync(Buffer.alloc(HTTP_LIMITS.responseBytes + 1));
  const damaged = /^damaged compressed response \(\w+\) at URL: /;
  it.each<[What, Responder, Message]>([
    [
      'compresses its response in an unknown way',
      encoded('zstd', 'x'),
      'unsupported compression from URL: the server or a proxy ignores accept-encoding: identity',
    ],
    ['sends damaged gzip', encoded('gzip', 'not compressed'), damaged],
    ['sends damaged deflate', encoded('deflate', 'not compressed'), damaged],
    ['sends damaged br', encoded('br', 'not compressed'), damaged],
    ['sends truncated gzip', encoded('gzip', truncated), damaged],
    ['decompresses to more than the limit', encoded('gzip', bomb), /^response too large .* the limit is 32 MiB$/],
    ['closes the connection in the middle of the body', closing, /^connection closed before .* \(\w+\) at URL: /],
  ])('that %s fails with BadResponse', async (_what, respond, message) => {
    await expectFailure(respond, 'BadResponse', message);
  });

  const trickle: Responder = (_request, response) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  const stall: Responder = (_request, response) => response.write('{');
  const headersLimit = { limits: { headersMilliseconds: 300 } };
  const bodyLimit = { limits: { bodyMilliseconds: 300 } };
  it.each<[What, Responder, RunOptions, string]>([
    ['never responds', () => {}, headersLimit, 'no response in time (UND_ERR_HEADERS_TIMEOUT)'],
    ['stalls in the middle of the body', stall, bodyLimit, 'response stalled (UND_ERR_BODY_TIMEOUT)'],
    ['sends a byte from time to time', trickle, { budgetMilliseconds: 400 }, 'no complete response in time'],
  ])('that %s fails with Timeout', async (_what, respond, options, problem) => {
    await expectFailure(respond, 'Timeout', `${problem} at URL: check the server's load`, options);
  });

  it.each<[number, FailureReason]>([
    [200, 'BadResponse'],
    [401, 'Unauthorized'],
  ])('that repeats its request in a %i fails without credentials in the message', async (status, reason) => {
    await expectFailure(echo(status), reason, /\[redacted\]/);
  });

  it('whose body never ends is read up to the limit of 32 MiB', async () => {
    const piece = Buffer.alloc(MEBIBYTE, 0x20);
    let sent = 0;
    const { url } = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && sent < 10_000 && response.write(piece)) sent += 1;
        sent += 1;
      };
      response.on('drain', more);
      more();
    });
    const message = expect.stringContaining('the limit is 32 MiB');
    expect(await run(prometheusQuery(url))).toMatchObject({ reason: 'BadResponse', message });
    // Includes what is in the buffers of the connection.
    expect(sent).toBeLessThan(64);
  });

  it('whose error body never ends fails with the status', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(500).write('sorry '.repeat(100_000));
    });
    expect(failureOf(await run(prometheusQuery(url)))).toMatchObject({ reason: 'ServerError' });
  });

  it('hides the text of the server if the password is too short to be redacted', async () => {
    const { url } = await serve(plain(500, 'the password is abc'));
    const { message } = failureOf(await run(prometheusQuery(url), { credentials: { ...withUser, password: 'abc' } }));
    expect(message).toContain('(text of the source hidden: a credential is too short to be redacted)');
    expect(message).not.toContain('abc');
  });
});

describe('a registry', () => {
  it.each<[What, Responder, FailureReason, RegExp]>([
    ['returns HTML', plain(200, html), 'BadResponse', /not JSON: "<html>/],
    ['returns another shape', plain(200, '{"tags":[1]}'), 'BadResponse', /: tags\.0: /],
    ['returns a 404', plain(404, '{}'), 'NotFound', /^repository team\/app: not found \(HTTP 404\) from /],
    ['returns a 401 without a challenge', plain(401, ''), 'Unauthorized', /^repository team\/app: unauthorized /],
    ['repeats its request in a 401', echo(401), 'Unauthorized', /\[redacted\]/],
  ])('that %s fails with a reason', async (_what, respond, reason, message) => {
    const { url } = await serve(respond);
    const failure = failureOf(await run(registryQuery(url, 'team/app'), { credentials: everySecret }));
    expect(failure).toMatchObject({ ok: false, reason });
    expect(failure.message).toMatch(message);
    expectNoSecret(failure.message);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2030, 0, 1);
  it.each([
    ['seconds', '120', 120_000],
    ['a date', new Date(now + 90_000).toUTCString(), 90_000],
    ['a date in the past', new Date(now - 90_000).toUTCString(), 0],
    ['more than a day', '99999999999999999999', RETRY_AFTER_LIMIT_MILLISECONDS],
    ['a word', 'soon', undefined],
    ['a negative number', '-5', undefined],
    ['nothing', undefined, undefined],
  ])('of a 429 may be %s', async (_what, header, expected) => {
    const { url } = await serve(plain(429, '', header === undefined ? {} : { 'retry-after': header }));
    const failure = failureOf(await run(prometheusQuery(url), { clock: () => now }));
    expect(failure.retryAfterMilliseconds).toBe(expected);
    expect('retryAfterMilliseconds' in failure).toBe(expected !== undefined);
  });

  it('of a 503 is ignored', async () => {
    const { url } = await serve(plain(503, '', { 'retry-after': '5' }));
    expect(await run(prometheusQuery(url))).not.toHaveProperty('retryAfterMilliseconds');
  });
});

describe('a source without a connection', () => {
  it('fails with ConnectionRefused if no process listens', async () => {
    const url = `http://127.0.0.1:${await unusedPort()}`;
    expect(failureOf(await run(prometheusQuery(url)))).toEqual({
      ok: false,
      reason: 'ConnectionRefused',
      message:
        `connection refused (ECONNREFUSED) at ${url}/api/v1/query: ` +
        'check that the server is running and that the port of the URL is right',
    });
  });

  it('fails with ConnectionRefused if no process listens at any address of the host', async () => {
    const outcome = await run(prometheusQuery(`http://localhost:${await unusedPort()}`));
    expect(outcome).toMatchObject({ reason: 'ConnectionRefused' });
  });

  it('fails with DNSError if the host name does not resolve', async () => {
    const url = 'http://prometheus.does-not-exist.invalid';
    const message = expect.stringContaining(` at ${url}/api/v1/query: check the URL`);
    expect(await run(prometheusQuery(url))).toMatchObject({ reason: 'DNSError', message });
  });

  it('fails with BadResponse if the server does not speak HTTP', async () => {
    const { url } = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const message = expect.stringMatching(/^response is not HTTP /);
    expect(await run(prometheusQuery(url))).toMatchObject({ reason: 'BadResponse', message });
  });

  it.each(['ftp://example.com', 'example.com', ''])('fails with BadResponse at the URL "%s"', async (url) => {
    const message = 'invalid URL of the source: use an http or https URL';
    expect(await run(prometheusQuery(url))).toMatchObject({ reason: 'BadResponse', message });
  });

  it('neither sends nor shows the user and password of its URL', async () => {
    const server = await serve(plain(500, 'x'));
    const failure = failureOf(await run(prometheusQuery(server.url.replace('http://', 'http://joe:hidden99@'))));
    expect(failure.message).not.toMatch(/joe|hidden99/);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('the queries of a sync', () => {
  it('run in parallel, and each outcome is at the position of its query', async () => {
    const slow = await serve((request, response) => setTimeout(() => plain(404, '')(request, response), 300));
    const silent = await serve(() => {});
    const good = await serve(emptyVector);
    const began = Date.now();
    const urls = [slow.url, silent.url, good.url, slow.url];
    const read = () => Promise.reject(new Error('no query names a Secret'));
    const outcomes = await runQueries(
      urls.map((url) => prometheusQuery(url, { secretName: undefined })),
      { budgetMilliseconds: 700, credentials: { read } },
    );
    const reasons = outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.reason));
    expect(reasons).toEqual(['NotFound', 'Timeout', 'ok', 'NotFound']);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('cause no warning of Node at the limits of sources and repositories', async () => {
    const warnings: Error[] = [];
    const record = (warning: Error) => warnings.push(warning);
    process.on('warning', record);
    const { url } = await serve(plain(200, '{"tags":[]}'));
    const repositories = Array.from({ length: REPOSITORIES_LIMIT }, (_, index) => `team/app-${index}`);
    const queries = Array.from({ length: DISCOVERY_SOURCES_LIMIT }, () => registryQuery(url, ...repositories));
    const outcomes = await runQueries(queries, { credentials: { read: async () => everySecret } });
    process.off('warning', record);
    expect([outcomes.filter(({ ok }) => ok).length, warnings]).toEqual([DISCOVERY_SOURCES_LIMIT, []]);
  });

  it('do not wait for a Secret beyond the budget', async () => {
    const [outcome] = await runQueries([prometheusQuery('http://127.0.0.1:1')], {
      budgetMilliseconds: 100,
      credentials: { read: () => new Promise(() => {}) },
    });
    const message = expect.stringContaining('at the Kubernetes API server for Secret creds');
    expect(outcome).toMatchObject({ reason: 'Timeout', message });
  });

  it('are not sent without their Secret', async () => {
    const server = await serve(emptyVector);
    const missing = { ok: false, reason: 'SecretNotFound', message: 'no' } as const;
    const outcomes = await runQueries([prometheusQuery(server.url)], { credentials: { read: async () => missing } });
    expect([outcomes, server.seen]).toEqual([[missing], []]);
  });
});
