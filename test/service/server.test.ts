// The service checks the token before it reads a body, and completes requests in flight before it stops.
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig, type ServiceConfig } from '../../service/config.ts';
import { type RunningService, startService } from '../../service/server.ts';
import { alpine, BODY_LIMIT_BYTES, jsonHeaders, TOKEN } from './app-with-log.ts';
import { exchange, isListening, occupyPort, slowRequest } from './sockets.ts';

/** Stopping waits for responses, not for idle connections. */
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

describe('health and metrics are served without a token', () => {
  it.each(['/healthz', '/readyz'])('%s', async (url) => {
    const { adminPort } = await start();
    const response = await fetch(`http://127.0.0.1:${adminPort}${url}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toBe('ok\n');
    expect(response.headers.get('connection')).toBe('close');
  });

  it('/metrics counts hook calls', async () => {
    const { port, adminPort } = await start();
    await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: jsonHeaders, body });
    const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain(`drop_hook_duration_seconds_count{hook="${path}",code="200"} 1`);
  });

  it.each([
    ['the port of the hooks does not serve /healthz', 'port', '/healthz', 401],
    ['the port of the hooks does not serve /metrics', 'port', '/metrics', 401],
    ['the admin port does not serve hooks', 'adminPort', path, 404],
  ] as const)('%s', async (_title, which, url, statusCode) => {
    const service = await start();
    expect((await fetch(`http://127.0.0.1:${service[which]}${url}`)).status).toBe(statusCode);
  });
});

describe('hooks', () => {
  it('reject a request without the token and respond with it', async () => {
    const { port } = await start();
    const url = `http://127.0.0.1:${port}${path}`;
    const headers = { 'content-type': 'application/json' };
    const rejected = await fetch(url, { method: 'POST', headers, body });
    expect([rejected.status, await rejected.json()]).toEqual([401, { error: 'the bearer token is missing' }]);
    const accepted = await fetch(url, { method: 'POST', headers: jsonHeaders, body });
    expect([accepted.status, await accepted.json()]).toEqual([
      200,
      expect.objectContaining({ children: [], status: expect.objectContaining({ revision: 1 }) }),
    ]);
  });

  const head = (lines: readonly string[]) =>
    [`POST ${path} HTTP/1.1`, 'host: a', 'content-type: application/json', ...lines, '', ''].join('\r\n');
  const authorization = `authorization: Bearer ${TOKEN}`;
  const chunk = 'x'.repeat(BODY_LIMIT_BYTES + 1);
  const chunked = `${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`;
  const missing = 'the bearer token is missing';
  const tooLarge = 'the body is larger than DROP_BODY_LIMIT_BYTES';
  const large = 'content-length: 99999999';
  const chunks = 'transfer-encoding: chunked';
  it.each([
    ['a request without the token before its large body is read', head([large]), 401, missing],
    ['a request without the token before its chunked body is read', head([chunks]), 401, missing],
    ['a body above the limit before it is read', head([authorization, large]), 413, tooLarge],
    ['a chunked body when it exceeds the limit', head([authorization, chunks]) + chunked, 413, tooLarge],
  ])('reject %s', async (_title, text, statusCode, error) => {
    const { port } = await start();
    const received = await exchange(port, text);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${statusCode} `));
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(JSON.stringify({ error }));
  });
});

describe('stop', () => {
  it('completes the requests in flight, then closes their connections', async () => {
    const service = await start();
    const slow = await slowRequest({ port: service.port, path, headers: jsonHeaders, body });
    const stopped = service.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, Promise.resolve('waits')])).toBe('waits');
    const response = await slow.finish();
    expect([response.statusCode, JSON.parse(response.body)]).toEqual([200, expect.objectContaining({ children: [] })]);
    const limit = new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MILLISECONDS, 'still open'));
    const outcome = await Promise.race([stopped, limit]);
    slow.close();
    expect(outcome).toBe('stopped');
  });

  it('does not wait for idle connections', async () => {
    const service = await start();
    await fetch(`http://127.0.0.1:${service.port}${path}`, { method: 'POST', headers: jsonHeaders, body });
    const began = Date.now();
    await service.stop();
    expect(Date.now() - began).toBeLessThan(STOP_LIMIT_MILLISECONDS);
  });

  it('closes both ports, and may be called twice', async () => {
    const service = await start();
    await service.stop();
    expect([await isListening(service.port), await isListening(service.adminPort)]).toEqual([false, false]);
    await service.stop();
  });
});

describe('a port in use', () => {
  it.each(['port', 'adminPort'] as const)('%s: the service does not start and closes the other port', async (which) => {
    const occupied = await occupyPort();
    const free = await occupyPort();
    await free.release();
    const other = which === 'port' ? 'adminPort' : 'port';
    try {
      await expect(start({ [which]: occupied.port, [other]: free.port })).rejects.toThrow('EADDRINUSE');
      expect(await isListening(free.port)).toBe(false);
    } finally {
      await occupied.release();
    }
  });
});
