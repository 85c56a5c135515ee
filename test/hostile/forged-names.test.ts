// Proves on the real process that no key and no text, wherever it stands in a request of any hook, harms it, its log or its answers, and what all of them cost.
// What each single one is told and changes: forged-requests.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hooks } from '../../service/hook-table.ts';
import { createRandom } from '../../simulator/random.ts';
import { containersOf, FORGED_TEXT, PROTOTYPE_KEYS, setOwn } from '../fuzz/mutations.ts';
import { validRequest } from '../fuzz/requests.ts';
import { NOW } from '../service/app-with-log.ts';
import { createAnsweredTable } from './answered-table.ts';
import { expectUnharmed, type HostileService, PATIENCE_MILLISECONDS, startHostileService } from './hostile-service.ts';

/** Its requests are small and have something of everything: Pods, images, ledgers, nodes, starts. */
const SEED = 2275;
const paths = hooks.map(({ path }) => path);
const LONG_TEXT = 'n'.repeat(10_000) + FORGED_TEXT;
const MARK = { polluted: 'yes', prototype: { polluted: 'yes' } };
/** Headers that an answer may have; a caller can add none. */
const HEADERS = ['connection', 'content-length', 'content-type', 'date', 'keep-alive'];

const requestOf = (path: string): unknown =>
  validRequest(path, { random: createRandom(SEED), nowMilliseconds: NOW }).body;

/** Every request that has the key somewhere, one place each. */
function withKey(path: string, key: string): string[] {
  const places = containersOf(requestOf(path)).flatMap((container, place) => (Array.isArray(container) ? [] : [place]));
  return places.map((place) => {
    const body = requestOf(path);
    setOwn(containersOf(body)[place] ?? {}, key, MARK);
    return JSON.stringify(body);
  });
}

/** Every request that has the text in the place of one of its own. */
function withText(path: string, text: string): string[] {
  const places = containersOf(requestOf(path)).flatMap((container, place) =>
    Object.entries(container).flatMap(([key, value]) => (typeof value === 'string' ? [{ place, key }] : [])),
  );
  return places.map(({ place, key }) => {
    const body = requestOf(path);
    setOwn(containersOf(body)[place] ?? {}, key, text);
    return JSON.stringify(body);
  });
}

let service: HostileService;
const table = createAnsweredTable('Forged names');
beforeAll(async () => {
  service = await startHostileService({ environment: { DROP_LOG_LEVEL: 'debug' } });
}, PATIENCE_MILLISECONDS);
afterAll(async () => {
  table.print();
  await service.stop();
});

interface Row {
  readonly sent: string;
  readonly bodiesOf: (path: string) => readonly string[];
  readonly statusCodes: readonly number[];
}

const rows: readonly Row[] = [
  ...PROTOTYPE_KEYS.map((key) => ({
    sent: `the key ${key} in every map`,
    bodiesOf: (path: string) => withKey(path, key),
    statusCodes: key === '__proto__' ? [400] : [200],
  })),
  {
    sent: 'ends of lines, headers and texts in every text',
    bodiesOf: (path) => withText(path, FORGED_TEXT),
    statusCodes: [200, 400],
  },
  { sent: '10,000 characters in every text', bodiesOf: (path) => withText(path, LONG_TEXT), statusCodes: [200, 400] },
];

const namesOf = (rawHeaders: readonly string[]) =>
  rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());

describe('in a request of every hook', () => {
  it.each(rows)('$sent', async ({ sent, bodiesOf, statusCodes }) => {
    const codes = new Set<number>();
    const headers = new Set<string>();
    const requests = paths.flatMap((path) => bodiesOf(path).map((body) => ({ path, body })));
    const growthMebibytes = await service.growthDuring(async () => {
      for (const { path, body } of requests) {
        const answer = await service.post(path, body);
        codes.add(answer.statusCode);
        for (const name of namesOf(answer.rawHeaders)) headers.add(name);
      }
    });
    expect(requests.length).toBeGreaterThan(100);
    expect([...codes].sort()).toEqual(statusCodes);
    expect([...headers].filter((name) => !HEADERS.includes(name))).toEqual([]);
    const answered = `${statusCodes.join(' or ')}, ${requests.length} times`;
    table.add({ sent, answered, ceiling: 'small', growthMebibytes });
  });
});

it('each was a line of the log, none was its own bug, and nothing in it would be acted on by a terminal', async () => {
  await expectUnharmed(service);
  const lines = service.log().split('\n').slice(0, -1);
  expect(lines.length).toBeGreaterThan(1_000);
  expect(lines.filter((line) => /[\p{Cc}\u2028-\u202e]/u.test(line))).toEqual([]);
  const levels = lines.map((line) => (JSON.parse(line) as { level: number }).level);
  expect(levels.filter((level) => level > 40)).toEqual([]);
});
