// The node keys of the ledger: what is added can be read, and nothing that still counts is removed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CachedEntry } from '../../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../../crds/limits.ts';
import {
  addCached,
  type CachedNode,
  cachedSince,
  keysOf,
  SPARE_KEYS_LIMIT,
  sinceOf,
  withinKeyLimit,
} from '../../../hooks/cached-image/cached-entries.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { HOUR, imageRequest, isoTime, keyOf, MINUTE, NOON, type NodeFacts, settings } from '../builders/wire.ts';

const at = (hour: number) => isoTime(NOON + hour * HOUR);
const entry = (digest: string, hour: number, nodes: string): CachedEntry => ({ digest, since: at(hour), nodes });
const keyNumber = (index: number) => index.toString(16).padStart(12, '0');

test('an entry with an empty text has no keys', () => {
  expect(keysOf({ digest: 'd', since: at(0), nodes: '' })).toEqual([]);
});

test('an entry whose time does not parse counts as the oldest', () => {
  expect(cachedSince([{ digest: 'd', since: 'lately', nodes: 'k' }]).get('k')).toBe(0);
});

test.each([
  { interval: 30_000, since: '2026-11-21T12:00:02Z' },
  { interval: 3_600_000, since: '2026-11-21T12:05:00Z' },
  { interval: 900_000, since: '2026-11-21T12:01:15Z' },
  { interval: 5_000, since: '2026-11-21T12:00:01Z' },
])('with a re-pull interval of $interval ms since is rounded up to $since', ({ interval, since }) => {
  expect(sinceOf(NOON + 500, interval)).toBe(since);
});

interface AddRow {
  readonly what: string;
  readonly before: readonly CachedEntry[];
  readonly added: Omit<CachedNode, 'stamp'> & Partial<Pick<CachedNode, 'stamp'>>;
  readonly after: readonly CachedEntry[];
}

const addTable: AddRow[] = [
  {
    what: 'a new entry is sorted by time',
    before: [entry('d', 3, 'c'), entry('d', 1, 'a')],
    added: { key: 'b', digest: 'd', since: at(2) },
    after: [entry('d', 1, 'a'), entry('d', 2, 'b'), entry('d', 3, 'c')],
  },
  {
    what: 'entries of the same time are sorted by digest',
    before: [entry('c', 1, 'x'), entry('a', 1, 'y')],
    added: { key: 'z', digest: 'b', since: at(1) },
    after: [entry('a', 1, 'y'), entry('b', 1, 'z'), entry('c', 1, 'x')],
  },
  {
    what: 'a node moves to the entry of its last pull, and an entry without nodes is removed',
    before: [entry('d', 1, 'a'), entry('d', 2, 'b')],
    added: { key: 'a', digest: 'e', since: at(2) },
    after: [entry('d', 2, 'b'), entry('e', 2, 'a')],
  },
  {
    what: 'a pull after a loss carries the stamp of the loss',
    before: [entry('d', 1, 'a b')],
    added: { key: 'a', digest: 'd', since: at(2), stamp: 71 },
    after: [entry('d', 1, 'b'), entry('d', 2, 'a.1z')],
  },
  {
    what: 'a node with a stamp moves to the entry of its next pull',
    before: [entry('d', 1, 'a.1z b')],
    added: { key: 'a', digest: 'd', since: at(2), stamp: 72 },
    after: [entry('d', 1, 'b'), entry('d', 2, 'a.20')],
  },
];

test.each(addTable)('$what', ({ before, added, after }) => {
  expect(addCached(before, [{ stamp: 0, ...added }])).toEqual(after);
});

test('above the limit two entries of the same digest merge', () => {
  const alone = entry('alone', 0, 'aaaaaaaaaaaa');
  const many = Array.from({ length: CACHED_ENTRIES_LIMIT - 1 }, (_, index) =>
    entry('many', index + 1, keyNumber(index)),
  );
  const after = addCached([alone, ...many], [{ key: 'bbbbbbbbbbbb', digest: 'many', since: at(500), stamp: 0 }]);
  expect(after).toEqual([
    alone,
    entry('many', 2, `${keyNumber(0)} ${keyNumber(1)}`),
    ...many.slice(2),
    entry('many', 500, 'bbbbbbbbbbbb'),
  ]);
});

test('a merged entry is sorted by its later time', () => {
  const digests = Array.from({ length: CACHED_ENTRIES_LIMIT - 2 }, (_, index) =>
    entry(`d${index}`, index + 2, `n${index}`),
  );
  const after = addCached(
    [entry('same', 1, 'a'), ...digests, entry('same', 400, 'b')],
    [{ key: 'c', digest: 'last', since: at(500), stamp: 0 }],
  );
  expect(after).toEqual([...digests, entry('same', 400, 'a b'), entry('last', 500, 'c')]);
});

const dead = Array.from({ length: SPARE_KEYS_LIMIT + 2 }, (_, index) => keyNumber(index));

test.each([
  { over: 0, removed: [] },
  { over: 1, removed: [0] },
  { over: 2, removed: [0, 1] },
])('with $over keys above the limit the $over oldest ones are removed', ({ over, removed }) => {
  const young = dead.slice(2, SPARE_KEYS_LIMIT + over);
  const entries = [entry('d', 9, young.join(' ')), entry('d', 2, dead[1] ?? ''), entry('d', 1, dead[0] ?? '')];
  const kept = withinKeyLimit(entries, new Set());
  expect([...cachedSince(kept).keys()].sort()).toEqual(
    dead.slice(0, SPARE_KEYS_LIMIT + over).filter((_, index) => !removed.includes(index as never)),
  );
  expect(kept.every(({ nodes }) => nodes !== '')).toBe(true);
});

