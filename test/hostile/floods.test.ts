// Proves that more connections than may be, whatever they send, keep nobody out: who has the token is answered at once, health too, while the flood lasts.
import { execSync } from 'node:child_process';
import { Agent, request as startRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTIONS_LIMIT, HEAD_TIMEOUT_MILLISECONDS, NEAR_LIMIT_FRACTION } from '../../service/connections.ts';
import { createAnsweredTable } from './answered-table.ts';
import {
  expectUnharmed,
  type HostileService,
  PATIENCE_MILLISECONDS,
  plainImage,
  slowestAnswerMilliseconds,
  startHostileService,
  TOKEN,
} from './hostile-service.ts';
import { heldConnections, openConnections } from './raw-connections.ts';

const SYNC = '/hooks/cachedimages/sync';
const body = JSON.stringify({ parent: plainImage });
const jsonHeaders = { 'content-type': 'application/json' };
const authorized = { ...jsonHeaders, authorization: `Bearer ${TOKEN}` };
const head = (...lines: readonly string[]) => [`POST ${SYNC} HTTP/1.1`, 'host: drop', ...lines, '', ''].join('\r\n');

/** A caller who is new, on a machine that is busy with the flood. */
const ANSWER_LIMIT_MILLISECONDS = 3_000;
/** Files that the test, and the service, need beside the connections of a flood. */
const SPARE_FILES = 512;
const FLOOD = CONNECTIONS_LIMIT + 400;
const openFiles = Number(execSync('ulimit -n', { encoding: 'utf8' }).replace('unlimited', 'Infinity'));
const canFlood = openFiles >= FLOOD + SPARE_FILES;
const why = canFlood ? '' : ` (skipped: ${FLOOD + SPARE_FILES} open files are needed, ${openFiles} are allowed)`;

const table = createAnsweredTable('Floods of connections');
afterAll(() => table.print());
const hold = heldConnections();
const flood = (port: number, text: string, count = FLOOD) => hold(port, count, text);

interface Asked {
  readonly statusCode: number;
  readonly wasKept: boolean;
}

/** An answer on a connection that is kept for the next. */
function askOn(agent: Agent, port: number): Promise<Asked> {
  return new Promise((resolve) => {
    const outgoing = startRequest(
      { agent, host: '127.0.0.1', port, path: SYNC, method: 'POST', headers: authorized },
      (message) => {
        const asked = { statusCode: message.statusCode ?? 0, wasKept: outgoing.reusedSocket };
        message.resume().on('end', () => resolve(asked));
      },
    );
    outgoing.on('error', () => resolve({ statusCode: 0, wasKept: false }));
    outgoing.end(body);
  });
}

interface Row {
  readonly sent: string;
  readonly to: 'port' | 'adminPort';
  readonly text: string;
  /** Most of them that may still be open soon after; absent: as many as the limit. */
  readonly stay?: number;
}

const rows: readonly Row[] = [
  { sent: 'silent', to: 'port', text: '' },
  { sent: 'in the middle of a head', to: 'port', text: head('content-length: 10').slice(0, 40) },
  { sent: 'of strangers that wait for an answer', to: 'port', text: `${head('content-length: 2')}{}`, stay: 0 },
  { sent: 'of strangers that announce a body', to: 'port', text: head('content-length: 1000'), stay: 0 },
  { sent: 'with a path that makes no sense', to: 'port', text: 'GET /% HTTP/1.1\r\nhost: a\r\n\r\n', stay: 0 },
  { sent: 'silent, at the port of health', to: 'adminPort', text: '' },
  {
    sent: 'that ask for health and stay',
    to: 'adminPort',
    text: 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n',
    stay: CONNECTIONS_LIMIT * NEAR_LIMIT_FRACTION,
  },
];

describe.skipIf(!canFlood)(`${FLOOD} connections${why}`, () => {
  let service: HostileService;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeAll(async () => {
    service = await startHostileService({ openFilesLimit: CONNECTIONS_LIMIT + SPARE_FILES });
    await askOn(agent, service.port);
  }, PATIENCE_MILLISECONDS);
  afterAll(async () => {
    agent.destroy();
    await service.stop();
  });

  it.each(rows)('$sent', async ({ sent, to, text, stay = CONNECTIONS_LIMIT }) => {
    let slowest = 0;
    let open = 0;
    let friend: Asked = { statusCode: 0, wasKept: false };
    const growthMebibytes = await service.growthDuring(async () => {
      const connections = await flood(service[to], text);
      friend = await askOn(agent, service.port);
      slowest = await slowestAnswerMilliseconds(service);
      // A stranger's answer is on its way for an instant after the connection is there.
      await expect.poll(connections.count).toBeLessThanOrEqual(stay);
      open = connections.count();
    });
    expect(slowest).toBeLessThan(ANSWER_LIMIT_MILLISECONDS);
    expect(friend.statusCode).toBe(200);
    const answered = `${open} are still open, new callers answered within ${Math.round(slowest)} ms`;
    table.add({ sent: `${FLOOD} ${sent}`, answered, ceiling: 'connections', growthMebibytes });
  });

  it('a flood that never ends keeps nobody out either', async () => {
    let isOver = false;
    const waves = (async () => {
      while (!isOver) (await openConnections(service.port, 1_000)).close();
    })();
    const standing = await flood(service.port, '', CONNECTIONS_LIMIT);
    const slowest = await slowestAnswerMilliseconds(service);
    isOver = true;
    await waves;
    expect(standing.count()).toBeLessThan(CONNECTIONS_LIMIT);
    expect(slowest).toBeLessThan(ANSWER_LIMIT_MILLISECONDS);
  });

  it('was told in the log, once a minute at most, and was no bug', async () => {
    await expectUnharmed(service);
    const times = [...service.log().matchAll(/"time":(\d+).*too many connections/g)].map(([, time]) => Number(time));
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter((time, index) => time - (times[index - 1] ?? 0) < 60_000)).toEqual([]);
    expect(service.log()).not.toContain('"level":50');
  });
});

describe('who is not known', () => {
  let service: HostileService;
  beforeAll(async () => {
    service = await startHostileService({ environment: { DROP_TOKEN_FILE: '', DROP_ALLOW_ANONYMOUS: 'true' } });
  }, PATIENCE_MILLISECONDS);
  afterAll(() => service.stop());
  const connectionHeader = async () => {
    const { statusCode, rawHeaders } = await service.post(SYNC, body, { connection: 'keep-alive' });
    return [statusCode, rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'connection') + 1]];
  };

  it('is closed when no whole head came; who was answered may idle longer', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await askOn(agent, service.port);
    const silent = await flood(service.port, '', 200);
    const half = await flood(service.port, 'POST /hooks', 200);
    const silentAdmin = await flood(service.adminPort, '', 200);
    expect([silent.count(), half.count(), silentAdmin.count()]).toEqual([200, 200, 200]);
    const open = () => silent.count() + half.count() + silentAdmin.count();
    await expect.poll(open, { timeout: HEAD_TIMEOUT_MILLISECONDS + 5_000 }).toBe(0);
    expect(await askOn(agent, service.port)).toEqual({ statusCode: 200, wasKept: true });
    agent.destroy();
  });

  it.skipIf(!canFlood)(`is kept open where there is room, not where it is crowded${why}`, async () => {
    expect(await connectionHeader()).toEqual([200, 'keep-alive']);
    await flood(service.port, '', CONNECTIONS_LIMIT * NEAR_LIMIT_FRACTION + 50);
    // The last of them may still wait to be accepted.
    await expect.poll(connectionHeader).toEqual([200, 'close']);
  });
});
