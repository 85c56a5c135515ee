// Proves that every way in which a source can go wrong has its reason, a message for a person, and never a credential in it.
import { lookup } from 'node:dns/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DISCOVERY_SOURCES_LIMIT, MESSAGE_LIMIT_CHARACTERS, REPOSITORIES_LIMIT } from '../../../crds/limits.ts';
import type { FailureReason } from '../../../hooks/discovery-policy/query.ts';
import { noCredentials } from '../../../service/discovery/credentials.ts';
import { RETRY_AFTER_LIMIT_MILLISECONDS } from '../../../service/discovery/response-errors.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import {
  type AskOptions,
  asFailure,
  ask,
  PASSWORD,
  prometheusQuery,
  registryQuery,
  TOKEN,
  USERNAME,
} from './asking.ts';
import { type Answer, closeServers, plain, serve, serveTcp, unusedPort } from './servers.ts';

afterEach(closeServers);

const MEBIBYTE = 1024 * 1024;
const everySecret = { ...noCredentials, token: TOKEN, username: USERNAME, password: PASSWORD };
const success = (data: unknown) => JSON.stringify({ status: 'success', data });
const vector = (result: unknown) => plain(200, success({ resultType: 'vector', result }));

interface BadWorld {
  readonly title: string;
  readonly answer: Answer;
  readonly reason: FailureReason;
  readonly says: string | RegExp;
  readonly options?: AskOptions;
}

const html = '<html><head><title>Sign in</title></head><body>please</body></html>';

/** Repeats in its words all that it was sent. */
const echo =
  (status: number): Answer =>
  ({ headers, url }, response) =>
    response.writeHead(status).end(`you sent ${url} ${headers.authorization} ${JSON.stringify(headers)} ${PASSWORD}`);

