// Runs the tables of the hooks in one worker. Properties are left out: they find a mutation by chance and take seconds.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const fastCheck = fileURLToPath(import.meta.resolve('fast-check'));

/** As hooks/text/parsed.ts imports it. The tests of the cache import it by another path and get the real one. */
const memoized = /^\.\/memoized\.ts$/;

const isReplay = ({ moduleId }: TestSpecification) => Number(moduleId.includes('fixtures-replayed'));

/** A mutation that a table catches is not tried in the replays, which take a hundred times as long. */
class TablesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = files.toSorted((left, right) => (left.moduleId < right.moduleId ? -1 : 1));
    return sorted.sort((left, right) => isReplay(left) - isReplay(right));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^fast-check-real$/, replacement: fastCheck },
      { find: /^fast-check$/, replacement: fileURLToPath(new URL('fast-check.ts', import.meta.url)) },
      { find: memoized, replacement: fileURLToPath(new URL('uncached.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/hooks/**/*.test.ts', 'test/fixtures-replayed/**/*.test.ts'],
    exclude: ['**/properties.test.ts', '**/merge-laws.test.ts'],
    runner: './test/mutation/runner.ts',
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: TablesFirst },
    testTimeout: 3_600_000,
    reporters: [['default', { summary: false }]],
  },
});
