// Proves whom a flood of connections closes: the oldest stranger, never one who is known, over TLS as without.
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { floodWarning, limitConnections } from '../../service/connections.ts';
import { type Authority, createAuthority, hasOpenssl } from './discovery/certificates.ts';

const LIMIT = 6;

interface Guest {
  readonly name: string;
  readonly isOpen: () => boolean;
  /** Sends a request that shows the token; gives the answer's header `connection`. */
  showToken(): Promise<string>;
  close(): void;
}

let authority: Authority | undefined;
let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});
afterAll(() => authority?.remove());

function createPlainOrTls(isTls: boolean) {
  if (!isTls) return createServer();
  authority ??= createAuthority('ours');
  return createTlsServer(authority.issue('drop', 'IP:127.0.0.1'));
}

async function serve(isTls: boolean, onFlood?: () => void) {
  const server = createPlainOrTls(isTls);
  const connections = limitConnections(server as Server, { limit: LIMIT, ...(onFlood ? { onFlood } : {}) });
  server.on('request', (request, response) => {
    connections.markAuthenticated(request.socket);
    response.end(connections.isNearLimit() ? 'crowded' : 'roomy');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves when the server has accepted it, or closed it again. */
async function arrive(port: number, name: string, isTls: boolean): Promise<Guest> {
  let isOpen = true;
  const socket: Socket = isTls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('close', () => {
    isOpen = false;
  });
  await new Promise<void>((resolve) => {
    socket.once(isTls ? 'secureConnect' : 'connect', resolve);
    socket.once('close', () => resolve());
  });
  ends.push(() => socket.destroy());
  return {
    name,
    isOpen: () => isOpen,
    showToken: () =>
      new Promise((resolve) => {
        socket.once('data', (text) => resolve(String(text).split('\r\n').at(-1) ?? ''));
        socket.once('close', () => resolve('closed'));
        socket.write('GET / HTTP/1.1\r\nhost: drop\r\n\r\n');
      }),
    close: () => socket.destroy(),
  };
}

const open = (guests: readonly Guest[]) => guests.filter(({ isOpen }) => isOpen()).map(({ name }) => name);

const why = hasOpenssl ? '' : ' (skipped: openssl is not installed)';
describe.each([
  ['without TLS', false],
  [`over TLS${why}`, true],
])('%s', (_title, isTls) => {
  const skipped = isTls && !hasOpenssl;

  /** Each name arrives in turn; who has a star shows the token at once. */
  async function party(names: string): Promise<{ readonly port: number; readonly guests: Guest[] }> {
    const port = await serve(isTls);
    const guests: Guest[] = [];
    for (const name of names.split(' ')) {
      const guest = await arrive(port, name, isTls);
      if (name.endsWith('*')) await guest.showToken();
      guests.push(guest);
    }
    return { port, guests };
  }

  it.skipIf(skipped).each([
    ['as many as may be', 'a b c d e f', 'a b c d e f'],
    ['one more: the oldest goes', 'a b c d e f g', 'b c d e f g'],
    ['many more', 'a b c d e f g h i j k l', 'g h i j k l'],
    ['who is known stays', 'a* b c d e f g h i j k l', 'a* h i j k l'],
    ['all are known but one', 'a* b* c* d* e* f g h', 'a* b* c* d* e* h'],
    ['all are known: the new one goes', 'a* b* c* d* e* f* g h', 'a* b* c* d* e* f*'],
  ])('%s', async (_case, names, expected) => {
    const { guests } = await party(names);
    await expect.poll(() => open(guests).join(' ')).toBe(expected);
  });

  it.skipIf(skipped)('who is closed makes room, and whoever comes meanwhile is answered', async () => {
    const { port, guests } = await party('a b c d e f');
    guests[0]?.close();
    await expect.poll(() => open(guests).length).toBe(5);
    const [one, two] = [await arrive(port, 'g', isTls), await arrive(port, 'h', isTls)];
    await expect.poll(() => open([...guests, one, two]).join(' ')).toBe('c d e f g h');
    expect(await two.showToken()).toBe('crowded');
  });

  it.skipIf(skipped).each([
    ['a b*', 'roomy'],
    ['a b c*', 'roomy'],
    ['a b c d*', 'crowded'],
  ])('is it crowded? %s', async (names, expected) => {
    const { guests } = await party(names);
    expect(await guests.at(-1)?.showToken()).toBe(expected);
  });
});

it('a flood is told once a minute', () => {
  const lines: unknown[] = [];
  let nowMilliseconds = 1_000_000;
  const logger = { warn: (fields: object, text: string) => lines.push([fields, text]) };
  const warn = floodWarning(logger as never, () => nowMilliseconds);
  for (const afterMilliseconds of [0, 1, 59_998, 1, 1]) {
    nowMilliseconds += afterMilliseconds;
    warn();
  }
  expect(lines).toEqual(
    Array(2).fill([{ limit: 4_096 }, 'too many connections: those that have waited longest are closed']),
  );
});
