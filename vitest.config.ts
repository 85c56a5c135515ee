// One configuration for every fast test; the cluster tests have their own.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'node_modules/**'],
    // Titles of table rows are printed whole.
    chaiConfig: { truncateThreshold: 160 },
    testTimeout: 120_000,
    // No test changes what another sees, and reading the Kubernetes client anew for each file took 25 s.
    isolate: false,
    // Threads load the shared modules with less work than processes. The default would leave one core idle.
    pool: 'threads',
    maxWorkers: '100%',
  },
});