const badWorlds: readonly BadWorld[] = [
  {
    title: 'HTML instead of JSON',
    answer: plain(200, html),
    reason: 'BadResponse',
    says: /not JSON: <html><head><title>/,
  },
  {
    title: 'nothing instead of JSON',
    answer: plain(200, ''),
    reason: 'BadResponse',
    says: 'answered what is not JSON: nothing',
  },
  {
    title: 'JSON that is cut off',
    answer: plain(200, success({ resultType: 'vector', result: [] }).slice(0, 40)),
    reason: 'BadResponse',
    says: 'JSON that is cut off or damaged: {"status":"success"',
  },
  {
    title: 'a connection that closes in the middle of the body',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"status":"succ');
      setTimeout(() => response.destroy(), 50);
    },
    reason: 'BadResponse',
    says: 'closed before the answer was complete',
  },
  {
    title: 'another shape',
    answer: plain(200, '{"status":"success"}'),
    reason: 'BadResponse',
    says: 'another shape (data: ',
  },
  { title: 'JSON of something else', answer: plain(200, '[1,2]'), reason: 'BadResponse', says: 'another shape' },
  {
    title: 'series of another shape',
    answer: vector([{ metric: [] }]),
    reason: 'BadResponse',
    says: 'series of another shape',
  },
  {
    title: 'values of another shape',
    answer: vector([{ metric: { image: 'a' }, value: 'x' }]),
    reason: 'BadResponse',
    says: 'series of another shape',
  },
  { title: 'no list of series', answer: vector('x'), reason: 'BadResponse', says: 'series of another shape' },
  {
    title: 'a scalar',
    answer: plain(200, success({ resultType: 'scalar', result: [1, '2'] })),
    reason: 'BadResponse',
    says: 'gives a scalar, not series; each must have an `image` label',
  },
  {
    title: 'a string',
    answer: plain(200, success({ resultType: 'string', result: [1, 'x'] })),
    reason: 'BadResponse',
    says: 'gives a string, not series',
  },
  {
    title: 'a result of a kind that nobody knows',
    answer: plain(200, success({ resultType: 'streams', result: [] })),
    reason: 'BadResponse',
    says: 'gives a streams, not series',
  },
  {
    title: 'a query that makes no sense',
    answer: plain(400, '{"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected \\")\\""}'),
    reason: 'BadResponse',
    says: 'refused the query: bad_data: 1:5: parse error: unexpected ")"',
  },
  {
    title: 'a query that loads too much',
    answer: plain(422, '{"status":"error","errorType":"execution","error":"query would load too many samples"}'),
    reason: 'BadResponse',
    says: 'execution: query would load too many samples',
  },
  {
    title: 'a query that took Prometheus too long',
    answer: plain(503, '{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}'),
    reason: 'Timeout',
    says: 'timeout: query timed out in expression evaluation',
  },
  {
    title: 'an error with a good status',
    answer: plain(200, '{"status":"error","errorType":"bad_data","error":"no"}'),
    reason: 'BadResponse',
    says: 'bad_data: no',
  },
  {
    title: 'an error inside Prometheus',
    answer: plain(500, '{"status":"error","errorType":"internal","error":"disk"}'),
    reason: 'ServerError',
    says: 'internal: disk',
  },
  {
    title: '401',
    answer: plain(401, 'who are you?'),
    reason: 'Unauthorized',
    says: /answered 401, .*: who are you\?$/,
  },
  { title: '403', answer: plain(403, 'not you'), reason: 'Forbidden', says: 'answered 403' },
  { title: '404', answer: plain(404, '404 page not found'), reason: 'NotFound', says: 'answered 404' },
  { title: '429', answer: plain(429, 'slow down'), reason: 'RateLimited', says: 'too many requests: slow down' },
  { title: '500', answer: plain(500, 'oops'), reason: 'ServerError', says: 'answered 500: oops' },
  { title: '502 in HTML', answer: plain(502, html), reason: 'ServerError', says: 'answered 502: <html>' },
  { title: '418', answer: plain(418, ''), reason: 'BadResponse', says: /answered 418$/ },
  { title: '204', answer: plain(204, ''), reason: 'BadResponse', says: /answered 204$/ },
  {
    title: 'a compressed body though it was refused',
    answer: plain(200, 'x', { 'content-encoding': 'gzip' }),
    reason: 'BadResponse',
    says: 'compressed',
  },
  {
    title: 'an endless header',
    answer: plain(200, 'x', { 'x-long': 'x'.repeat(100_000) }),
    reason: 'BadResponse',
    says: 'headers of the answer are too large',
  },
  {
    title: 'a body over the limit, announced or not',
    answer: plain(200, 'x'.repeat(1001)),
    reason: 'BadResponse',
    says: 'larger than the limit of 1000 bytes',
    options: { limits: { responseBytes: 1000 } },
  },
  {
    title: '100,000 series',
    answer: vector(
      Array.from({ length: 100_000 }, (_, index) => ({ metric: { image: `i${index}` }, value: [1, '1'] })),
    ),
    reason: 'BadResponse',
    says: 'gives 100000 series, the limit is 50000',
  },
  {
    title: 'a million values and one',
    answer: plain(
      200,
      `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[${'[1,"1"],'.repeat(1_000_000)}[1,"1"]]}]}}`,
    ),
    reason: 'BadResponse',
    says: 'gives 1000001 values, the limit is 1000000',
  },
  {
    title: 'a server that never answers',
    answer: () => {},
    reason: 'Timeout',
    says: 'no answer began in time',
    options: { limits: { headersMilliseconds: 300 } },
  },
  {
    title: 'a server that begins and never goes on',
    answer: (_request, response) => response.write('{'),
    reason: 'Timeout',
    says: 'began and then nothing more came',
    options: { limits: { bodyMilliseconds: 300 } },
  },
  {
    title: 'a server that sends a byte now and then for ever',
    answer: (_request, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    reason: 'Timeout',
    says: 'no complete answer in time',
    options: { budgetMilliseconds: 400 },
  },
  { title: 'a 400 that repeats all it was sent', answer: echo(400), reason: 'BadResponse', says: '[redacted]' },
  { title: 'a 401 that repeats all it was sent', answer: echo(401), reason: 'Unauthorized', says: '[redacted]' },
  { title: 'a 500 that repeats all it was sent', answer: echo(500), reason: 'ServerError', says: '[redacted]' },
  { title: 'a 200 that repeats all it was sent', answer: echo(200), reason: 'BadResponse', says: '[redacted]' },
];

