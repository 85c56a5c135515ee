// The laws of merging two statuses of a policy: the order of the merges does not change the waves and the last start.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import { mergePolicyStatuses } from '../../../hooks/pull-policy/merge.ts';
import { isoTime, MINUTE, NOON } from '../builders/wire.ts';

type Status = Partial<PullPolicyStatus>;

const time = fc.nat(4).map((minutes) => isoTime(NOON + minutes * MINUTE));
const node = fc.constantFrom('a', 'b');
const wave = fc.record({ image: fc.constantFrom('u', 'v', 'w', 'x'), at: time });

/** Statuses of few values, so that equal revisions and times are frequent. */
const status: fc.Arbitrary<Status> = fc.record(
  {
    revision: fc.nat(3),
    waves: fc.uniqueArray(wave, { selector: ({ image }) => image }),
    lastStartTime: time,
    lastStartNode: node,
    starting: fc.array(fc.record({ slot: fc.nat(2), image: fc.constant('u'), node, at: time }), { maxLength: 1 }),
  },
  { requiredKeys: ['revision'] },
);

/** The part of a status for which the laws hold. The order of the waves is not part of it. */
const lawful = ({ waves = [], lastStartTime }: Status) => ({
  waves: new Map(waves.map(({ image, at }) => [image, at] as const).sort()),
  lastStartTime,
});

test('merging two statuses of a policy is commutative for waves and the last start', () => {
  fc.assert(
    fc.property(status, status, (a, b) => {
      expect(lawful(mergePolicyStatuses(a, b))).toEqual(lawful(mergePolicyStatuses(b, a)));
    }),
  );
});

test('merging three statuses of a policy is associative for waves and the last start', () => {
  const merge = mergePolicyStatuses;
  fc.assert(
    fc.property(status, status, status, (a, b, c) => {
      expect(lawful(merge(merge(a, b), c))).toEqual(lawful(merge(a, merge(b, c))));
    }),
  );
});

test('merging a status of a policy with itself, or again with its parts, changes nothing', () => {
  const merge = mergePolicyStatuses;
  fc.assert(
    fc.property(status, status, (a, b) => {
      expect(merge(a, a)).toEqual(a);
      const merged = merge(a, b);
      expect(merge(merged, a)).toEqual(merged);
      expect(merge(merged, b)).toEqual(merged);
    }),
  );
});

/** The order of the starts is not part of it. */
const startsOf = ({ starting = [] }: Status) => starting.map((start) => JSON.stringify(start)).sort();

test('merging two statuses of a policy with the same revision is commutative for starts without a rejection', () => {
  fc.assert(
    fc.property(status, status, (a, other) => {
      const b = { ...other, revision: a.revision };
      expect(startsOf(mergePolicyStatuses(a, b))).toEqual(startsOf(mergePolicyStatuses(b, a)));
    }),
  );
});
