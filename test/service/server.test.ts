// Proves that the service listens, keeps strangers out before it reads what they send, and finishes what it began before it stops.
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig, type ServiceConfig } from '../../service/config.ts';
import { type RunningService, startService } from '../../service/server.ts';
import { alpine, BODY_LIMIT_BYTES, jsonHeaders, TOKEN } from './app-with-log.ts';
import { exchange, listens, slowRequest, takePort } from './sockets.ts';

/** A stop waits for answers, not for connections that nobody uses. */
const STOP_LIMIT_MILLISECONDS = 3_000;

const config: ServiceConfig = {
  ...readConfig({ DROP_ALLOW_ANONYMOUS: 'true', DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '0' }),
  token: TOKEN,
  bodyLimitBytes: BODY_LIMIT_BYTES,
};
const logger = pino({ level: 'silent' });
const path = '/hooks/cachedimages/sync';
const body = JSON.stringify({ parent: alpine });

let running: RunningService | undefined;
async function start(options: Partial<ServiceConfig> = {}): Promise<RunningService> {
  running = await startService({ ...config, ...options }, logger);
  return running;
}
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

describe('health and metrics need no token', () => {
  it.each([
    ['/healthz', 'ok\n', 'text/plain'],
    ['/readyz', 'ok\n', 'text/plain'],
  ])('%s', async (url, text, contentType) => {
    const { adminPort } = await start();
    const response = await fetch(`http://127.0.0.1:${adminPort}${url}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(contentType);
    expect(await response.text()).toBe(text);
  });

  it('/metrics counts the hooks that were asked', async () => {
    const { port, adminPort } = await start();
    await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: jsonHeaders, body });
    const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain(`drop_hook_duration_seconds_count{hook="${path}",code="200"} 1`);
  });

  it.each([
    ['the port of the hooks', 'port', '/healthz', 401],
    ['the port of the hooks', 'port', '/metrics', 401],
    ['the other port', 'adminPort', path, 404],
  ] as const)('%s does not serve the rest: %s %s', async (_title, which, url, statusCode) => {
    const service = await start();
    expect((await fetch(`http://127.0.0.1:${service[which]}${url}`)).status).toBe(statusCode);
  });
});

describe('hooks', () => {
  it('refuse without the token and answer with it', async () => {
    const { port } = await start();
    const url = `http://127.0.0.1:${port}${path}`;
    const headers = { 'content-type': 'application/json' };
    const refused = await fetch(url, { method: 'POST', headers, body });
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'the bearer token is missing' }]);
    const answered = await fetch(url, { method: 'POST', headers: jsonHeaders, body });
    expect([answered.status, await answered.json()]).toEqual([
      200,
      expect.objectContaining({ children: [], status: expect.objectContaining({ revision: 1 }) }),
    ]);
  });

  const head = (lines: readonly string[]) =>
    [`POST ${path} HTTP/1.1`, 'host: a', 'content-type: application/json', ...lines, '', ''].join('\r\n');
  const authorization = `authorization: Bearer ${TOKEN}`;
  const chunk = 'x'.repeat(BODY_LIMIT_BYTES + 1);
  const chunked = `${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`;
  it.each([
    [
      'a stranger who announces much, before any of it is read',
      head(['content-length: 99999999']),
      401,
      'the bearer token is missing',
    ],
    ['a stranger who announces nothing', head(['transfer-encoding: chunked']), 401, 'the bearer token is missing'],
    [
      'a friend who announces too much, before any of it is read',
      head([authorization, 'content-length: 99999999']),
      413,
      'the body is larger than DROP_BODY_LIMIT_BYTES',
    ],
    [
      'a friend who sends too much unannounced',
      head([authorization, 'transfer-encoding: chunked']) + chunked,
      413,
      'the body is larger than DROP_BODY_LIMIT_BYTES',
    ],
  ])('refuse %s', async (_title, text, statusCode, sentence) => {
    const { port } = await start();
    const received = await exchange(port, text);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${statusCode} `));
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(JSON.stringify({ error: sentence }));
  });
});

describe('stop', () => {
  it('answers what was asked before, on a connection that is kept, and then ends at once', async () => {
    const service = await start();
    const slow = await slowRequest({ port: service.port, path, headers: jsonHeaders, body });
    const stopped = service.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, Promise.resolve('waits')])).toBe('waits');
    const answer = await slow.finish();
    expect([answer.statusCode, JSON.parse(answer.body)]).toEqual([200, expect.objectContaining({ children: [] })]);
    const limit = new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MILLISECONDS, 'still open'));
    const outcome = await Promise.race([stopped, limit]);
    slow.close();
    expect(outcome).toBe('stopped');
  });

  it('does not wait for connections that nobody uses', async () => {
    const service = await start();
    await fetch(`http://127.0.0.1:${service.port}${path}`, { method: 'POST', headers: jsonHeaders, body });
    const began = Date.now();
    await service.stop();
    expect(Date.now() - began).toBeLessThan(STOP_LIMIT_MILLISECONDS);
  });

  it('leaves nobody listening, and may be told twice', async () => {
    const service = await start();
    await service.stop();
    expect([await listens(service.port), await listens(service.adminPort)]).toEqual([false, false]);
    await service.stop();
  });
});

describe('a port that is taken', () => {
  it.each(['port', 'adminPort'] as const)(
    '%s: the service does not start, and leaves nobody listening',
    async (which) => {
      const taken = await takePort();
      const free = await takePort();
      await free.release();
      const other = which === 'port' ? 'adminPort' : 'port';
      try {
        await expect(start({ [which]: taken.port, [other]: free.port })).rejects.toThrow('EADDRINUSE');
        expect(await listens(free.port)).toBe(false);
      } finally {
        await taken.release();
      }
    },
  );
});
