// A status carries a revision that grows with every change, so that whoever holds two of them knows which is newer.
import type { z } from 'zod';
import { readStatus } from '../../crds/observed.ts';

interface Revised {
  readonly revision?: number | undefined;
}

/** Text of a status without its revision, its fields in the order of the shape. */
function textOf<Status extends z.ZodObject>(schema: Status, status: Partial<z.output<Status>>): string {
  return JSON.stringify({ ...readStatus(schema, status), revision: undefined });
}

/** Takes two statuses of one shape; tells whether they say the same, revisions apart. */
export function saysTheSame<Status extends z.ZodObject>(
  schema: Status,
  left: Partial<z.output<Status>>,
  right: Partial<z.output<Status>>,
): boolean {
  return textOf(schema, left) === textOf(schema, right);
}

/** Takes the observed status and the next one; gives the next one with the revision it deserves. */
export function withRevision<Status extends z.ZodObject>(
  schema: Status,
  previous: Partial<z.output<Status>>,
  next: Partial<z.output<Status>>,
): Partial<z.output<Status>> {
  const before = (previous as Revised).revision ?? 0;
  const same = before > 0 && saysTheSame(schema, previous, next);
  return readStatus(schema, { ...next, revision: same ? before : before + 1 });
}
