// Proves that 64 MiB of anything cost a bounded amount of memory: it is read within the limits and answered, or refused with a sentence.

import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonShapeProblem, TOKENS_LIMIT } from '../../service/json-body.ts';
import { createAnsweredTable } from './answered-table.ts';
import {
  askAdmin,
  expectUnharmed,
  type HostileService,
  PATIENCE_MILLISECONDS,
  plainImage,
  startHostileService,
} from './hostile-service.ts';
import { worstBodies } from './largest-requests.ts';

const SYNC = '/hooks/cachedimages/sync';
const MEBIBYTE = 1024 * 1024;
const LIMIT_BYTES = 64 * MEBIBYTE;

/** As much of one piece as fits into the limit, between a beginning and an end. */
function filled(piece: string, before = '', after = ''): string {
  return before + piece.repeat(Math.floor((LIMIT_BYTES - before.length - after.length) / piece.length)) + after;
}

const plain = JSON.stringify({ parent: plainImage });
/** A good request with something in a field that nobody knows. */
const [beforeNoise, afterNoise] = [`${plain.slice(0, -1)},"noise":`, '}'];
const inUnknownField = (noise: string) => beforeNoise + noise + afterNoise;
/** A good request with something in its spec. */
const inSpec = (noise: string) => plain.replace('"spec":{', `"spec":{"noise":${noise},`);
const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`;
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

/** A set that cannot be read returns the children it has, unchanged: their specs are written as they came. */
const deepChild = (depth: number) =>
  `{"parent":{"kind":"CachedImageSet","metadata":{"name":"tools","uid":"s"},"spec":{"images":7}},"children":{"CachedImage.drop.corewire.io/v1alpha1":{"a":{"metadata":{"name":"a"},"spec":${nested('[', ']', depth)}}}}}`;

const RIGHT = 'the right answer';
const notJson = 'the body is not valid JSON';
const tooLarge = 'the body is larger than DROP_BODY_LIMIT_BYTES';
const tooDeep = 'the body is nested more than 1000 levels deep';
const tooMany = 'the body has too many values; the limit grows with DROP_BODY_LIMIT_BYTES above 64 MiB';
const noParent = 'parent: Invalid input: expected object, received undefined';
const parentIsText = 'parent: Invalid input: expected object, received string';

interface Row {
  readonly sent: string;
  readonly body: () => string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly statusCode: number;
  readonly says: string;
  /** The end of such a body may find the connection closed by an answer that came before it. */
  readonly isRefusedUnread?: true;
}

const row = (sent: string, body: Row['body'], statusCode: number, says: string): Row => ({
  sent,
  body,
  statusCode,
  says,
});

const rows: readonly Row[] = [
  row('64 MiB of zeros', () => Buffer.alloc(LIMIT_BYTES), 400, notJson),
  row(
    '64 MiB at random, none of it ASCII',
    () =>
      Buffer.alloc(
        LIMIT_BYTES,
        randomBytes(MEBIBYTE).map((byte) => byte | 0x80),
      ),
    400,
    notJson,
  ),
  { ...row('64 MiB and a byte', () => `${filled(' ')} `, 413, tooLarge), isRefusedUnread: true },
  row('one text of 64 MiB', () => filled('a', '{"parent":"', '"}'), 400, parentIsText),
  row('one text of 64 MiB of brackets', () => filled('[', '{"parent":"', '"}'), 400, parentIsText),
  row('one text of 64 MiB that does not end', () => filled('\\"', '{"parent":"'), 400, notJson),
  row('a name of 30 MiB', () => plain.replace('"alpine"', `"${'n'.repeat(30 * MEBIBYTE)}"`), 200, RIGHT),
  row('64 MiB of quotes', () => filled('"'), 413, tooMany),
  row('64 MiB of 1e99999', () => filled('1e99999,', `${beforeNoise}[`, '1]}'), 413, tooMany),
  row('a number of 64 MiB', () => filled('9', beforeNoise, afterNoise), 200, RIGHT),
  row('four million keys', () => keys(4_000_000), 413, tooMany),
  row('a quarter of a million keys', () => keys(250_000), 400, noParent),
  row('64 MiB of empty objects', () => filled('{},', '[', '{}]'), 413, tooMany),
  row('64 MiB of opened lists', () => filled('['), 400, tooDeep),
  row('32 Mi lists in each other', () => nested('[', ']', LIMIT_BYTES / 2), 400, tooDeep),
  row(
    '100,000 lists in each other, in an unknown field',
    () => inUnknownField(nested('[', ']', 100_000)),
    400,
    tooDeep,
  ),
  row(
    '100,000 objects in each other, in an unknown field',
    () => inUnknownField(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    400,
    tooDeep,
  ),
  row('100,000 lists in each other, in the spec', () => inSpec(nested('[', ']', 100_000)), 400, tooDeep),
  row('900 lists in each other, in the spec', () => inSpec(nested('[', ']', 900)), 200, RIGHT),
  {
    ...row('100,000 lists in each other, in a spec that is returned', () => deepChild(100_000), 400, tooDeep),
    path: '/hooks/cachedimagesets/sync',
  },
  {
    ...row('900 lists in each other, in a spec that is returned', () => deepChild(900), 200, RIGHT),
    path: '/hooks/cachedimagesets/sync',
  },
  row('the same key a million times', () => `{${'"parent":1,'.repeat(1_000_000)}"parent":2}`, 413, tooMany),
  row(
    'the same key half a million times',
    () => `{${'"parent":1,'.repeat(500_000)}"parent":2}`,
    400,
    'parent: Invalid input: expected object, received number',
  ),
  row(
    '64 MiB in what Kubernetes notes and no hook reads',
    () => filled('{},', `${plain.slice(0, -1)},"managedFields":[`, '{}]}'),
    200,
    RIGHT,
  ),
  row('the parent twice', () => `{"parent":7,${plain.slice(1)}`, 200, RIGHT),
  row(
    'bytes that are no UTF-8',
    () => Buffer.concat([Buffer.from(beforeNoise), Buffer.from('22c328a0a122', 'hex'), Buffer.from(afterNoise)]),
    200,
    RIGHT,
  ),
  row('UTF-16', () => Buffer.from(plain, 'utf16le'), 400, notJson),
  row('a byte order mark', () => `\ufeff${plain}`, 200, RIGHT),
  {
    ...row('64 MiB of zeros in 64 KB of gzip', () => gzipSync(Buffer.alloc(LIMIT_BYTES)), 400, notJson),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    ...row('64 MiB in chunks', () => filled('a', '{"parent":"', '"}'), 400, parentIsText),
    headers: { 'transfer-encoding': 'chunked' },
  },
  {
    ...row('64 MiB without the token', () => Buffer.alloc(LIMIT_BYTES), 401, 'the bearer token is wrong'),
    headers: { authorization: 'Bearer x' },
    isRefusedUnread: true,
  },
];

let service: HostileService;
const table = createAnsweredTable('Large bodies');
beforeAll(async () => {
  service = await startHostileService();
}, PATIENCE_MILLISECONDS);
afterAll(async () => {
  table.print();
  await service.stop();
});

function saying(text: string): string {
  const { error, status } = JSON.parse(text) as { error?: string; status?: object };
  return status === undefined ? (error ?? text) : RIGHT;
}

describe('what is remembered', () => {
  it('200 UIDs that nobody has, each with a ledger of a mebibyte to remember', async () => {
    const nodes = 'aaaaaaaaaaaa '.repeat(MEBIBYTE / 13).trim();
    const since = '2026-11-21T23:00:00Z';
    let codes: number[] = [];
    const growthMebibytes = await service.growthDuring(async () => {
      for (let index = 0; index < 200; index += 1) {
        const status = { revision: 1, cached: [{ digest: 'sha256:a', since, nodes }] };
        const parent = { ...plainImage, metadata: { name: 'forged', uid: `uid-${index}` }, spec: {}, status };
        codes.push((await service.post(SYNC, JSON.stringify({ parent }))).statusCode);
      }
    });
    codes = [...new Set(codes)];
    expect(codes).toEqual([200]);
    table.add({
      sent: '200 forged UIDs, 1 MiB to remember of each',
      answered: '200',
      ceiling: 'statuses',
      growthMebibytes,
    });
  });
});

/** Processor time that the service has taken since it started: how long it could not answer, however busy the machine is. */
async function cpuSeconds(): Promise<number> {
  const [, text] = await askAdmin(service, '/metrics');
  return Number(/^process_cpu_seconds_total ([\d.e-]+)$/m.exec(text)?.[1]);
}

describe('the worst that the limits let in is answered, and more of it refused; how long it took is in the table', () => {
  it.each(worstBodies)('$sent', async ({ sent, path, statusCode, body }) => {
    const text = body(TOKENS_LIMIT);
    expect(jsonShapeProblem(Buffer.from(text), TOKENS_LIMIT)).toBeUndefined();
    expect(jsonShapeProblem(Buffer.from(text), TOKENS_LIMIT * 0.9)).toBe('DROP_BODY_TOO_MANY_TOKENS');
    let code = 0;
    const began = await cpuSeconds();
    const growthMebibytes = await service.growthDuring(async () => {
      code = (await service.post(path, text)).statusCode;
    });
    const seconds = (await cpuSeconds()) - began;
    expect(code).toBe(statusCode);
    const answered = `${code} after ${seconds.toFixed(1)} s of processor time`;
    table.add({ sent: `as many as may be: ${sent}`, answered, ceiling: 'largeBody', growthMebibytes });
    const refused = await service.post(path, body(1.2 * TOKENS_LIMIT));
    expect([refused.statusCode, saying(refused.body)]).toEqual([413, tooMany]);
  });
});

describe('a large body', () => {
  it.each(rows)('$sent: $statusCode $says', async ({ body, headers, path = SYNC, isRefusedUnread, ...expected }) => {
    const { sent, statusCode, says } = expected;
    const bytes = body();
    let answer = { statusCode: 0, body: '' };
    const growthMebibytes = await service.growthDuring(async () => {
      answer = await service.post(path, bytes, headers);
    });
    const wasCutOff = isRefusedUnread && answer.statusCode === 0 && service.isAlive();
    if (!wasCutOff) expect([answer.statusCode, saying(answer.body)]).toEqual([statusCode, says]);
    table.add({
      sent,
      answered: wasCutOff ? 'closed' : `${statusCode} ${says}`,
      ceiling: 'largeBody',
      growthMebibytes,
    });
  });

  it('ten of 64 MiB at once are answered, or told to come again', async () => {
    const bytes = Buffer.from(filled('a', '{"parent":"', '"}'));
    let codes: number[] = [];
    const growthMebibytes = await service.growthDuring(async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => service.post(SYNC, bytes)));
      codes = answers.map(({ statusCode }) => statusCode);
    });
    const unexpected = codes.filter((code) => ![400, 503, 0].includes(code));
    expect([service.isAlive(), unexpected, codes.includes(400)]).toEqual([true, [], true]);
    table.add({ sent: 'ten of 64 MiB at once', answered: codes.join(' '), ceiling: 'largeBody', growthMebibytes });
  });

  it('after all of them it serves as before, and none was its own bug', async () => {
    await expectUnharmed(service);
    expect(service.log()).not.toContain('"level":50');
  });
});
