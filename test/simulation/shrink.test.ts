// Shrinking of fault sets: the result has every fault that is needed and no other.
import { expect, test } from 'vitest';
import { SHRINK_RUNS_LIMIT, shrinkFaults } from './shrink.ts';

const all = Array.from({ length: 40 }, (_, index) => `fault-${index}`);

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['no fault', []],
  ['one fault', ['fault-17']],
  ['the first and the last fault', ['fault-0', 'fault-39']],
  ['three adjacent faults', ['fault-8', 'fault-9', 'fault-10']],
  ['all faults', all],
];

test.each(cases)('a failure that needs %s shrinks to exactly that', async (_, needed) => {
  const shrunk = await shrinkFaults(all, async (faults) => needed.every((name) => faults.includes(name)));
  expect(shrunk).toEqual(needed);
});

test('a failure that needs one of two faults shrinks to one', async () => {
  const shrunk = await shrinkFaults(all, async (faults) => faults.includes('fault-3') || faults.includes('fault-30'));
  expect(shrunk).toHaveLength(1);
});

test('a failure with a single cause shrinks in few runs', async () => {
  let runs = 0;
  await shrinkFaults(all, async (faults) => {
    runs += 1;
    return faults.includes('fault-21');
  });
  expect(runs).toBeLessThan(25);
});

test('shrinking stops at the limit of runs with a set that still fails', async () => {
  const many = Array.from({ length: 300 }, (_, index) => `fault-${index}`);
  let runs = 0;
  const needsMany = async (faults: readonly string[]) => {
    runs += 1;
    return many.slice(10).every((name) => faults.includes(name));
  };
  const shrunk = await shrinkFaults(many, needsMany);
  expect(runs).toBe(SHRINK_RUNS_LIMIT);
  expect(await needsMany(shrunk)).toBe(true);
});
