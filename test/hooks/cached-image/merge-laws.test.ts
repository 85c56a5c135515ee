// The laws of merging two statuses of an image, as stated in hooks/cached-image/ledger.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { addCached, cachedSince } from '../../../hooks/cached-image/cached-entries.ts';
import { pulledStamps } from '../../../hooks/cached-image/ledger.ts';
import { mergeImageStatuses } from '../../../hooks/cached-image/merge.ts';
import { formatLossStamps, readLossStamps } from '../../../hooks/inventory/loss-stamps.ts';
import { HOUR, isoTime, keyOf, MINUTE, NOON } from '../builders/wire.ts';

type Status = Partial<CachedImageStatus>;

const CURRENT = 'registry.example.com/x:v2';
const PREVIOUS = 'registry.example.com/x:v1';

const node = fc.constantFrom('a', 'b', 'c', 'd');
const time = fc.nat(4).map((minutes) => isoTime(NOON + minutes * MINUTE));
const wholeHour = fc.nat(3).map((hours) => isoTime(NOON + hours * HOUR).replace('.000', ''));

const entry = fc.record({
  key: node.map((name) => keyOf({ name })),
  digest: fc.constantFrom('sha256:1', 'sha256:2'),
  since: wholeHour,
  stamp: fc.nat(2),
});

const stamped = fc.record({ key: node.map((name) => keyOf({ name })), stamp: fc.nat(3) });
const lostText = (losses: readonly { key: string; stamp: number }[]) =>
  formatLossStamps(new Map(losses.map(({ key, stamp }) => [key, stamp])));

const failing = fc
  .record({ node, failures: fc.integer({ min: 1, max: 3 }), at: time })
  .map((pair) => ({ ...pair, key: keyOf({ name: pair.node }), reason: 'ErrImagePull', message: 'not found' }));

/** Statuses of few values, so that equal revisions, generations and times are frequent. */
const statusAbout = (image: fc.Arbitrary<string>): fc.Arbitrary<Status> =>
  fc.record(
    {
      image,
      revision: fc.nat(3),
      observedGeneration: fc.integer({ min: 1, max: 2 }),
      cached: fc.array(entry, { maxLength: 4 }).map((entries) => addCached([], entries)),
      lost: fc.uniqueArray(stamped, { selector: ({ key }) => key, maxLength: 3 }).map(lostText),
      imageTime: time,
      failing: fc.uniqueArray(failing, { selector: ({ key }) => key, maxLength: 3 }),
      recorded: fc.subarray(['11111111', '22222222']),
      consecutiveFailures: fc.nat(3),
      lastPulledAt: time,
      lastAttemptedAt: time,
    },
    { requiredKeys: ['image', 'revision', 'observedGeneration'] },
  );

/** The part of a status for which the laws hold. */
const lawful = ({ image, imageTime, cached = [], lost, lastPulledAt, lastAttemptedAt }: Status) => ({
  image,
  sinceByKey: new Map([...cachedSince(cached)].sort()),
  stampByKey: new Map([...pulledStamps(cached)].sort()),
  lost: new Map([...readLossStamps(lost)].sort()),
  imageTime,
  lastPulledAt,
  lastAttemptedAt,
});

interface LawRow {
  readonly statuses: string;
  readonly status: fc.Arbitrary<Status>;
  readonly reference: string | undefined;
}

const rows: readonly LawRow[] = [
  { statuses: 'about one reference', status: statusAbout(fc.constant(CURRENT)), reference: undefined },
  {
    statuses: 'about the current or the previous reference',
    status: statusAbout(fc.constantFrom(CURRENT, PREVIOUS)),
    reference: CURRENT,
  },
];

test.each(rows)('merging statuses $statuses is commutative for keys, since and times', ({ status, reference }) => {
  fc.assert(
    fc.property(status, status, (a, b) => {
      expect(lawful(mergeImageStatuses(a, b, reference))).toEqual(lawful(mergeImageStatuses(b, a, reference)));
    }),
  );
});

test.each(rows)('merging statuses $statuses is associative for keys, since and times', ({ status, reference }) => {
  const merge = (left: Status, right: Status) => mergeImageStatuses(left, right, reference);
  fc.assert(
    fc.property(status, status, status, (a, b, c) => {
      expect(lawful(merge(merge(a, b), c))).toEqual(lawful(merge(a, merge(b, c))));
    }),
  );
});

test.each(rows)(
  'merging a status $statuses with itself, or again with its parts, changes nothing',
  ({ status, reference }) => {
    const merge = (left: Status, right: Status) => mergeImageStatuses(left, right, reference);
    fc.assert(
      fc.property(status, status, (a, b) => {
        expect(merge(a, a)).toEqual(a);
        const merged = merge(a, b);
        expect(merge(merged, a)).toEqual(merged);
        expect(merge(merged, b)).toEqual(merged);
      }),
    );
  },
);

test('within one generation, merging is commutative and associative for the count of consecutive failures', () => {
  const status = statusAbout(fc.constant(CURRENT)).map((fields) => ({ ...fields, observedGeneration: 1 }));
  const merge = (left: Status, right: Status) => mergeImageStatuses(left, right);
  const countOf = ({ consecutiveFailures = 0 }: Status) => consecutiveFailures;
  fc.assert(
    fc.property(status, status, status, (a, b, c) => {
      expect(countOf(merge(a, b))).toBe(countOf(merge(b, a)));
      expect(countOf(merge(merge(a, b), c))).toBe(countOf(merge(a, merge(b, c))));
    }),
  );
});
