// Shares seeds out among processes, one at a time, so that all of them are busy to the end.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import type { RunOptions } from './run.ts';
import type { Report } from './worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Runs make much that soon is garbage: a larger nursery, and no collector that takes a core from the other processes, save a quarter. */
const WORKER_FLAGS = ['--max-semi-space-size=64', '--single-threaded-gc', '--enable-source-maps'];
const isPackage = (name: string) => /^(?:node:|@?[a-z])/.test(name);

/** Makes one file of a worker, which is a tenth faster than its modules one by one; gives the file. It lies where packages are found. */
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

/** Takes the runs, how many processes, and whom to tell of each report; gives when all are done. */
export async function runAll(
  runs: readonly RunOptions[],
  processes: number,
  tell: (report: Report) => void,
): Promise<void> {
  let next = 0;

  function work(worker: string): Promise<void> {
    const child: ChildProcess = fork(worker, { execArgv: WORKER_FLAGS });
    return new Promise((resolve, reject) => {
      function giveNext(): void {
        const options = runs[next];
        next += 1;
        if (options === undefined) child.disconnect();
        else child.send(options);
      }
      child.on('message', (report: Report) => {
        tell(report);
        giveNext();
      });
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`a worker ended with ${code ?? signal}`)),
      );
      giveNext();
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
