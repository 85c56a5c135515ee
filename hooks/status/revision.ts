// The revision of a status: +1 with every change, so that of two statuses of one object the newer one is known.
import type { z } from 'zod';
import { readStatus } from '../../crds/observed.ts';

export interface Revised {
  readonly revision?: number | undefined;
}

/** Returns [newer, older]: the higher revision wins, then the observed status. */
export function newerFirst<Status extends Revised>(observed: Status, remembered: Status): readonly [Status, Status] {
  return (observed.revision ?? 0) < (remembered.revision ?? 0) ? [remembered, observed] : [observed, remembered];
}

/** Returns the status with the higher revision; the observed one if both have the same. */
export function newerStatus<Status extends Revised>(observed: Status, remembered: Status): Status {
  return newerFirst(observed, remembered)[0];
}

/** Returns the status with `updates` and the next revision. */
export function withUpdates<Status extends Revised>(status: Status, updates: Partial<Status>): Status {
  return { ...status, ...updates, revision: (status.revision ?? 0) + 1 };
}

const sameJson = (left: unknown, right: unknown) => left === right || JSON.stringify(left) === JSON.stringify(right);

export interface Revision<Status> {
  /** The next status with its revision; fields in the order of the schema. */
  readonly status: Status;
  /** Whether it differs from the observed status in anything but the revision. */
  readonly isNew: boolean;
}

/** Returns the next status. Its revision is higher than that of the observed one only if another field differs. */
export function reviseStatus<Status extends z.ZodObject>(
  schema: Status,
  previous: Partial<z.output<Status>>,
  next: Partial<z.output<Status>>,
): Revision<Partial<z.output<Status>>> {
  const known = (previous as Revised).revision ?? 0;
  // The largest safe integer cannot be incremented. We never reach it, so another writer set it.
  const before = known < Number.MAX_SAFE_INTEGER ? known : 0;
  const differsIn = (status: object) => (field: string) =>
    field !== 'revision' && !sameJson(Object(previous)[field], Object(status)[field]);
  const fields = Object.keys(schema.shape);
  // Most syncs change nothing. Then `previous` is returned, which the request already parsed.
  if (before > 0 && !fields.some(differsIn(next))) return { status: previous, isNew: false };
  const status = readStatus(schema, next);
  const isNew = before === 0 || fields.some(differsIn(status));
  return { status: { ...status, revision: isNew ? before + 1 : before }, isNew };
}

/** The status of reviseStatus alone. */
export function withRevision<Status extends z.ZodObject>(
  schema: Status,
  previous: Partial<z.output<Status>>,
  next: Partial<z.output<Status>>,
): Partial<z.output<Status>> {
  return reviseStatus(schema, previous, next).status;
}
