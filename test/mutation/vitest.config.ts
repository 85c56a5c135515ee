// The tables of the decisions, all in one worker. Properties are left out: what only they notice, they notice by chance, and each takes seconds a change.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const fastCheck = fileURLToPath(import.meta.resolve('fast-check'));

/** As the hooks name it; its own tests name it otherwise, and get the real one. */
const memoized = /^(?:\.|\.\.\/kubernetes)\/memoized\.ts$/;

const isReplay = ({ moduleId }: TestSpecification) => Number(moduleId.includes('fixtures-replayed'));

/** What a quick table catches is not tried again in the replays, of which each takes a hundred times as long. */
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
      { find: memoized, replacement: fileURLToPath(new URL('forgetful.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/hooks/**/*.test.ts', 'test/fixtures-replayed/**/*.test.ts'],
    exclude: ['**/properties.test.ts'],
    runner: './test/mutation/runner.ts',
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: TablesFirst },
    testTimeout: 3_600_000,
    reporters: ['dot'],
  },
});
