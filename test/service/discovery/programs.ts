// Runs installed programs for a test, and stops each by its process ID.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../waiting.ts';

/** Maximum time from the start of a program to its first response. */
const START_LIMIT_MILLISECONDS = 20_000;

/** Whether the program is on PATH. Prints a line if it is not, because its tests are skipped then. */
export function isInstalled(program: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!found) console.warn(`${program} is not installed: skipping its tests`);
  return found;
}

export interface Folder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Creates an empty temporary folder. */
export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'drop-discovery-'));
  return {
    path,
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Program {
  stop(): Promise<void>;
}

/** Starts a program and waits for a response of any status from the URL. */
export async function startProgram(command: readonly string[], readyUrl: string): Promise<Program> {
  const [program = '', ...args] = command;
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (output += String(piece)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error('the program exited');
      await (await fetch(readyUrl)).text();
    }, START_LIMIT_MILLISECONDS);
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${output.slice(-2_000)}`, { cause: error });
  }
  return { stop };
}
