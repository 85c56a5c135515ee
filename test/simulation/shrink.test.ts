// The smallest fault set: whatever breaks a run, nothing that is not needed is named, and nothing that is needed is left out.
import { expect, test } from 'vitest';
import { SHRINK_RUNS_LIMIT, shrinkFaults } from './shrink.ts';

const all = Array.from({ length: 40 }, (_, index) => `fault-${index}`);

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['nothing at all', []],
  ['one', ['fault-17']],
  ['the first and the last', ['fault-0', 'fault-39']],
  ['three side by side', ['fault-8', 'fault-9', 'fault-10']],
  ['all', all],
];

test.each(cases)('what needs %s is shrunk to just that', async (_, needed) => {
  const left = await shrinkFaults(all, async (faults) => needed.every((name) => faults.includes(name)));
  expect(left).toEqual(needed);
});

test('where one of two suffices, one is left', async () => {
  const left = await shrinkFaults(all, async (faults) => faults.includes('fault-3') || faults.includes('fault-30'));
  expect(left).toHaveLength(1);
});

test('few runs are needed where little is to blame', async () => {
  let runs = 0;
  await shrinkFaults(all, async (faults) => {
    runs += 1;
    return faults.includes('fault-21');
  });
  expect(runs).toBeLessThan(25);
});

test('where nearly all are needed, it is given up in time, and what is left still breaks', async () => {
  const many = Array.from({ length: 300 }, (_, index) => `fault-${index}`);
  let runs = 0;
  const needsMany = async (faults: readonly string[]) => {
    runs += 1;
    return many.slice(10).every((name) => faults.includes(name));
  };
  const left = await shrinkFaults(many, needsMany);
  expect(runs).toBe(SHRINK_RUNS_LIMIT);
  expect(await needsMany(left)).toBe(true);
});
