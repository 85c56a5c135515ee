// Two replicas that answer in turn forget nothing of what either knows; one replica with old caches sees its own answer, unchanged.
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
  readonly joined: Status;
}[] = [
  {
    what: 'the caches are behind: the answer, as it was',
    observed: status(4, { cached: [held(a)] }),
    remembered: status(5, { cached: [held(`${a} ${b}`)], recorded: ['pod-b'] }),
    joined: status(5, { cached: [held(`${a} ${b}`)], recorded: ['pod-b'] }),
  },
  {
    what: 'the caches show the answer, or what followed it: what is observed',
    observed: status(6, { cached: [held(`${a} ${b}`)], recorded: [] }),
    remembered: status(5, { cached: [held(a)], recorded: ['pod-a'] }),
    joined: status(6, { cached: [held(`${a} ${b}`)], recorded: [] }),
  },
  { what: 'nothing is known', observed: {}, remembered: {}, joined: {} },
  {
    what: 'the caches show nothing yet',
    observed: {},
    remembered: status(1, { cached: [held(a)] }),
    joined: status(1, { cached: [held(a)] }),
  },
  {
    what: 'the other replica wrote as often, and knows another node: both nodes, and a change',
    observed: status(5, { cached: [held(a)], recorded: ['pod-a'] }),
    remembered: status(5, { cached: [held(b)], recorded: ['pod-b'] }),
    joined: status(6, { cached: [held(`${a} ${b}`)], recorded: ['pod-a'] }),
  },
  {
    what: 'the other replica wrote more often, and does not know of our pull',
    observed: status(9, { cached: [held(a)] }),
    remembered: status(5, { cached: [held(b, one)] }),
    joined: status(10, { cached: [held(a), held(b, one)] }),
  },
  {
    what: 'the other replica wrote less often, and knows what we do not',
    observed: status(4, { cached: [held(`${a} ${c}`)] }),
    remembered: status(5, { cached: [held(`${a} ${b}`)] }),
    joined: status(6, { cached: [held(`${a} ${b} ${c}`)] }),
  },
  {
    what: 'pulled again: the later pull counts, on either side',
    observed: status(4, { cached: [held(a, one, 'sha256:2'), held(b)] }),
    remembered: status(5, { cached: [held(a), held(b, one, 'sha256:3')] }),
    joined: status(6, { cached: [held(a, one, 'sha256:2'), held(b, one, 'sha256:3')] }),
  },
  {
    what: 'another digest of the same hour is not told apart: the later status says which',
    observed: status(4, { cached: [held(a, noon, 'sha256:1')] }),
    remembered: status(5, { cached: [held(a, noon, 'sha256:2')] }),
    joined: status(5, { cached: [held(a, noon, 'sha256:2')] }),
  },
  {
    what: 'a failure that only the other knows',
    observed: status(6, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    remembered: status(5, { failing: [fails(b, NOON + 1)], consecutiveFailures: 1 }),
    joined: status(7, { failing: [fails(b, NOON + 1), fails(a, NOON)], consecutiveFailures: 1 }),
  },
  {
    what: 'of a pair that failed as both know, what was recorded later',
    observed: status(6, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    remembered: status(5, { failing: [fails(a, NOON + 1, 2)], consecutiveFailures: 2 }),
    joined: status(7, { failing: [fails(a, NOON + 1, 2)], consecutiveFailures: 2 }),
  },
  {
    what: 'a failure of a node that has come to hold the image is over',
    observed: status(6, { cached: [held(a)], failing: [], consecutiveFailures: 0, lastPulledAt: isoTime(NOON + 2) }),
    remembered: status(5, { failing: [fails(a, NOON)], consecutiveFailures: 1 }),
    joined: status(6, { cached: [held(a)], failing: [], consecutiveFailures: 0, lastPulledAt: isoTime(NOON + 2) }),
  },
  {
    what: 'also where only the other knows that it does',
    observed: status(6, { cached: [], failing: [] }),
    remembered: status(5, { cached: [held(a)], failing: [fails(b, NOON)], lastPulledAt: isoTime(NOON) }),
    joined: status(7, {
      cached: [held(a)],
      failing: [fails(b, NOON)],
      consecutiveFailures: undefined,
      lastPulledAt: isoTime(NOON),
    }),
  },
  {
    what: 'a failed re-pull of a node that holds the image',
    observed: status(6, { cached: [held(a)], failing: [fails(a, NOON)] }),
    remembered: status(5, { cached: [held(a)], failing: [fails(a, NOON + 1, 2)] }),
    joined: status(7, { cached: [held(a)], failing: [fails(a, NOON + 1, 2)] }),
  },
  {
    what: 'failures of an earlier spec are forgiven, its pulls are not forgotten',
    observed: status(6, { observedGeneration: 2, failing: [] }),
    remembered: status(7, { cached: [held(a)], failing: [fails(b, NOON)], consecutiveFailures: 4 }),
    joined: status(7, { observedGeneration: 2, cached: [held(a)], failing: [] }),
  },
  {
    what: 'another image: of the later spec, whatever the revisions',
    observed: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
    remembered: status(7, { cached: [held(a)] }),
    joined: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'another image: the remembered one, where its spec is later',
    observed: status(7, { cached: [held(a)] }),
    remembered: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
    joined: status(6, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'the later attempt and the later success, from either',
    observed: status(6, { lastPulledAt: isoTime(NOON), lastAttemptedAt: noon, consecutiveFailures: 3 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON + 1), lastAttemptedAt: one, consecutiveFailures: 1 }),
    joined: status(7, { lastPulledAt: isoTime(NOON + 1), lastAttemptedAt: one, consecutiveFailures: 1 }),
  },
  {
    what: 'since the same success, the larger number of failures',
    observed: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 1 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    joined: status(7, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
  },
  {
    what: 'since the same success, not the smaller number of the other',
    observed: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 1 }),
    joined: status(6, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
  },
  {
    what: 'failures that only the other counted',
    observed: status(6),
    remembered: status(5, { consecutiveFailures: 1 }),
    joined: status(7, { consecutiveFailures: 1 }),
  },
  {
    what: 'failures before the last success count no more',
    observed: status(6, { lastPulledAt: isoTime(NOON + 1), consecutiveFailures: 0 }),
    remembered: status(5, { lastPulledAt: isoTime(NOON), consecutiveFailures: 3 }),
    joined: status(6, { lastPulledAt: isoTime(NOON + 1), consecutiveFailures: 0 }),
  },
];

test.each(table)('$what', ({ observed, remembered, joined }) => {
  expect(mergeImageStatuses(observed, remembered)).toEqual(joined);
});

test.each([
  { what: 'the observed one, where it is about that', reference: image, joined: status(6, { cached: [held(a)] }) },
  {
    what: 'the remembered one, where it is',
    reference: 'registry.example.com/x:v2',
    joined: status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
  {
    what: 'of the later spec, where neither is',
    reference: 'registry.example.com/x:v3',
    joined: status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' }),
  },
])('of two images, with the one that is asked for now: $what', ({ reference, joined }) => {
  const observed = status(6, { cached: [held(a)] });
  const remembered = status(7, { observedGeneration: 2, image: 'registry.example.com/x:v2' });
  expect(mergeImageStatuses(observed, remembered, reference)).toEqual(joined);
});

test('never more failing pairs than a status holds', () => {
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

test('no node that either knows is lost, none is invented, each stands once; joined again nothing is new', () => {
  fc.assert(
    fc.property(anyStatus, anyStatus, (observed, remembered) => {
      const joined = mergeImageStatuses(observed, remembered);
      expect(keysIn(joined)).toEqual([...new Set([...keysIn(observed), ...keysIn(remembered)])].sort());
      expect(mergeImageStatuses(joined, observed)).toEqual(joined);
      expect(mergeImageStatuses(joined, remembered)).toEqual(joined);
    }),
  );
});

test('failures of the same moment stand by node, however they come', () => {
  const pairs = [fails(b, NOON), fails(a, NOON), fails(c, NOON)];
  for (const order of [pairs, pairs.toReversed()]) {
    expect(latestFailures(order).map(({ node }) => node)).toEqual(['node-a', 'node-b', 'node-c']);
  }
});
