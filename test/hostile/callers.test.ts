// Proves what each strange caller is told, over a real connection to the real process, and that none of them costs or harms it.
// Tokens and bodies of everyday mistakes: test/service/bad-requests.test.ts. What is announced and not sent: test/service/server.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORGED_TEXT } from '../fuzz/mutations.ts';
import { createAnsweredTable } from './answered-table.ts';
import {
  expectUnharmed,
  type HostileService,
  PATIENCE_MILLISECONDS,
  plainImage,
  startHostileService,
  TOKEN,
} from './hostile-service.ts';
import { lastBodyOf, sendRaw, statusCodesOf } from './raw-connections.ts';

const SYNC = '/hooks/cachedimages/sync';
const body = JSON.stringify({ parent: plainImage });
const AUTHORIZED = `authorization: Bearer ${TOKEN}`;
const JSON_TYPE = 'content-type: application/json';
const LENGTH = `content-length: ${body.length}`;
const GOOD = [AUTHORIZED, JSON_TYPE, LENGTH];

interface Shape {
  readonly path?: string;
  readonly method?: string;
  readonly version?: string;
  readonly body?: string;
}

function request(lines: readonly string[], shape: Shape = {}): string {
  const { path = SYNC, method = 'POST', version = '1.1' } = shape;
  return [`${method} ${path} HTTP/${version}`, 'host: drop', ...lines, '', ''].join('\r\n') + (shape.body ?? body);
}

const chunk = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
const END = '0\r\n\r\n';
const chunked = (lines: readonly string[], text: string) => request([AUTHORIZED, JSON_TYPE, ...lines], { body: text });
const CHUNKED = 'transfer-encoding: chunked';

/** The sentence of an answer, or that it is the right one to the plain request. */
function saying(text: string): string {
  if (text === '') return '';
  const { error, message, status } = JSON.parse(text) as { error?: string; message?: string; status?: object };
  return status === undefined ? [error, message].filter((each) => each !== undefined).join(': ') : RIGHT;
}

const RIGHT = 'the right answer';
const noHook = 'there is no such hook';
const notHttp = 'Bad Request: Client Error';
const tooMuchHead = 'Request Header Fields Too Large: Exceeded maximum allowed HTTP header size';
const missing = 'the bearer token is missing';
const wrong = 'the bearer token is wrong';

/** What is sent; the status of every answer that comes back; what the last one says. */
type Row = readonly [sent: string, bytes: string | Buffer, statusCodes: readonly number[], says: string];

const tokens: readonly Row[] = [
  ['the token', request(GOOD), [200], RIGHT],
  ['the token and blanks', request([`${AUTHORIZED} \t `, JSON_TYPE, LENGTH]), [200], RIGHT],
  ['a wrong token, then the right one', request(['authorization: Bearer x', ...GOOD]), [401], wrong],
  ['the token in the address', request([JSON_TYPE, LENGTH], { path: `${SYNC}?access_token=${TOKEN}` }), [401], missing],
  ['the token in a cookie', request([`cookie: authorization=${TOKEN}`, JSON_TYPE, LENGTH]), [401], missing],
  ['the token for a proxy', request([`proxy-authorization: Bearer ${TOKEN}`, JSON_TYPE, LENGTH]), [401], missing],
  ['the token after a line break', request([`authorization:\r\n Bearer ${TOKEN}`, JSON_TYPE, LENGTH]), [400], notHttp],
  ['the token with a line break', request([`${AUTHORIZED}\nx-admin: yes`, JSON_TYPE, LENGTH]), [400], notHttp],
  ['the token with a NUL', request([`${AUTHORIZED}\0`, JSON_TYPE, LENGTH]), [400], notHttp],
  [
    'the token as a trailer',
    request([JSON_TYPE, CHUNKED], { body: `${chunk(body)}0\r\n${AUTHORIZED}\r\n\r\n` }),
    [401],
    missing,
  ],
  ['no token, but to be invited to send', request([JSON_TYPE, LENGTH, 'expect: 100-continue']), [100, 401], missing],
];

