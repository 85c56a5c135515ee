// The revision of a status: it grows with every change, and orders two statuses of one object.
import { expect, test } from 'vitest';
import { fleetStatus } from '../../../crds/fleet.ts';
import { newerFirst, newerStatus, reviseStatus, withUpdates } from '../../../hooks/status/revision.ts';

const fields = { observedGeneration: 1, nodes: 0, nodesReady: 0, groups: [] };

test.each([
  { what: 'the first status has revision 1', previous: {}, next: fields, revision: 1, isNew: true },
  {
    what: 'an unchanged status keeps its revision',
    previous: { ...fields, revision: 7 },
    next: fields,
    revision: 7,
    isNew: false,
  },
  {
    what: 'a changed status has the next revision',
    previous: { ...fields, revision: 7 },
    next: { ...fields, nodes: 1 },
    revision: 8,
    isNew: true,
  },
  { what: 'a status that lost its revision starts at 1', previous: fields, next: fields, revision: 1, isNew: true },
  {
    what: 'the order of the fields is not a change',
    previous: { groups: [], revision: 7, nodesReady: 0, nodes: 0, observedGeneration: 1 },
    next: fields,
    revision: 7,
    isNew: false,
  },
  {
    what: 'a value that the schema removes is not a change',
    previous: { ...fields, revision: 7 },
    next: { ...fields, nodes: 0, nodesReady: 0, groups: ['no group'] } as unknown as typeof fields,
    revision: 7,
    isNew: false,
  },
  {
    what: 'a change after the largest safe integer starts at revision 1 again',
    previous: { ...fields, revision: Number.MAX_SAFE_INTEGER },
    next: { ...fields, nodes: 1 },
    revision: 1,
    isNew: true,
  },
])('$what', ({ previous, next, revision, isNew }) => {
  expect(reviseStatus(fleetStatus, previous, next)).toMatchObject({ status: { revision }, isNew });
});

const observed = (revision?: number) => ({ revision, from: 'observed' });
const remembered = (revision?: number) => ({ revision, from: 'remembered' });

test.each([
  ['a remembered status of a higher revision is newer', observed(4), remembered(5), 'remembered'],
  ['a remembered status is newer than an observed one without a revision', observed(), remembered(1), 'remembered'],
  ['of two statuses with equal revisions the observed one is newer', observed(5), remembered(5), 'observed'],
  ['an observed status of a higher revision is newer', observed(6), remembered(5), 'observed'],
  ['of two statuses without revisions the observed one is newer', observed(), remembered(), 'observed'],
  ['an observed status is newer than a remembered one without a revision', observed(3), remembered(), 'observed'],
])('%s', (_title, left, right, newer) => {
  const older = newer === 'remembered' ? 'observed' : 'remembered';
  expect(newerStatus(left, right).from).toBe(newer);
  expect(newerFirst(left, right).map(({ from }) => from)).toEqual([newer, older]);
});

test.each([
  ['updates raise the revision by one', { revision: 7, nodes: 1 }, { nodes: 2 }, { revision: 8, nodes: 2 }],
  ['updates of a status without a revision start at revision 1', { nodes: 1 }, { nodes: 2 }, { revision: 1, nodes: 2 }],
  ['a revision among the updates does not count', { revision: 7 }, { revision: 3 }, { revision: 8 }],
])('%s', (_title, status, updates, expected) => {
  expect(withUpdates<{ revision?: number; nodes?: number }>(status, updates)).toEqual(expected);
});
