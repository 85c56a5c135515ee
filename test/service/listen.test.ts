// The default address serves both families, and IPv4 alone where the kernel has no IPv6.
import { createServer, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../service/config.ts';
import { listen } from '../../service/listen.ts';
import { type RunningService, startService } from '../../service/server.ts';

const logger = pino({ level: 'silent' });
const environment = { DROP_ALLOW_ANONYMOUS: 'true', DROP_PORT: '0', DROP_ADMIN_PORT: '0' };

let running: { stop(): Promise<unknown> } | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(chosen: Readonly<Record<string, string>>): Promise<RunningService> {
  const service = await startService(readConfig({ ...environment, ...chosen }), logger);
  running = service;
  return service;
}

async function isServed(address: string, port: number, path: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}:${port}${path}`)).status < 500;
  } catch {
    return false;
  }
}

const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));

describe.skipIf(!addresses.includes('::1'))('on a machine with IPv6, both ports of the service', () => {
  it.each([
    ['by default serve IPv4 and IPv6', {}, true, true],
    ['serve IPv4 and IPv6 for DROP_HOST=::', { DROP_HOST: '::' }, true, true],
    ['serve IPv4 alone for DROP_HOST=0.0.0.0', { DROP_HOST: '0.0.0.0' }, true, false],
    ['serve one address for DROP_HOST=127.0.0.1', { DROP_HOST: '127.0.0.1' }, true, false],
    ['serve one address for DROP_HOST=::1', { DROP_HOST: '::1' }, false, true],
    ['serve one address for DROP_HOST=[::1], as in a URL', { DROP_HOST: '[::1]' }, false, true],
  ])('%s', async (_title, chosen, servesIpv4, servesIpv6) => {
    const { port, adminPort } = await start(chosen);
    for (const [number, path] of [
      [port, '/hooks/nodes/sync'],
      [adminPort, '/readyz'],
    ] as const) {
      expect(await isServed('127.0.0.1', number, path)).toBe(servesIpv4);
      expect(await isServed('[::1]', number, path)).toBe(servesIpv6);
    }
  });
});

describe('a kernel without IPv6', () => {
  /** An app whose server refuses IPv6 addresses like the kernel. */
  function appWithout(ipv6Error: string): FastifyInstance {
    const app = Fastify({
      serverFactory(handler) {
        const server: Server = createServer(handler);
        const { listen: original } = server;
        server.listen = ((options: { readonly host: string }) => {
          if (!options.host.includes(':')) return original.call(server, options);
          const error = Object.assign(new Error(`listen ${ipv6Error}`), { code: ipv6Error });
          process.nextTick(() => server.emit('error', error));
          return server;
        }) as Server['listen'];
        return server;
      },
    });
    app.get('/', async () => 'ok');
    running = { stop: () => app.close() };
    return app;
  }

  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('is served over IPv4 (%s)', async (code) => {
    const port = await listen(appWithout(code), '::', 0);
    expect(await isServed('127.0.0.1', port, '/')).toBe(true);
  });

  it('an IPv6 address that the user chose is an error', async () => {
    await expect(listen(appWithout('EADDRNOTAVAIL'), '::1', 0)).rejects.toThrow('EADDRNOTAVAIL');
  });

  it('any other error is reported', async () => {
    await expect(listen(appWithout('EACCES'), '::', 0)).rejects.toThrow('EACCES');
  });
});
