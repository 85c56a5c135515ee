// Proves that slow and silent connections take no more than their share, and that whoever has the token is answered meanwhile.
// More connections than may be: floods.test.ts.
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appWithLog } from '../service/app-with-log.ts';
import { createAnsweredTable } from './answered-table.ts';
import {
  type HostileService,
  PATIENCE_MILLISECONDS,
  slowestAnswerMilliseconds,
  startHostileService,
  TOKEN,
} from './hostile-service.ts';
import { heldConnections, statusCodesOf } from './raw-connections.ts';

const SYNC = '/hooks/cachedimages/sync';
const head = (lines: readonly string[]) => [`POST ${SYNC} HTTP/1.1`, 'host: drop', ...lines, '', ''].join('\r\n');
const authorized = [`authorization: Bearer ${TOKEN}`, 'content-type: application/json'];

const ANSWER_LIMIT_MILLISECONDS = 1_000;

const table = createAnsweredTable('Many connections');
afterAll(() => table.print());

const hold = heldConnections();

let service: HostileService;
beforeAll(async () => {
  service = await startHostileService();
}, PATIENCE_MILLISECONDS);
afterAll(() => service.stop());

describe('while they last, the token is answered within a second', () => {
  it.each<[string, (port: number) => Promise<unknown>]>([
    [
      '2,000 that say nothing, 500 in the middle of a head',
      async (port) => [await hold(port, 2_000), await hold(port, 500, head(authorized).slice(0, 100))],
    ],
    [
      '500 that announce a body and send none',
      (port) => hold(port, 500, `${head([...authorized, 'content-length: 1000'])}{`),
    ],
    ['1,000 strangers that announce 64 MiB', (port) => hold(port, 1_000, head(['content-length: 67108864']))],
    [
      '300 with the token that announce 64 MiB',
      (port) => hold(port, 300, head([...authorized, 'content-length: 67108864'])),
    ],
  ])('%s', async (sent, open) => {
    let slowest = 0;
    const growthMebibytes = await service.growthDuring(async () => {
      await open(service.port);
      slowest = await slowestAnswerMilliseconds(service);
    });
    expect(slowest).toBeLessThan(ANSWER_LIMIT_MILLISECONDS);
    table.add({
      sent,
      answered: `others answered within ${Math.round(slowest)} ms`,
      ceiling: 'connections',
      growthMebibytes,
    });
  });
});

/** Longest that the service waits for a body, and how often it looks. */
const GIVEN_UP_MILLISECONDS = 30_000 + 1_000;

it('300 bodies that come a byte at a time are given up after half a minute, and others are answered meanwhile', async () => {
  let slowest = 0;
  let open = 0;
  const growthMebibytes = await service.growthDuring(async () => {
    const slow = await hold(service.port, 300, head([...authorized, 'content-length: 1000000']));
    const trickle = setInterval(() => slow.write(' '), 100);
    const began = performance.now();
    while (performance.now() - began < GIVEN_UP_MILLISECONDS / 2) {
      slowest = Math.max(slowest, await slowestAnswerMilliseconds(service));
    }
    open = slow.count();
    await expect.poll(slow.count, { timeout: GIVEN_UP_MILLISECONDS }).toBe(0);
    clearInterval(trickle);
  });
  expect(open).toBe(300);
  expect(slowest).toBeLessThan(ANSWER_LIMIT_MILLISECONDS);
  const answered = `closed after half a minute, others answered within ${Math.round(slowest)} ms`;
  table.add({ sent: '300 bodies of one byte at a time', answered, ceiling: 'connections', growthMebibytes });
});

describe('what never ends is given up', () => {
  const TIMEOUT_MILLISECONDS = 600;
  /** A check comes once in the time of a timeout. */
  const LONGEST_MILLISECONDS = 3 * TIMEOUT_MILLISECONDS + 1_000;
  const BYTE_EVERY_MILLISECONDS = 50;

  /** Sends a byte at a time until it is told to stop; gives what came back and how long it took. */
  function trickle(port: number, start: string): Promise<{ readonly received: string; readonly milliseconds: number }> {
    return new Promise((resolve) => {
      const began = performance.now();
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(start));
      const timer = setInterval(() => socket.write('a'), BYTE_EVERY_MILLISECONDS);
      socket.on('data', (piece) => {
        received += String(piece);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve({ received, milliseconds: performance.now() - began });
      });
    });
  }

  it.each<[string, string, readonly number[]]>([
    [
      'a body of one byte at a time',
      head([
        `authorization: Bearer correct-horse-battery-staple`,
        'content-type: application/json',
        'content-length: 100000',
      ]),
      [408],
    ],
    ['a head of one byte at a time', 'POST /hooks', [408]],
    ['a body of a stranger, of one byte at a time', head(['content-length: 100000']), [401]],
  ])('%s', async (_title, start, statusCodes) => {
    const { app } = appWithLog({ requestTimeoutMilliseconds: TIMEOUT_MILLISECONDS, bodyLimitBytes: 1_000_000 });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const { received, milliseconds } = await trickle(port, start);
    await app.close();
    expect(statusCodesOf(received)).toEqual(statusCodes);
    expect(milliseconds).toBeLessThan(LONGEST_MILLISECONDS);
  });

  it('a connection that says nothing', async () => {
    const { app } = appWithLog({ requestTimeoutMilliseconds: TIMEOUT_MILLISECONDS });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const silent = await hold(port, 3);
    await expect.poll(() => silent.count(), { timeout: LONGEST_MILLISECONDS }).toBe(0);
    await app.close();
  });
});
