// The tables of the decisions, all in one worker. Properties are left out: what only they notice, they notice by chance, and each takes seconds a change.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const fastCheck = fileURLToPath(import.meta.resolve('fast-check'));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^fast-check-real$/, replacement: fastCheck },
      { find: /^fast-check$/, replacement: fileURLToPath(new URL('fast-check.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/hooks/**/*.test.ts', 'test/fixtures-replayed/**/*.test.ts'],
    exclude: ['**/properties.test.ts'],
    runner: './mutation/runner.ts',
    isolate: false,
    fileParallelism: false,
    testTimeout: 3_600_000,
    reporters: ['dot'],
  },
});
