// Merging the observed with the remembered status of an image keeps what either one knows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { addCached, keysOf } from '../../../hooks/cached-image/cached-entries.ts';
import { latestFailures } from '../../../hooks/cached-image/ledger.ts';
import { mergeImageStatuses } from '../../../hooks/cached-image/merge.ts';
import { isoTime, MINUTE, NOON } from '../builders/wire.ts';

type Status = Partial<CachedImageStatus>;

const image = 'registry.example.com/x:v1';
const [a, b, c] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'];
const noon = '2026-11-21T12:00:00Z';
const one = '2026-11-21T13:00:00Z';
const held = (nodes: string, since = noon, digest = 'sha256:1') => ({ digest, since, nodes });
const fails = (key: string, at: number, failures = 1) => ({
  node: `node-${key[0]}`,
  key,
  reason: 'ErrImagePull',
  message: '',
  failures,
  at: isoTime(at),
});
const status = (revision: number, more: Status = {}): Status => ({ image, observedGeneration: 1, revision, ...more });

const table: readonly {
  readonly what: string;
  readonly observed: Status;
  readonly remembered: Status;
  readonly merged: Status;
}[] = [
  {
    what: 'a remembered status that includes the observed one is returned unchanged',
    observed: status(4, { cached: [held(a)] }),
    remembered: status(5, { cached: [held(`${a} ${b}`)], recorded: ['pod-b'] }),
    merged: status(5, { cached: [held(`${a} ${b}`)], recorded: ['pod-b'] }),
  },
  {
    what: 'an observed status that includes the remembered one is returned unchanged',
    observed: status(6, { cached: [held(`${a} ${b}`)], recorded: [] }),
    remembered: status(5, { cached: [held(a)], recorded: ['pod-a'] }),
    merged: status(6, { cached: [held(`${a} ${b}`)], recorded: [] }),
  },
  { what: 'two empty statuses merge into an empty one', observed: {}, remembered: {}, merged: {} },
  {
    what: 'a remembered status replaces an empty observed one',
    observed: {},
    remembered: status(1, { cached: [held(a)] }),
    merged: status(1, { cached: [held(a)] }),
  },
  {
    what: 'statuses of equal revisions merge their nodes under a new revision',
    observed: status(5, { cached: [held(a)], recorded: ['pod-a'] }),
    remembered: status(5, { cached: [held(b)], recorded: ['pod-b'] }),
    merged: status(6, { cached: [held(`${a} ${b}`)], recorded: ['pod-a'] }),
  },
  {
    what: 'a newer observed status receives a node that only the remembered one has',
    observed: status(9, { cached: [held(a)] }),
    remembered: status(5, { cached: [held(b, one)] }),
    merged: status(10, { cached: [held(a), held(b, one)] }),
  },
  {
    what: 'a newer remembered status receives a node that only the observed one has',
    observed: status(4, { cached: [held(`${a} ${c}`)] }),
    remembered: status(5, { cached: [held(`${a} ${b}`)] }),
    merged: status(6, { cached: [held(`${a} ${b} ${c}`)] }),
  },
  {
    what: 'the later pull of a node counts, whichever status has it',
    observed: status(4, { cached: [held(a, one, 'sha256:2'), held(b)] }),
    remembered: status(5, { cached: [held(a), held(b, one, 'sha256:3')] }),
    merged: status(6, { cached: [held(a, one, 'sha256:2'), held(b, one, 'sha256:3')] }),
  },
  {
    what: 'of two digests with the same time the one of the newer status counts',
    observed: status(4, { cached: [held(a, noon, 'sha256:1')] }),
    remembered: status(5, { cached: [held(a, noon, 'sha256:2')] }),
    merged: status(5, { cached: [held(a, noon, 'sha256:2')] }),
  },
  {
    what: 'a failure that only the older status has is kept',
    observed: status(6, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    remembered: status(5, { failing: [fails(b, NOON + 1)], consecutiveFailures: 1 }),
    merged: status(7, { failing: [fails(b, NOON + 1), fails(a, NOON)], consecutiveFailures: 1 }),
  },
  {
    what: 'the later failure of a pair counts',
    observed: status(6, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    remembered: status(5, { failing: [fails(a, NOON + 1, 2)], consecutiveFailures: 2 }),
    merged: status(7, { failing: [fails(a, NOON + 1, 2)], consecutiveFailures: 2 }),
  },
  {
    what: 'an older failure of a node that holds the image now is dropped',
    observed: status(6, { cached: [held(a)], failing: [], consecutiveFailures: 0, lastPulledAt: isoTime(NOON + 2) }),
    remembered: status(5, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    merged: status(6, { cached: [held(a)], failing: [], consecutiveFailures: 0, lastPulledAt: isoTime(NOON + 2) }),
  },
  {
    what: 'nodes, failures and the last success of the older status are kept together',
    observed: status(6, { cached: [], failing: [] }),
    remembered: status(5, { cached: [held(a)], failing: [fails(b, NOON)], lastPulledAt: isoTime(NOON) }),
    merged: status(7, {
      cached: [held(a)],
      failing: [fails(b, NOON)],
      consecutiveFailures: undefined,
      lastPulledAt: isoTime(NOON),
    }),
  },
  {
    what: 'the later failure of a re-pull counts, although the node holds the image',
    observed: status(6, { cached: [held(a)], failing: [fails(a, NOON)] }),
    remembered: status(5, { cached: [held(a)], failing: [fails(a, NOON + 1, 2)] }),
    merged: status(7, { cached: [held(a)], failing: [fails(a, NOON + 1, 2)] }),
  },
  {
    what: 'of an older generation the nodes are kept and the failures are dropped',
    observed: status(6, { observedGeneration: 2, failing: [] }),
    remembered: status(7, { cached: [held(a)], failing: [fails(b, NOON)], consecutiveFailures: 4 }),
    merged: status(7, { observedGeneration: 2, cached: [held(a)], failing: [] }),
  },
  {
    what: 'statuses about different references are not merged: the observed one of a higher generation is newer',
    observed: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
    remembered: status(7, { cached: [held(a)] }),
    merged: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'statuses about different references are not merged: the remembered one of a higher generation is newer',
    observed: status(7, { cached: [held(a)] }),
    remembered: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
    merged: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'the later attempt and the later success count, with the failures since that success',
    observed: status(6, { lastPulledAt: isoTime(NOON), lastAttemptedAt: noon, consecutiveFailures: 3 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON + 1), lastAttemptedAt: one, consecutiveFailures: 1 }),
    merged: status(7, { lastPulledAt: isoTime(NOON + 1), lastAttemptedAt: one, consecutiveFailures: 1 }),
  },
  {
    what: 'after the same success the larger count of failures in the older status counts',
    observed: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 1 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    merged: status(7, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
  },
  {
    what: 'after the same success a smaller count of failures in the older status does not count',
    observed: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 1 }),
    merged: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
  },
  {
    what: 'a count of failures that only the older status has is kept',
    observed: status(6),
    remembered: status(5, { consecutiveFailures: 1 }),
    merged: status(7, { consecutiveFailures: 1 }),
  },
  {
    what: 'a count of failures from before the last success does not count',
    observed: status(6, { lastPulledAt: isoTime(NOON + 1), consecutiveFailures: 0 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    merged: status(6, { lastPulledAt: isoTime(NOON + 1), consecutiveFailures: 0 }),
  },
];

test.each(table)('$what', ({ observed, remembered, merged }) => {
  expect(mergeImageStatuses(observed, remembered)).toEqual(merged);
});

test.each([
  {
    what: 'of two references the current one wins, here that of the observed status',
    reference: image,
    merged: status(6, { cached: [held(a)] }),
  },
  {
    what: 'of two references the current one wins, here that of the remembered status',
    reference: 'registry.example.com/x:v2',
    merged: status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'of two references that are not current the one of the higher generation wins',
    reference: 'registry.example.com/x:v3',
    merged: status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
])('$what', ({ reference, merged }) => {
  const observed = status(6, { cached: [held(a)] });
  const remembered = status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' });
  expect(mergeImageStatuses(observed, remembered, reference)).toEqual(merged);
});

test('a merge keeps the 100 latest failing pairs', () => {
  const pairs = (letter: string, at: number) =>
    Array.from({ length: 100 }, (_, index) => fails(`${letter}${index}`.padStart(12, '0'), at + index));
  const { failing = [] } = mergeImageStatuses(
    status(5, { failing: pairs('a', NOON) }),
    status(5, { failing: pairs('b', NOON + MINUTE) }),
  );
  expect(failing).toHaveLength(100);
  expect(new Set(failing.map(({ key }) => key.includes('b')))).toEqual(new Set([true]));
});

const entry = fc.record({
  key: fc.constantFrom(a, b, c),
  digest: fc.constantFrom('sha256:1', 'sha256:2'),
  since: fc.constantFrom(noon, one),
  stamp: fc.nat(2),
});
const anyStatus = fc
  .record({
    revision: fc.nat(5),
    observedGeneration: fc.integer({ min: 1, max: 2 }),
    cached: fc.array(entry, { maxLength: 4 }).map((entries) => addCached([], entries)),
    failing: fc.uniqueArray(fc.constantFrom(fails(a, NOON), fails(b, NOON + 5, 2), fails(c, NOON + 9)), {
      selector: ({ key }) => key,
    }),
  })
  .map((fields): Status => ({ image, ...fields }));

const keysIn = ({ cached = [] }: Status) => cached.flatMap(keysOf).sort();

test('a merge has exactly the nodes of both statuses, each once', () => {
  fc.assert(
    fc.property(anyStatus, anyStatus, (observed, remembered) => {
      const merged = mergeImageStatuses(observed, remembered);
      expect(keysIn(merged)).toEqual([...new Set([...keysIn(observed), ...keysIn(remembered)])].sort());
    }),
  );
});

test('failures of the same instant are sorted by node', () => {
  const pairs = [fails(b, NOON), fails(a, NOON), fails(c, NOON)];
  for (const order of [pairs, pairs.toReversed()]) {
    expect(latestFailures(order).map(({ node }) => node)).toEqual(['node-a', 'node-b', 'node-c']);
  }
});