const smuggled = request([JSON_TYPE, 'content-length: 2'], { body: '{}' });
const smuggling: readonly Row[] = [
  ['a length and chunks', chunked(['content-length: 5', CHUNKED], chunk(body) + END + smuggled), [400], notHttp],
  ['chunks and a length', chunked([CHUNKED, 'content-length: 5'], chunk(body) + END + smuggled), [400], notHttp],
  ['chunks that are none', chunked(['transfer-encoding: xchunked'], chunk(body) + END), [400], notHttp],
  ['chunks, then no chunks', chunked([CHUNKED, 'transfer-encoding: identity'], chunk(body) + END), [400], notHttp],
  ['a blank before the colon', chunked(['transfer-encoding : chunked'], chunk(body) + END), [400], notHttp],
  ['two lengths', request([...GOOD, 'content-length: 5']), [400], notHttp],
  ['two lengths in one', request([AUTHORIZED, JSON_TYPE, 'content-length: 5, 5']), [400], notHttp],
  ['a length below nothing', request([AUTHORIZED, JSON_TYPE, 'content-length: -1']), [400], notHttp],
  ['a length with a sign', request([AUTHORIZED, JSON_TYPE, `content-length: +${body.length}`]), [400], notHttp],
  [
    'a length beyond all numbers',
    request([AUTHORIZED, JSON_TYPE, `content-length: ${'9'.repeat(30)}`]),
    [400],
    notHttp,
  ],
  ['a chunk beyond all numbers', chunked([CHUNKED], `${'F'.repeat(17)}\r\n${body}`), [400], notHttp],
  ['chunks with small extensions', chunked([CHUNKED], chunk(body, ';a="b"') + END), [200], RIGHT],
  [
    'a chunk with an extension of 100 KB',
    chunked([CHUNKED], chunk(body, `;a=${'b'.repeat(100_000)}`) + END),
    [400],
    notHttp,
  ],
  ['a trailer that sets a length', chunked([CHUNKED], `${chunk(body)}0\r\ncontent-length: 3\r\n\r\n`), [400], notHttp],
  ['line ends without carriage returns', request(GOOD).replaceAll('\r\n', '\n'), [400], notHttp],
  ['a carriage return in a header', request([...GOOD, 'x-a: b\rc']), [400], notHttp],
  [
    'a length that ends early, the rest a stranger',
    request([AUTHORIZED, JSON_TYPE, 'content-length: 2'], { body: `{}${smuggled}` }),
    [400, 401],
    missing,
  ],
  ['1,000 at once on one connection', request(GOOD).repeat(1_000), Array(1_000).fill(200), RIGHT],
];

const heads: readonly Row[] = [
  ['a header of 20 KB', request([...GOOD, `x-a: ${'a'.repeat(20_000)}`]), [431], tooMuchHead],
  [
    '3,000 headers',
    request([...GOOD, ...Array.from({ length: 3_000 }, (_, index) => `x-${index}: 1`)]),
    [431],
    tooMuchHead,
  ],
  ['an address of 20 KB', request(GOOD, { path: `/${'a'.repeat(20_000)}` }), [431], tooMuchHead],
  ['an address of 10 KB', request(GOOD, { path: `/${'a'.repeat(10_000)}` }), [404], noHook],
  ['a hook with 10 KB of parameters', request(GOOD, { path: `${SYNC}?${'a=b&'.repeat(2_500)}` }), [200], RIGHT],
  ['no host', request(GOOD).replace('host: drop\r\n', ''), [400], ''],
  ['HTTP 3.0', request(GOOD, { version: '3.0' }), [400], notHttp],
  ['the first words of HTTP 2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400], notHttp],
  ['a handshake of TLS', Buffer.from('16030100c8010000c40303', 'hex'), [400], notHttp],
  ['every byte there is', Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7) % 256)), [400], notHttp],
  ['CONNECT', request(GOOD, { method: 'CONNECT', path: 'evil.example.com:443' }), [], ''],
  ['TRACE', request([AUTHORIZED], { method: 'TRACE', body: '' }), [404], noHook],
  ['an upgrade', request([...GOOD, 'connection: upgrade', 'upgrade: websocket']), [200], RIGHT],
  ['another method in a header', request([...GOOD, 'x-http-method-override: DELETE']), [200], RIGHT],
  [
    'a type named __proto__',
    request([AUTHORIZED, 'content-type: __proto__', LENGTH]),
    [415],
    'the body must be application/json',
  ],
  ['an expectation that is none', request([...GOOD, 'expect: nonsense']), [417], ''],
];

