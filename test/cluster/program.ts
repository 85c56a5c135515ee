// Starts one program of the cluster with a log file. An error contains the end of the log.
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { eventually } from '../waiting.ts';
import type { Caretaker } from './caretaker.ts';

const SHOWN_CHARACTERS = 3_000;

export interface ProgramInput {
  readonly command: readonly string[];
  /** Folder of the log file. */
  readonly folder: string;
  /** Base name of the log file. Defaults to the name of the program. */
  readonly name?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly caretaker: Caretaker;
  /** Throws while the program is not ready. */
  readonly isReady: () => Promise<unknown>;
  readonly limitMilliseconds?: number;
}

export interface RunningProgram {
  readonly pid: number;
  readonly logFile: string;
  /** The output of the program so far. */
  log(): string;
  hasEnded(): boolean;
}

/** Resolves once the program is ready. Throws when it ends or is not ready in time. */
export async function startProgram(input: ProgramInput): Promise<RunningProgram> {
  const [program = '', ...args] = input.command;
  const name = input.name ?? basename(program);
  const logFile = join(input.folder, `${name}.log`);
  const output = openSync(logFile, 'a');
  const child = spawn(program, args, {
    cwd: input.folder,
    stdio: ['ignore', output, output],
    // In a process group of its own, so that an interrupt reaches it only through the caretaker, in the right order.
    detached: true,
    env: { ...process.env, ...input.environment },
  });
  let ended: string | undefined;
  const pid = child.pid ?? 0;
  child.once('error', (error) => {
    ended = error.message;
  });
  if (pid !== 0) input.caretaker.add({ kind: 'program', of: pid });
  child.once('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`;
    input.caretaker.forget({ kind: 'program', of: pid });
  });
  child.unref();
  const log = () => readFileSync(logFile, 'utf8');
  try {
    await eventually(
      () => (ended === undefined ? input.isReady() : Promise.resolve()),
      input.limitMilliseconds ?? 60_000,
    );
  } catch (error) {
    throw new Error(`${name} is not ready: ${String(error)}\n${log().slice(-SHOWN_CHARACTERS)}`, { cause: error });
  }
  if (ended !== undefined) throw new Error(`${name}: ${ended}\n${log().slice(-SHOWN_CHARACTERS)}`);
  return { pid, logFile, log, hasEnded: () => ended !== undefined };
}