const sync = (facts: object) => syncCachedImage(imageRequest({ name: 'x', ...facts }), settings, NOON).response.status;

test('keys of deleted nodes above the limit leave the status of an image, unless there is no Fleet', () => {
  const cached = [entry('d', 0, dead.join(' '))];
  expect(keysOf((sync({ status: { cached } }) as { cached: [CachedEntry] }).cached[0])).toHaveLength(dead.length);
  const { cached: left } = sync({ nodes: [], status: { cached } }) as { cached: [CachedEntry] };
  expect(keysOf(left[0])).toHaveLength(SPARE_KEYS_LIMIT);
});

test('while no pull ends, the order of a ledger does not change', () => {
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

const key = fc.integer({ min: 0, max: 40 }).map((number) => number.toString(16).padStart(12, '0'));
const digest = fc.constantFrom('', 'sha256:1', 'sha256:2', 'sha256:3');
const since = fc.integer({ min: 0, max: 40 }).map((hour) => isoTime(NOON + hour * 60 * MINUTE).replace('.000', ''));
const success = fc.record({ key, digest, since, stamp: fc.nat(2) });
const batches = fc.array(fc.array(success, { maxLength: 8 }), { maxLength: 30 });

const apply = (list: readonly (readonly CachedNode[])[]) =>
  list.reduce<CachedEntry[]>((entries, batch) => addCached(entries, batch), []);

test('after any pulls every node is in one entry, that of its last pull', () => {
  fc.assert(
    fc.property(batches, (list) => {
      const entries = apply(list);
      const last = new Map(list.flat().map((item) => [item.key, item]));
      const seen = entries.flatMap((entry) => keysOf(entry).map((name) => [name, entry] as const));
      expect(seen.map(([name]) => name).sort()).toEqual([...last.keys()].sort());
      if (entries.length < CACHED_ENTRIES_LIMIT) {
        for (const [name, entry] of seen)
          expect(entry).toMatchObject({ digest: last.get(name)?.digest, since: last.get(name)?.since });
      }
    }),
  );
});

test('after any pulls there is one entry per digest and time, with sorted keys, within the limit', () => {
  fc.assert(
    fc.property(batches, (list) => {
      const entries = apply(list);
      const names = entries.map((entry) => `${entry.digest} ${entry.since}`);
      expect(new Set(names).size).toBe(names.length);
      expect(entries.length).toBeLessThanOrEqual(CACHED_ENTRIES_LIMIT);
      for (const entry of entries) expect(keysOf(entry)).toEqual([...new Set(keysOf(entry))].sort());
    }),
  );
});

test.each([
  { digests: 'one digest', digestOf: () => 'sha256:1' },
  { digests: 'many digests', digestOf: (index: number) => `sha256:${index}` },
])('entries of $digests merge above the limit, keep the later time and lose no node', ({ digestOf }) => {
  const list = Array.from({ length: 100 }, (_, index) => [
    {
      key: index.toString(16).padStart(12, '0'),
      digest: digestOf(index),
      since: isoTime(NOON + index * 60 * MINUTE),
      stamp: 0,
    },
  ]);
  const entries = apply(list);
  expect(entries).toHaveLength(CACHED_ENTRIES_LIMIT);
  const held = cachedSince(entries);
  expect(held.size).toBe(100);
  for (const [index, [item]] of list.entries()) {
    expect(held.get(item?.key ?? '')).toBeGreaterThanOrEqual(NOON + index * 60 * MINUTE);
  }
});

test('only keys of deleted nodes are removed, the oldest first, above twice the living nodes and 2,000', () => {
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index.toString(16).padStart(10, '0')}`);
  const living = names('aa', 10);
  const old = names('bb', 2_000);
  const young = names('cc', 50);
  const entries: CachedEntry[] = [
    { digest: 'd', since: isoTime(NOON), nodes: [...living, ...old].sort().join(' ') },
    { digest: 'd', since: isoTime(NOON + MINUTE), nodes: young.join(' ') },
  ];
  const kept = cachedSince(withinKeyLimit(entries, new Set(living)));
  expect(kept.size).toBe(2 * living.length + SPARE_KEYS_LIMIT);
  for (const name of [...living, ...young]) expect(kept.has(name)).toBe(true);
});

const allNodes: NodeFacts[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
const fleetStep = fc.oneof(
  fc.subarray(allNodes),
  fc.constant(undefined),
  fc.constant('not sent' as const),
  fc.subarray(allNodes).map((nodes) => nodes.map((node) => ({ ...node, ready: false, unschedulable: true }))),
);

test('the ledger keeps all nodes while the Fleet loses and regains nodes, is empty, missing or not sent', () => {
  const cached = [{ digest: 'sha256:1', since: isoTime(NOON), nodes: allNodes.map(keyOf).sort().join(' ') }];
  fc.assert(
    fc.property(fc.array(fleetStep, { maxLength: 12 }), (steps) => {
      let status: object = { cached };
      for (const step of [...steps, allNodes]) {
        const facts =
          step === 'not sent'
            ? { nodes: allNodes, without: ['Fleet.drop.corewire.io/v1alpha1'] }
            : step === undefined
              ? {}
              : { nodes: step };
        status = syncCachedImage(imageRequest({ name: 'x', status, ...facts }), settings, NOON).response.status;
      }
      expect(status).toMatchObject({ cached, ready: '5/5', phase: 'Ready' });
    }),
    { numRuns: 200 },
  );
});
