// A status carries a revision that grows with every change, so that whoever holds two of them knows which is newer.
import type { z } from 'zod';
import { readStatus } from '../../crds/observed.ts';

interface Revised {
  readonly revision?: number | undefined;
}

/** The revision of either side is left out; the fields stand in the order of the shape on both. */
const textOf = (status: object) => JSON.stringify({ ...status, revision: undefined });

export interface Revision<Status> {
  /** The next status with the revision it deserves, its fields in the order of the shape. */
  readonly status: Status;
  /** Whether it says something new. */
  readonly isNew: boolean;
}

/** Takes the observed status and the next one; gives the next one, and whether it differs in anything but its revision. */
export function reviseStatus<Status extends z.ZodObject>(
  schema: Status,
  previous: Partial<z.output<Status>>,
  next: Partial<z.output<Status>>,
): Revision<Partial<z.output<Status>>> {
  const before = (previous as Revised).revision ?? 0;
  const status = readStatus(schema, next);
  const isNew = before === 0 || textOf(readStatus(schema, previous)) !== textOf(status);
  return { status: { ...status, revision: isNew ? before + 1 : before }, isNew };
}

/** Takes the observed status and the next one; gives the next one with the revision it deserves. */
export function withRevision<Status extends z.ZodObject>(
  schema: Status,
  previous: Partial<z.output<Status>>,
  next: Partial<z.output<Status>>,
): Partial<z.output<Status>> {
  return reviseStatus(schema, previous, next).status;
}
