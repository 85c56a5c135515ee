// A status carries a revision that grows with every change, so that whoever holds two of them knows which is newer.
import type { z } from 'zod';
import { readStatus } from '../../crds/observed.ts';

export interface Revised {
  readonly revision?: number | undefined;
}

/** Takes a status as it is observed and as it was answered a while ago; gives the one of the higher revision first, the observed one of equal ones. */
export function newerFirst<Status extends Revised>(observed: Status, remembered: Status): readonly [Status, Status] {
  return (observed.revision ?? 0) < (remembered.revision ?? 0) ? [remembered, observed] : [observed, remembered];
}

/** Takes a status as it is observed and as it was answered a while ago; gives the one of the higher revision, the observed one of equal ones. */
export function newerStatus<Status extends Revised>(observed: Status, remembered: Status): Status {
  return newerFirst(observed, remembered)[0];
}

/** Takes a status and what another one of the same object knows better; gives one that says both, and is newer than it was. */
export function withUpdates<Status extends Revised>(status: Status, news: Partial<Status>): Status {
  return { ...status, ...news, revision: (status.revision ?? 0) + 1 };
}

const sameJson = (left: unknown, right: unknown) => left === right || JSON.stringify(left) === JSON.stringify(right);

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
  const known = (previous as Revised).revision ?? 0;
  // The largest number that is exact cannot grow; only a status written by somebody else has it.
  const before = known < Number.MAX_SAFE_INTEGER ? known : 0;
  const differsIn = (status: object) => (field: string) =>
    field !== 'revision' && !sameJson(Object(previous)[field], Object(status)[field]);
  const fields = Object.keys(schema.shape);
  // Most syncs have nothing new to say: then what was read when it came needs no second reading.
  if (before > 0 && !fields.some(differsIn(next))) return { status: previous, isNew: false };
  const status = readStatus(schema, next);
  const isNew = before === 0 || fields.some(differsIn(status));
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
