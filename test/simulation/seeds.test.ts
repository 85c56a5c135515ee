// Whole runs with faults: every remembered seed, and a few fixed ones. `.ci/run` adds random seeds.
import { expect, test } from 'vitest';
import { REMEMBERED } from './remembered-seeds.ts';
import { type RunOptions, run } from './run.ts';

const FIXED_SEEDS = [1, 5];

/** Describes the violation of a run; empty if it kept every promise. */
async function violationText(options: RunOptions): Promise<string> {
  const { violation, faults } = await run(options);
  if (violation === undefined) return '';
  const { invariant, what, events } = violation;
  return [`${invariant}: ${what}`, ...events, `faults: ${faults.join(',')}`].join('\n');
}

const remembered = REMEMBERED.map(({ why, ...options }) => [options.seed, why, options] as const);

test.each(remembered)('seed %i, which once failed because %s, keeps every promise', async (_seed, _why, options) => {
  expect(await violationText(options)).toBe('');
});

test.each(FIXED_SEEDS)('seed %d keeps every promise', async (seed) => {
  expect(await violationText({ seed })).toBe('');
});
