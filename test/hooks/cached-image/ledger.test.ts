// The compact part of the ledger: what is put in comes out, and nothing is forgotten that still counts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CachedEntry } from '../../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../../crds/limits.ts';
import {
  addCached,
  cachedSince,
  keysOf,
  SPARE_KEYS_LIMIT,
  withinKeyLimit,
} from '../../../hooks/cached-image/cached-entries.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { imageRequest, isoTime, keyOf, MINUTE, NOON, type NodeFacts, settings } from '../builders/wire.ts';

const key = fc.integer({ min: 0, max: 40 }).map((number) => number.toString(16).padStart(12, '0'));
const digest = fc.constantFrom('', 'sha256:1', 'sha256:2', 'sha256:3');
const since = fc.integer({ min: 0, max: 40 }).map((hour) => isoTime(NOON + hour * 60 * MINUTE).replace('.000', ''));
const success = fc.record({ key, digest, since });
const batches = fc.array(fc.array(success, { maxLength: 8 }), { maxLength: 30 });

const apply = (list: readonly (readonly { key: string; digest: string; since: string }[])[]) =>
  list.reduce<CachedEntry[]>((entries, batch) => addCached(entries, batch), []);

test('every node stands once, where it was last', () => {
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

test('one entry a digest and time, keys sorted, never more entries than the limit', () => {
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
  { what: 'of one digest', digestOf: () => 'sha256:1' },
  { what: 'of as many digests', digestOf: (index: number) => `sha256:${index}` },
])('beyond the limit the two oldest entries $what merge, the later time is kept, no node is lost', ({ digestOf }) => {
  const list = Array.from({ length: 100 }, (_, index) => [
    { key: index.toString(16).padStart(12, '0'), digest: digestOf(index), since: isoTime(NOON + index * 60 * MINUTE) },
  ]);
  const entries = apply(list);
  expect(entries).toHaveLength(CACHED_ENTRIES_LIMIT);
  const held = cachedSince(entries);
  expect(held.size).toBe(100);
  for (const [index, [item]] of list.entries()) {
    expect(held.get(item?.key ?? '')).toBeGreaterThanOrEqual(NOON + index * 60 * MINUTE);
  }
});

test('keys of dead nodes leave beyond twice the living and 2,000, the oldest first; keys of living nodes never', () => {
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

test('a Fleet that loses and regains nodes, is empty, missing or not sent, makes the ledger forget nothing', () => {
  const cached = [{ digest: 'sha256:1', since: isoTime(NOON), nodes: allNodes.map(keyOf).sort().join(' ') }];
  fc.assert(
    fc.property(fc.array(fleetStep, { maxLength: 12 }), (steps) => {
      let status: object = { cached };
      for (const step of [...steps, allNodes]) {
        const world =
          step === 'not sent'
            ? { nodes: allNodes, without: ['Fleet.drop.corewire.io/v1alpha1'] }
            : step === undefined
              ? {}
              : { nodes: step };
        status = syncCachedImage(imageRequest({ name: 'x', status, ...world }), settings, NOON).response.status;
      }
      expect(status).toMatchObject({ cached, ready: '5/5', phase: 'Ready' });
    }),
    { numRuns: 200 },
  );
});