function expectNoSecret(message: string): void {
  for (const secret of [TOKEN, PASSWORD, Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64'), 'tok-', 'pass/']) {
    expect(message).not.toContain(secret);
  }
  expect(message).not.toMatch(/[\n\r?]query=/);
  expect(message.length).toBeLessThanOrEqual(MESSAGE_LIMIT_CHARACTERS);
}

describe('a bad Prometheus', () => {
  it.each(badWorlds)('$title: $reason', async ({ answer, reason, says, options }) => {
    const server = await serve(answer);
    const failure = asFailure(await ask(prometheusQuery(server.url), { credentials: everySecret, ...options }));
    expect(failure).toMatchObject({ ok: false, reason });
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(server.url);
    expectNoSecret(failure.message);
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });
});

describe('a bad registry', () => {
  it.each<BadWorld>([
    { title: 'HTML', answer: plain(200, html), reason: 'BadResponse', says: 'not JSON: <html>' },
    { title: 'another shape', answer: plain(200, '{"tags":[1]}'), reason: 'BadResponse', says: 'tags.0' },
    { title: '404', answer: plain(404, '{"errors":[]}'), reason: 'NotFound', says: 'repository team/app: ' },
    { title: '403', answer: plain(403, 'denied'), reason: 'Forbidden', says: 'repository team/app: ' },
    { title: '401 without a challenge', answer: plain(401, 'x'), reason: 'Unauthorized', says: 'answered 401' },
    { title: '401 that repeats what it was sent', answer: echo(401), reason: 'Unauthorized', says: '[redacted]' },
    { title: '429', answer: plain(429, 'toomanyrequests'), reason: 'RateLimited', says: 'toomanyrequests' },
    { title: '503', answer: plain(503, ''), reason: 'ServerError', says: 'answered 503' },
  ])('$title: $reason', async ({ answer, reason, says }) => {
    const { url } = await serve(answer);
    const failure = asFailure(await ask(registryQuery(url, 'team/app'), { credentials: everySecret }));
    expect(failure).toMatchObject({ ok: false, reason });
    expect(failure.message).toMatch(says);
    expectNoSecret(failure.message);
  });
});

describe('a body without end', () => {
  it('is cut at 32 MiB', async () => {
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
    const failure = asFailure(await ask(prometheusQuery(url)));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain('larger than the limit of 32 MiB');
    // What is in buffers on the way counts too.
    expect(sent).toBeLessThan(64);
  });

  it('of an error is not waited for', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(500).write('sorry '.repeat(100_000));
    });
    const failure = asFailure(await ask(prometheusQuery(url)));
    expect(failure).toMatchObject({ reason: 'ServerError' });
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2030, 0, 1);
  it.each([
    ['seconds', '120', 120_000],
    ['a date', new Date(now + 90_000).toUTCString(), 90_000],
    ['a date in the past', new Date(now - 90_000).toUTCString(), 0],
    ['more than a day', '99999999999999999999', RETRY_AFTER_LIMIT_MILLISECONDS],
    ['no sense', 'soon', undefined],
    ['a negative number', '-5', undefined],
    ['nothing', undefined, undefined],
  ])('%s', async (_title, header, expected) => {
    const { url } = await serve(plain(429, '', header === undefined ? {} : { 'retry-after': header }));
    const failure = asFailure(await ask(prometheusQuery(url), { clock: () => now }));
    expect(failure.reason).toBe('RateLimited');
    expect(failure.retryAfterMilliseconds).toBe(expected);
    expect('retryAfterMilliseconds' in failure).toBe(expected !== undefined);
  });

  it('counts for nothing but 429', async () => {
    const { url } = await serve(plain(503, '', { 'retry-after': '5' }));
    expect(asFailure(await ask(prometheusQuery(url))).retryAfterMilliseconds).toBeUndefined();
  });
});

