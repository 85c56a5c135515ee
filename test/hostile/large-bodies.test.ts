// Bodies of up to 64 MiB cost a bounded amount of memory: the service responds or rejects them within its limits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../crds/kind.ts';
import { TOKENS_LIMIT } from '../../service/json-body.ts';
import { type HostileService, plainImage, startHostileService, TIMEOUT_MILLISECONDS } from './hostile-service.ts';

const MEBIBYTE = 1024 * 1024;
const LIMIT_BYTES = 64 * MEBIBYTE;
/** Growth that the container's limit of 1 GiB allows. */
const GROWTH_LIMIT_MEBIBYTES = 768;

const plain = JSON.stringify({ parent: plainImage });
const nestedLists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const inSpec = (value: string) => plain.replace('"spec":{', `"spec":{"unknown":${value},`);

/** As many pieces as fit into the limit, between a beginning and an end. */
function filled(piece: string, before = '', after = ''): string {
  return before + piece.repeat(Math.floor((LIMIT_BYTES - before.length - after.length) / piece.length)) + after;
}

/** A set with an invalid spec returns its observed children, so their specs are serialized again. */
const returnedSpec = (value: string) =>
  JSON.stringify({
    parent: { kind: 'CachedImageSet', metadata: { name: 'tools', uid: 's' }, spec: { images: 7 } },
    children: { [`CachedImage.${API_VERSION}`]: { a: { metadata: { name: 'a' }, spec: 'VALUE' } } },
  }).replace('"VALUE"', value);

/** The body with the most expensive values found within the token limit: a PullPolicy sync with an invalid selector. */
function invalidSelector(tokens: number): string {
  const selector = Array.from({ length: Math.floor(tokens / 2) - 40 }, (_, index) => `"k${index}":1`).join(',');
  return JSON.stringify({
    parent: { kind: 'PullPolicy', metadata: { name: 'forged', uid: 'forged' }, spec: {} },
    children: { 'Pod.v1': {}, [`PolicyView.${API_VERSION}`]: {} },
    related: {
      'Pod.v1': {},
      [`Fleet.${API_VERSION}`]: {},
      [`CachedImage.${API_VERSION}`]: {
        a: { metadata: { name: 'a' }, spec: { image: 'a', nodeSelector: 'SELECTOR' } },
      },
    },
  }).replace('"SELECTOR"', `{${selector}}`);
}

const tooDeep = 'the body is nested more than 1000 levels deep';
const tooMany = 'the body has too many values; the limit grows with DROP_BODY_LIMIT_BYTES above 64 MiB';

interface Row {
  readonly what: string;
  readonly body: () => string | Buffer;
  readonly statusCode: number;
  /** The error. Absent: the response has a status. */
  readonly error?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is closed before the whole body is sent, so the response may be lost. */
  readonly isRejectedUnread?: true;
}

const rows: readonly Row[] = [
  {
    what: 'a body above 64 MiB',
    body: () => `${filled(' ')} `,
    statusCode: 413,
    error: 'the body is larger than DROP_BODY_LIMIT_BYTES',
    isRejectedUnread: true,
  },
  {
    what: 'a body of 64 MiB without the right token',
    body: () => Buffer.alloc(LIMIT_BYTES),
    headers: { authorization: 'Bearer x' },
    statusCode: 401,
    error: 'the bearer token is wrong',
    isRejectedUnread: true,
  },
  {
    what: 'a string of 64 MiB of unknown length',
    body: () => filled('a', '{"parent":"', '"}'),
    headers: { 'transfer-encoding': 'chunked' },
    statusCode: 400,
    error: 'parent: Invalid input: expected object, received string',
  },
  { what: '64 MiB of empty objects', body: () => filled('{},', '[', '{}]'), statusCode: 413, error: tooMany },
  { what: '64 MiB of nested lists', body: () => nestedLists(LIMIT_BYTES / 2), statusCode: 400, error: tooDeep },
  { what: 'a spec nested 100,000 levels', body: () => inSpec(nestedLists(100_000)), statusCode: 400, error: tooDeep },
  {
    what: 'a returned spec nested 900 levels',
    body: () => returnedSpec(nestedLists(900)),
    path: '/hooks/cachedimagesets/sync',
    statusCode: 200,
  },
  {
    what: 'the most expensive body within the token limit',
    body: () => invalidSelector(TOKENS_LIMIT),
    path: '/hooks/pullpolicies/sync',
    statusCode: 200,
  },
];

describe('the memory of the service stays below 1 GiB', () => {
  let service: HostileService;
  beforeAll(async () => {
    service = await startHostileService();
  }, TIMEOUT_MILLISECONDS);
  afterAll(() => service.stop());

  function expectBounded(growthMebibytes: number | undefined): void {
    expect(service.isAlive()).toBe(true);
    expect(growthMebibytes ?? 0).toBeLessThan(GROWTH_LIMIT_MEBIBYTES);
  }

  const titledRows = rows.map((row) => [`${row.what}: HTTP ${row.statusCode}`, row] as const);
  it.each(titledRows)('%s', async (_title, { body, statusCode, error, path, headers, isRejectedUnread }) => {
    let response = { statusCode: 0, body: '' };
    const bytes = body();
    const growthMebibytes = await service.peakGrowthDuring(async () => {
      response = await service.post(path ?? '/hooks/cachedimages/sync', bytes, headers);
    });
    expectBounded(growthMebibytes);
    if (isRejectedUnread && response.statusCode === 0) return;
    expect(response.statusCode).toBe(statusCode);
    expect(JSON.parse(response.body)).toMatchObject(error === undefined ? { status: {} } : { error });
  });

  it('ten bodies of 64 MiB at once: each is handled or rejected with HTTP 503', async () => {
    const bytes = Buffer.from(filled('a', '{"parent":"', '"}'));
    let codes: number[] = [];
    const growthMebibytes = await service.peakGrowthDuring(async () => {
      const responses = await Promise.all(Array.from({ length: 10 }, () => service.post('/hooks/fleets/sync', bytes)));
      codes = responses.map(({ statusCode }) => statusCode);
    });
    expectBounded(growthMebibytes);
    expect(codes).toContain(400);
    expect(codes.filter((code) => ![400, 503, 0].includes(code))).toEqual([]);
  });

  it('afterwards an ordinary request succeeds and the log contains no internal error', async () => {
    expect((await service.post('/hooks/cachedimages/sync', plain)).statusCode).toBe(200);
    expect(service.log()).not.toContain('"level":50');
  });
});
