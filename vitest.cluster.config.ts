// The tests on a real cluster: one control plane for all files, which run one after another.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/global-setup.ts'],
    fileParallelism: false,
    // One worker for all files, so that the Kubernetes client is read once.
    isolate: false,
    // Titles of table rows are printed whole.
    chaiConfig: { truncateThreshold: 160 },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
