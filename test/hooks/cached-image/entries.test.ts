// The compact part of the ledger, in its order: what merges, what leaves first, what is left as it is.
import { expect, test } from 'vitest';
import type { CachedEntry } from '../../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../../crds/limits.ts';
import {
  addCached,
  cachedSince,
  keysOf,
  SPARE_KEYS_LIMIT,
  sinceOf,
  withinKeyLimit,
} from '../../../hooks/cached-image/cached-entries.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { HOUR, imageRequest, isoTime, keyOf, NOON, settings } from '../builders/wire.ts';

const at = (hour: number) => isoTime(NOON + hour * HOUR);
const entry = (digest: string, hour: number, nodes: string): CachedEntry => ({ digest, since: at(hour), nodes });
const keyNumber = (index: number) => index.toString(16).padStart(12, '0');

test('an entry without keys holds no node', () => {
  expect(keysOf({ digest: 'd', since: at(0), nodes: '' })).toEqual([]);
});

test('2,000 dead nodes are spared', () => {
  expect(SPARE_KEYS_LIMIT).toBe(2_000);
});

test('a node whose time cannot be read has held the image since ever', () => {
  expect(cachedSince([{ digest: 'd', since: 'lately', nodes: 'k' }]).get('k')).toBe(0);
});

test.each([
  { interval: 30_000, since: '2026-11-21T12:00:02Z' },
  { interval: 3_600_000, since: '2026-11-21T12:05:00Z' },
  { interval: 900_000, since: '2026-11-21T12:01:15Z' },
  { interval: 5_000, since: '2026-11-21T12:00:01Z' },
])('a twelfth of a re-pull interval of $interval ms is cut to whole seconds: $since', ({ interval, since }) => {
  expect(sinceOf(NOON + 500, interval)).toBe(since);
});

interface AddRow {
  readonly what: string;
  readonly before: readonly CachedEntry[];
  readonly added: { readonly key: string; readonly digest: string; readonly since: string };
  readonly after: readonly CachedEntry[];
}

const addTable: AddRow[] = [
  {
    what: 'stands behind older entries and before younger ones',
    before: [entry('d', 3, 'c'), entry('d', 1, 'a')],
    added: { key: 'b', digest: 'd', since: at(2) },
    after: [entry('d', 1, 'a'), entry('d', 2, 'b'), entry('d', 3, 'c')],
  },
  {
    what: 'stands by its digest where the time is the same',
    before: [entry('c', 1, 'x'), entry('a', 1, 'y')],
    added: { key: 'z', digest: 'b', since: at(1) },
    after: [entry('a', 1, 'y'), entry('b', 1, 'z'), entry('c', 1, 'x')],
  },
  {
    what: 'takes the node out of the entry where it was, and that one goes with its last node',
    before: [entry('d', 1, 'a'), entry('d', 2, 'b')],
    added: { key: 'a', digest: 'e', since: at(2) },
    after: [entry('d', 2, 'b'), entry('e', 2, 'a')],
  },
];

test.each(addTable)('a pull that succeeded $what', ({ before, added, after }) => {
  expect(addCached(before, [added])).toEqual(after);
});

test('beyond the limit only entries of one digest merge where there are such, and the order stays', () => {
  const alone = entry('alone', 0, 'aaaaaaaaaaaa');
  const many = Array.from({ length: CACHED_ENTRIES_LIMIT - 1 }, (_, index) =>
    entry('many', index + 1, keyNumber(index)),
  );
  const after = addCached([alone, ...many], [{ key: 'bbbbbbbbbbbb', digest: 'many', since: at(500) }]);
  expect(after).toEqual([
    alone,
    entry('many', 2, `${keyNumber(0)} ${keyNumber(1)}`),
    ...many.slice(2),
    entry('many', 500, 'bbbbbbbbbbbb'),
  ]);
});

test('a merged entry moves to the place of its later time', () => {
  const digests = Array.from({ length: CACHED_ENTRIES_LIMIT - 2 }, (_, index) =>
    entry(`d${index}`, index + 2, `n${index}`),
  );
  const after = addCached(
    [entry('same', 1, 'a'), ...digests, entry('same', 400, 'b')],
    [{ key: 'c', digest: 'last', since: at(500) }],
  );
  expect(after).toEqual([...digests, entry('same', 400, 'a b'), entry('last', 500, 'c')]);
});

const dead = Array.from({ length: SPARE_KEYS_LIMIT + 2 }, (_, index) => keyNumber(index));

test.each([
  { over: 0, gone: [] },
  { over: 1, gone: [0] },
  { over: 2, gone: [0, 1] },
])('with $over keys too many, as many leave, the oldest, wherever they stand', ({ over, gone }) => {
  const young = dead.slice(2, SPARE_KEYS_LIMIT + over);
  const entries = [entry('d', 9, young.join(' ')), entry('d', 2, dead[1] ?? ''), entry('d', 1, dead[0] ?? '')];
  const kept = withinKeyLimit(entries, new Set());
  expect([...cachedSince(kept).keys()].sort()).toEqual(
    dead.slice(0, SPARE_KEYS_LIMIT + over).filter((_, index) => !gone.includes(index as never)),
  );
  expect(kept.every(({ nodes }) => nodes !== '')).toBe(true);
});

const sync = (world: object) => syncCachedImage(imageRequest({ name: 'x', ...world }), settings, NOON).response.status;

test('keys of nodes that are gone leave the status of an image beyond the limit, not without a Fleet', () => {
  const cached = [entry('d', 0, dead.join(' '))];
  expect(keysOf((sync({ status: { cached } }) as { cached: [CachedEntry] }).cached[0])).toHaveLength(dead.length);
  const { cached: left } = sync({ nodes: [], status: { cached } }) as { cached: [CachedEntry] };
  expect(keysOf(left[0])).toHaveLength(SPARE_KEYS_LIMIT);
});

test('where nothing ended, a ledger in an odd order is left as it is', () => {
  const failing = ['a', 'b'].map((node, index) => ({
    node,
    key: keyOf({ name: node }),
    reason: 'ErrImagePull',
    message: '',
    failures: 1,
    at: isoTime(NOON - 10 + index),
  }));
  const ledger = { cached: [entry('d', 2, 'z a'), entry('d', 1, 'b')], failing };
  expect(sync({ nodes: [], status: ledger })).toMatchObject(ledger);
});