describe('no connection', () => {
  it('is refused', async () => {
    const failure = asFailure(await ask(prometheusQuery(`http://127.0.0.1:${await unusedPort()}`)));
    expect(failure).toMatchObject({ reason: 'ConnectionRefused' });
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('is refused at every address of the host', async () => {
    const addresses = await lookup('localhost', { all: true });
    const failure = asFailure(await ask(prometheusQuery(`http://localhost:${await unusedPort()}`)));
    expect([addresses.length > 0, failure.reason]).toEqual([true, 'ConnectionRefused']);
  });

  it('has no known host', async () => {
    const failure = asFailure(await ask(prometheusQuery('http://prometheus.does-not-exist.invalid')));
    expect(failure).toMatchObject({ reason: 'DNSError' });
    expect(failure.message).toContain('http://prometheus.does-not-exist.invalid/api/v1/query');
  });

  it('is closed before anything came', async () => {
    const { url } = await serveTcp((socket) => socket.once('data', () => socket.destroy()));
    expect(asFailure(await ask(prometheusQuery(url)))).toMatchObject({ reason: 'BadResponse' });
  });

  it('speaks something else', async () => {
    const { url } = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const failure = asFailure(await ask(prometheusQuery(url)));
    expect(failure).toMatchObject({ reason: 'BadResponse' });
    expect(failure.message).toContain('not HTTP');
  });

  it.each(['ftp://example.com', 'example.com', '', 'http://', 'file:///etc/passwd'])(
    'has no address: "%s"',
    async (endpoint) => {
      const failure = asFailure(await ask(prometheusQuery(endpoint)));
      expect(failure).toMatchObject({
        reason: 'BadResponse',
        message: 'the address of the source is no http or https URL',
      });
    },
  );

  it('neither sends nor shows a user in the URL', async () => {
    const server = await serve(plain(500, 'x'));
    const endpoint = server.url.replace('http://', 'http://joe:hidden99@');
    const failure = asFailure(await ask(prometheusQuery(endpoint)));
    expect(failure.message).not.toMatch(/joe|hidden99/);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('many sources', () => {
  it('are asked side by side, and each has its own outcome in its place', async () => {
    const slow = await serve((_request, response) => setTimeout(() => plain(404, '')(_request, response), 300));
    const silent = await serve(() => {});
    const good = await serve(vector([]));
    const began = Date.now();
    const outcomes = await runQueries(
      [slow.url, silent.url, good.url, slow.url].map((url) => prometheusQuery(url, { secretName: undefined })),
      {
        budgetMilliseconds: 700,
        credentials: {
          read: () => {
            throw new Error('no query names a Secret');
          },
        },
      },
    );
    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.reason))).toEqual([
      'NotFound',
      'Timeout',
      'ok',
      'NotFound',
    ]);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('as many as a policy may have, with as many repositories, are asked without a complaint of Node', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { url } = await serve(plain(200, '{"tags":[]}'));
    const repositories = Array.from({ length: REPOSITORIES_LIMIT }, (_, index) => `team/app-${index}`);
    const queries = Array.from({ length: DISCOVERY_SOURCES_LIMIT }, () => registryQuery(url, ...repositories));
    const outcomes = await runQueries(queries, { credentials: { read: async () => everySecret } });
    process.off('warning', note);
    expect([outcomes.filter(({ ok }) => ok).length, warnings]).toEqual([DISCOVERY_SOURCES_LIMIT, []]);
  });

  it('do not wait for a Secret beyond the budget', async () => {
    const [outcome] = await runQueries([prometheusQuery('http://127.0.0.1:1')], {
      budgetMilliseconds: 100,
      credentials: { read: () => new Promise(() => {}) },
    });
    expect(outcome).toMatchObject({ ok: false, reason: 'Timeout' });
  });

  it('give the reason of a Secret that is missing, and ask nobody', async () => {
    const server = await serve(vector([]));
    const missing = { ok: false, reason: 'SecretNotFound', message: 'no' } as const;
    const outcomes = await runQueries([prometheusQuery(server.url)], { credentials: { read: async () => missing } });
    expect([outcomes, server.seen]).toEqual([[missing], []]);
  });
});
