// A few clusters under seeds, the same every time, and one under a fresh seed that is printed.
import { expect, test } from 'vitest';
import { runSeed } from './seeded-run.ts';

/** Seeds that once broke something. */
const REMEMBERED = [20];
const SLICE = [1, 2, 3, 4, 5, 6];

const fresh = Math.floor(Math.random() * 1e9);

test.each([...REMEMBERED, ...SLICE])('seed %d: faults for six minutes, then all cached, then silence', async (seed) => {
  expect(await runSeed(seed)).toEqual([]);
});

test(`a fresh seed, ${fresh}`, async () => {
  expect(await runSeed(fresh)).toEqual([]);
});