const paths: readonly Row[] = [
  '/hooks/../hooks/cachedimages/sync',
  '/hooks/%2e%2e/hooks/cachedimages/sync',
  '//hooks/cachedimages/sync',
  '/hooks//cachedimages/sync',
  '/hooks/cachedimages%2fsync',
  '/hooks/cachedimages%252fsync',
  '/hooks/cachedimages\\sync',
  '/hooks/cachedimages/sync;x=y',
  '/hooks/cachedimages/sync%00',
  '/hooks/__proto__/sync',
  '/hooks/constructor/sync',
  '/../../etc/passwd',
  '/%2e%2e%2f%2e%2e%2fetc/passwd',
  '/%',
  '*',
].map((path) => [`the path ${path}`, request(GOOD, { path }), [404], noHook] as const);

let service: HostileService;
const table = createAnsweredTable('Strange callers');
beforeAll(async () => {
  service = await startHostileService();
}, PATIENCE_MILLISECONDS);
afterAll(async () => {
  table.print();
  await service.stop();
});

describe.each([
  ['tokens', tokens],
  ['requests in disguise', smuggling],
  ['heads', heads],
  ['paths', paths],
])('%s', (_group, rows) => {
  it.each(rows)('%s', async (sent, bytes, statusCodes, says) => {
    let received = '';
    const growthMebibytes = await service.growthDuring(async () => {
      received = await sendRaw(service.port, bytes);
    });
    const codes = statusCodesOf(received);
    expect([codes, codes.length === 0 ? '' : saying(lastBodyOf(received))]).toEqual([statusCodes, says]);
    const shown = codes.length > 2 ? `${codes.length} x ${codes[0]}` : codes.join(', ');
    table.add({ sent, answered: `${shown || 'closed'} ${says}`.trim(), ceiling: 'small', growthMebibytes });
  });
});

it('after all of them it serves as before, and none was its own bug', async () => {
  await expectUnharmed(service);
  expect(service.log()).not.toContain('"level":50');
});

it('what a caller writes is one line of the log, and nothing in it that a terminal would act on', async () => {
  const name = `forged ${FORGED_TEXT}`;
  const parent = { ...plainImage, metadata: { ...plainImage.metadata, name } };
  await service.post(SYNC, JSON.stringify({ parent }));
  await expect.poll(() => service.log().includes('forged a')).toBe(true);
  const lines = service.log().split('\n').slice(0, -1);
  expect(lines.filter((line) => /[\p{Cc}\u2028-\u202e]/u.test(line))).toEqual([]);
  const entries = lines.map((line) => JSON.parse(line) as { level: number; parent?: string });
  expect(entries.filter(({ level }) => level > 40)).toEqual([]);
  expect(entries.some((entry) => entry.parent === name)).toBe(true);
});

it('no answer has a header that a caller wrote', async () => {
  const name = 'a\r\nset-cookie: stolen=1\r\n\r\n<html>';
  const parent = { ...plainImage, metadata: { ...plainImage.metadata, name, uid: name } };
  const { statusCode, rawHeaders } = await service.post(SYNC, JSON.stringify({ parent }));
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((each) => each.toLowerCase());
  expect([statusCode, names.sort()]).toEqual([
    200,
    ['connection', 'content-length', 'content-type', 'date', 'keep-alive'],
  ]);
});
