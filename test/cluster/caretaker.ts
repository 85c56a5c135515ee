// Starts a process that ends the programs of a test run, also when the run is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Charge {
  /**
   * A program is ended with its process group, and a folder is removed with its content. For containers, `of` is
   * containerd's folder of running containers, and their control groups are removed.
   */
  readonly kind: 'program' | 'folder' | 'containers';
  /** Process id or path. */
  readonly of: number | string;
}

export interface Caretaker {
  /** Charges are ended in reverse order. */
  add(charge: Charge): void;
  /** Must be called when a program has ended, because the kernel may reuse its process id. */
  forget(charge: Charge): void;
  /** Ends all charges. Resolves when they are gone. */
  stop(): Promise<void>;
}

export function startCaretaker(): Caretaker {
  const program = fileURLToPath(new URL('caretaker.mjs', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.on('error', () => {});
  const send = (message: object) => child.stdin?.write(`${JSON.stringify(message)}\n`);
  return {
    add: (charge) => send({ add: charge }),
    forget: (charge) => send({ forget: charge }),
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
