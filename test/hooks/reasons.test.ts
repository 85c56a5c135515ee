// Every reason of the table is reported by a real sync, on exactly the conditions that the table lists.
import { expect, expectTypeOf, test } from 'vitest';
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';
import { type Reason, type ReasonEntry, reasons } from '../../hooks/reasons.ts';
import { failureReasons, type SyncedStatus, syncedStatuses } from './synced-statuses.ts';

/** Returns `<kind> <condition type> <reason>` for each condition, as the table names conditions. */
function reportsOf({ kind, status }: SyncedStatus): string[] {
  const { conditions = [] } = status as { readonly conditions?: readonly { type: string; reason: string }[] };
  return conditions.map(({ type, reason }) => `${kind} ${type.replace(/^Source\d+$/, 'Source')} ${reason}`);
}

test('the syncs of these rows report every reason of the table, on the conditions that it lists, and no other', () => {
  const listed = Object.entries<ReasonEntry>(reasons).flatMap(([reason, { on }]) =>
    on.map((condition) => `${condition} ${reason}`),
  );
  expect([...new Set(syncedStatuses.flatMap(reportsOf))].sort()).toEqual(listed.sort());
});

test('every reason with which discovery fails is in the table', () => {
  expectTypeOf<FailureReason>().toExtend<Reason>();
  expect(Object.keys(reasons)).toEqual(expect.arrayContaining(Object.keys(failureReasons)));
});
