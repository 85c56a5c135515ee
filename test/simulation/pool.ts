// Distributes seeds over worker processes, one at a time, so that all of them stay busy to the end.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import type { RunOptions } from './run.ts';
import type { Report } from './worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Much short-lived garbage: a larger nursery and a single-threaded collector save a quarter of the time. */
const WORKER_FLAGS = ['--max-semi-space-size=64', '--single-threaded-gc', '--enable-source-maps'];
const isPackage = (name: string) => /^(?:node:|@?[a-z])/.test(name);

/** Bundles the worker, which saves a tenth of the time. The folder must be inside node_modules, to find packages. */
async function buildWorker(folder: string): Promise<string> {
  const file = join(folder, 'worker.mjs');
  await build({
    input: join(root, 'test/simulation/worker.ts'),
    platform: 'node',
    external: isPackage,
    output: { file, format: 'esm', sourcemap: true, codeSplitting: false },
    logLevel: 'warn',
  });
  return file;
}

/** Resolves when all runs are done; rejects if a worker process dies. */
export async function runAll(
  runs: readonly RunOptions[],
  processes: number,
  onReport: (report: Report) => void,
): Promise<void> {
  let next = 0;

  function work(worker: string): Promise<void> {
    const child: ChildProcess = fork(worker, { execArgv: WORKER_FLAGS });
    return new Promise((resolve, reject) => {
      function sendNext(): void {
        const options = runs[next];
        next += 1;
        if (options === undefined) child.disconnect();
        else child.send(options);
      }
      child.on('message', (report: Report) => {
        onReport(report);
        sendNext();
      });
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`a worker process ended with ${code ?? signal}`)),
      );
      sendNext();
    });
  }

  const folder = mkdtempSync(join(root, 'node_modules/.drop-simulation-'));
  try {
    const worker = await buildWorker(folder);
    await Promise.all(Array.from({ length: Math.min(processes, runs.length) }, () => work(worker)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
