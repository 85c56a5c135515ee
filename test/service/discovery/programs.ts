// Runs real programs on loopback for a test, and ends each by its own process id.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../waiting.ts';

/** Longest that a program may take until it answers. */
const START_LIMIT_MILLISECONDS = 20_000;

/** Tells whether a program is on PATH; a line says so if it is not, since its tests are skipped then. */
export function isInstalled(program: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!found) console.warn(`${program} is not installed: its tests are skipped`);
  return found;
}

export interface Folder {
  readonly path: string;
  /** Writes a file; gives its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Makes an empty folder. */
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

/** Starts a program and waits until the URL answers with any status. */
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
      if (child.exitCode !== null) throw new Error('it ended');
      await (await fetch(readyUrl)).text();
    }, START_LIMIT_MILLISECONDS);
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${output.slice(-2_000)}`, { cause: error });
  }
  return { stop };
}
