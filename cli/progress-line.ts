// Progress on stderr: one line that replaces itself on a terminal, plain lines otherwise.
import type { ProgressWriter } from './command-context.ts';

/** The part of a stream of the process that the progress needs. */
interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Returns to the start of the line and erases it. */
const ERASE_LINE = '\r\u001b[2K';
const DEFAULT_COLUMNS = 80;

export interface ProgressLine extends ProgressWriter {
  /** Erases the line of a terminal. */
  readonly clear: () => void;
}

export function createProgressLine(stream: TextStream): ProgressLine {
  const isTerminal = stream.isTTY === true;
  const columns = stream.columns ?? DEFAULT_COLUMNS;
  let isShown = false;
  return {
    isTerminal,
    columns,
    show(line) {
      // A line as wide as the terminal would wrap, and only its last part would be erased.
      stream.write(isTerminal ? `${ERASE_LINE}${line.slice(0, columns - 1)}` : `${line}\n`);
      isShown = true;
    },
    clear() {
      if (isTerminal && isShown) stream.write(ERASE_LINE);
      isShown = false;
    },
  };
}
