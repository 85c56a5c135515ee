// The conditions of a status: when their time changes, and which generation they carry.
import { expect, test } from 'vitest';
import type { Condition } from '../../../crds/fields.ts';
import { buildConditions, type ConditionInput, passedOnConditions } from '../../../hooks/status/condition.ts';
import { HOUR, NOON } from '../builders/wire.ts';

const input: ConditionInput = { type: 'Ready', status: 'True', reason: 'Cached', message: 'on 2 nodes' };
const built = (generation: number, at: number, before: readonly Condition[] = [], changes: object = {}) =>
  buildConditions(before, [{ ...input, ...changes }], { generation, nowMilliseconds: at });

const first = built(4, NOON);

test('a new condition has the generation of its spec and the time of the sync', () => {
  expect(first).toEqual([{ ...input, observedGeneration: 4, lastTransitionTime: '2026-11-21T12:00:00Z' }]);
});

test.each([
  ['another generation', 5, {}, '2026-11-21T12:00:00Z'],
  ['another reason', 4, { reason: 'AllReady' }, '2026-11-21T12:00:00Z'],
  ['another message', 4, { message: 'on 3 nodes' }, '2026-11-21T12:00:00Z'],
  ['another status', 4, { status: 'False' }, '2026-11-21T13:00:00Z'],
])('a condition with %s has the right lastTransitionTime', (_what, generation, changes, lastTransitionTime) => {
  expect(built(generation, NOON + HOUR, first, changes)).toEqual([
    { ...input, ...changes, observedGeneration: generation, lastTransitionTime },
  ]);
});

const { observedGeneration: _generation, ...older } = first[0] as Condition;

test.each([
  ['keeps its generation if the status has a newer one', { observedGeneration: 6, conditions: first }, 4],
  ['without a generation gets that of its status', { observedGeneration: 6, conditions: [older] }, 6],
  ['without any generation gets 0, which is older than every spec', { conditions: [older] }, 0],
])('a condition that is passed on %s', (_what, status, observedGeneration) => {
  expect(passedOnConditions(status)).toEqual([{ ...first[0], observedGeneration }]);
});

test('a status without conditions passes none on', () => {
  expect(passedOnConditions({ observedGeneration: 6 })).toBeUndefined();
});
