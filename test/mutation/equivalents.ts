// The survivors that were looked at and change nothing that anybody could notice, each with the sentence that says why.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { NumberedMutation } from './instrument.ts';

const shape = z.array(
  z.object({
    file: z.string(),
    /** Absent: whatever stands in the file. */
    original: z.string().optional(),
    /** Absent: whatever stands there instead. */
    replacement: z.string().optional(),
    /** Part of the line it stands in, where the same text stands elsewhere too. */
    line: z.string().optional(),
    because: z.string().min(20),
  }),
);

export interface Equivalent {
  explains(mutation: NumberedMutation): boolean;
  /** File and text, for a person. */
  readonly name: string;
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ');

/** Gives the list beside this file. */
export function readEquivalents(): Equivalent[] {
  const listed = shape.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'equivalents.json'), 'utf8')));
  return listed.map(({ file, original, replacement, line = '' }) => ({
    name: `${file}  ${original ?? 'anything'}  ->  ${replacement ?? 'anything'}`,
    explains: (mutation) =>
      mutation.file === file &&
      (original === undefined || squeezed(mutation.original) === original) &&
      mutation.lineText.includes(line) &&
      (replacement === undefined || squeezed(mutation.replacement) === replacement),
  }));
}
