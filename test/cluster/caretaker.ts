// Hands what a test starts to a process that ends it also when the run is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Charge {
  /**
   * A program is ended with its group; a folder is removed with all in it; of containers, named by containerd's folder of
   * them, the control groups are removed.
   */
  readonly kind: 'program' | 'folder' | 'containers';
  /** Process id or path. */
  readonly of: number | string;
}

export interface Caretaker {
  /** Ends it with the rest, the last that was added first. */
  add(charge: Charge): void;
  /** For what ended by itself: its process id may soon be another's. */
  forget(charge: Charge): void;
  /** Ends everything; resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Starts one; whatever becomes of this process, what was added is ended. */
export function startCaretaker(): Caretaker {
  const program = fileURLToPath(new URL('caretaker.mjs', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.on('error', () => {});
  const say = (message: object) => child.stdin?.write(`${JSON.stringify(message)}\n`);
  return {
    add: (charge) => say({ add: charge }),
    forget: (charge) => say({ forget: charge }),
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
