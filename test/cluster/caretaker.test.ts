// Shows that a test run leaves no program and no folder behind, however it ends.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { eventually } from '../waiting.ts';
import { NOT_RUN } from './requirements.ts';

/** A run that registers a folder and a program with a caretaker, prints the process id, and waits for a signal. */
const runWith = (folder: string, caretaker: string) => `
import { spawn } from 'node:child_process';
import { startCaretaker } from '${caretaker}';
const caretaker = startCaretaker();
caretaker.add({ kind: 'folder', of: '${folder}' });
const program = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
caretaker.add({ kind: 'program', of: program.pid });
// Node reserves SIGUSR1 for its debugger.
process.on('SIGUSR2', () => caretaker.stop().then(() => process.exit(0)));
setInterval(() => {}, 1_000);
console.log(program.pid);
`;

/** Returns false for a zombie process. */
function isRunning(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const isLinux = process.platform === 'linux';
const title = isLinux ? 'a run' : `a run (${NOT_RUN}it needs /proc, which only Linux has)`;

describe.skipIf(!isLinux)(title, () => {
  it.each([
    ['stops its caretaker', 'SIGUSR2'],
    ['is interrupted', 'SIGINT'],
    ['is terminated', 'SIGTERM'],
    ['is killed', 'SIGKILL'],
  ] as const)('that %s leaves neither a program nor a folder', async (_title, signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'drop-caretaker-'));
    writeFileSync(join(folder, 'a-file'), 'of the run');
    const source = runWith(folder, new URL('caretaker.ts', import.meta.url).href);
    const run = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [pid = ''] = await new Promise<string[]>((resolve) =>
        createInterface({ input: run.stdout }).once('line', (line) => resolve([line])),
      );
      expect([isRunning(pid), existsSync(folder)]).toEqual([true, true]);
      run.kill(signal);
      await eventually(() => expect([isRunning(pid), existsSync(folder)]).toEqual([false, false]));
    } finally {
      run.kill('SIGKILL');
    }
  });
});
