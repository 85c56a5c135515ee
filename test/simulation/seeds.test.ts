// Whole clusters under seeds: those that once broke a promise, a slice that is always the same, and a few that nobody has tried.
import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { REMEMBERED } from './remembered-seeds.ts';
import { type RunOptions, run } from './run.ts';

const SLICE = [1, 4, 5, 7, 11, 12, 13];
const FRESH_SEEDS = 3;
const firstFresh = randomInt(1_000_000_000);

async function brokenBy(options: RunOptions): Promise<string> {
  const { violation, faults } = await run(options);
  if (violation === undefined) return '';
  const { invariant, what, events } = violation;
  return [`${invariant}: ${what}`, ...events, `faults: ${faults.join(',')}`].join('\n');
}

describe('seeds that once broke a promise', () => {
  test.each(REMEMBERED)('seed $seed: $why', async ({ seed, faults }) => {
    expect(await brokenBy({ seed, faults })).toBe('');
  });
});

test.each(SLICE)('seed %d keeps every promise', async (seed) => {
  expect(await brokenBy({ seed })).toBe('');
});

// The name tells the seed, so that a run that failed can be had again: npm run simulate -- --seeds N
test.each(Array.from({ length: FRESH_SEEDS }, (_, index) => firstFresh + index))(
  'fresh seed %d keeps every promise',
  async (seed) => {
    process.stdout.write(`fresh seed ${seed}\n`);
    expect(await brokenBy({ seed })).toBe('');
  },
);
