// Keeps what each hostile caller sent, what it was told and what it cost, and prints that as one table at the end of a file.
import { expect } from 'vitest';

/** Growth of the resident memory over the warm service, in MiB, that a row of the kind stays under. */
export const CEILING_MEBIBYTES = {
  /** Whoever has no token, or sends what is refused before it is read. */
  small: 64,
  /** Thousands of connections: sockets and parsers. */
  connections: 128,
  /** A flood of statuses to remember: as much as the memory takes, and what the requests leave for the next collection. */
  statuses: 192,
  /** One body of 64 MiB, read, checked and parsed at worst: what the 1 GiB of the chart leaves. */
  largeBody: 768,
} as const;

export type Ceiling = keyof typeof CEILING_MEBIBYTES;

interface Line {
  readonly sent: string;
  readonly answered: string;
  readonly ceiling: Ceiling;
  readonly growthMebibytes: number | undefined;
}

export interface AnsweredTable {
  /** Fails when the growth is above the ceiling. */
  add(line: Line): void;
  print(): void;
}

const SENT_COLUMN_CHARACTERS = 64;
const ANSWERED_COLUMN_CHARACTERS = 72;

/** Takes the heading; gives an empty table. */
export function createAnsweredTable(heading: string): AnsweredTable {
  const lines: Line[] = [];
  return {
    add(line) {
      lines.push(line);
      if (line.growthMebibytes !== undefined) {
        expect(line.growthMebibytes, `MiB that "${line.sent}" cost`).toBeLessThan(CEILING_MEBIBYTES[line.ceiling]);
      }
    },
    print() {
      const text = lines.map(({ sent, answered, ceiling, growthMebibytes }) => {
        const grown =
          growthMebibytes === undefined ? 'not told by this system' : `${Math.max(0, Math.round(growthMebibytes))}`;
        const cost = `${grown} of ${CEILING_MEBIBYTES[ceiling]} MiB`;
        return `  ${sent.padEnd(SENT_COLUMN_CHARACTERS)} ${answered.padEnd(ANSWERED_COLUMN_CHARACTERS)} ${cost}`;
      });
      console.log([heading, ...text].join('\n'));
    },
  };
}
