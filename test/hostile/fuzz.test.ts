// Runs a few seconds of `npm run fuzz` with a fresh seed, which it prints; the whole hour is the command's own.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const SECONDS = 5;
/** A start from the sources takes a second or two, on a busy machine many. */
const CHILD_LIMIT_MILLISECONDS = 90_000;

function fuzz(...options: readonly string[]) {
  return spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/fuzz/main.ts', ...options], {
    cwd: root,
    encoding: 'utf8',
    timeout: CHILD_LIMIT_MILLISECONDS,
  });
}

it(`${SECONDS} seconds of random requests, valid and not: every answer is right, and the heap is what it was`, () => {
  const { status, stdout, stderr } = fuzz('--seconds', String(SECONDS));
  console.log(stdout);
  expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^seed \d+\n/), '']);
  expect(stdout).toMatch(/heap before [\d.]+ MiB, after [\d.]+ MiB/);
  expect(stdout).toMatch(/again: npm run fuzz -- --seed \d+ --requests \d+\n$/);
});

it('the same seed sends the same', () => {
  const counts = () => fuzz('--seed', '7', '--requests', '100').stdout.replace(/^100 requests.*$/m, '');
  expect(counts()).toBe(counts());
});

it('an argument that makes no sense is a sentence and exit 2', () => {
  const { status, stderr } = fuzz('--seed', 'x');
  expect([status, stderr]).toEqual([
    2,
    'x is not a whole number\nusage: npm run fuzz -- [--seed N] [--requests N] [--seconds N]\n',
  ]);
});
