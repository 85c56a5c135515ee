// Waits until the user ends a command that serves, or its terminal is gone.
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Interval of the checks whether the terminal still exists: a shell may not send SIGHUP to its jobs. */
const TERMINAL_CHECK_MILLISECONDS = 1_000;

/** The part of the process that ends a command. */
export interface EndingProcess {
  readonly once: (signal: (typeof signals)[number], listener: () => void) => unknown;
}

/** The file descriptors of stdin, stdout and stderr. */
const descriptors = [0, 1, 2];

/**
 * Returns a function that closes the terminals that are gone. Without it, older versions of Node abort at their exit,
 * because they cannot restore the settings of such a terminal: https://github.com/nodejs/node/pull/58200.
 */
export function rememberTerminals(): () => void {
  const terminals = descriptors.filter((descriptor) => isatty(descriptor));
  return () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  };
}

/**
 * Resolves after the first signal, or once the terminal is gone. A second signal of the same kind ends the process as
 * usual.
 */
export async function untilEnded(
  ending: EndingProcess,
  isTerminal: (descriptor: number) => boolean = isatty,
): Promise<void> {
  const terminals = descriptors.filter(isTerminal);
  await new Promise<void>((resolve) => {
    for (const signal of signals) ending.once(signal, () => resolve());
    const check = setInterval(() => {
      if (terminals.every(isTerminal)) return;
      clearInterval(check);
      resolve();
    }, TERMINAL_CHECK_MILLISECONDS);
    check.unref();
  });
}
