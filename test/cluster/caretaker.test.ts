// Shows that a test run leaves nothing behind, however it ends.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { eventually } from '../waiting.ts';
import { NOT_RUN } from './requirements.ts';

/** A run: it hands a folder and a program to a caretaker, tells the program's process id, and goes on until it is ended. */
const runWith = (folder: string, caretaker: string) => `
import { spawn } from 'node:child_process';
import { startCaretaker } from '${caretaker}';
const caretaker = startCaretaker();
caretaker.add({ kind: 'folder', of: '${folder}' });
const program = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
caretaker.add({ kind: 'program', of: program.pid });
// Node keeps SIGUSR1 for its debugger.
process.on('SIGUSR2', () => caretaker.stop().then(() => process.exit(0)));
setInterval(() => {}, 1_000);
console.log(program.pid);
`;

/** Whether a process runs; one that nobody has waited for yet does not. */
function isRunning(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const isLinux = process.platform === 'linux';
const title = isLinux ? 'a run' : `a run (${NOT_RUN}only Linux shows in /proc what is left)`;

describe.skipIf(!isLinux)(title, () => {
  it.each([
    ['stopped in good order', 'SIGUSR2'],
    ['interrupted', 'SIGINT'],
    ['ended', 'SIGTERM'],
    ['killed', 'SIGKILL'],
  ] as const)('that is %s leaves neither a program nor a folder', async (_title, signal) => {
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
