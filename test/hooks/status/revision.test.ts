// The revision of a status: it grows with what the status says, and every status that is written has one.
import { expect, test } from 'vitest';
import { fleetStatus } from '../../../crds/fleet.ts';
import { newerFirst, newerStatus, reviseStatus, withUpdates } from '../../../hooks/status/revision.ts';

const said = { observedGeneration: 1, nodes: 0, nodesReady: 0, groups: [] };

test.each([
  { what: 'the first status', previous: {}, next: said, revision: 1, isNew: true },
  { what: 'the same again', previous: { ...said, revision: 7 }, next: said, revision: 7, isNew: false },
  { what: 'another', previous: { ...said, revision: 7 }, next: { ...said, nodes: 1 }, revision: 8, isNew: true },
  { what: 'the same with its revision lost', previous: said, next: said, revision: 1, isNew: true },
  {
    what: 'the same in another order of fields',
    previous: { groups: [], revision: 7, nodesReady: 0, nodes: 0, observedGeneration: 1 },
    next: said,
    revision: 7,
    isNew: false,
  },
  {
    what: 'the same with something that no status may say',
    previous: { ...said, revision: 7 },
    next: { ...said, nodes: 0, nodesReady: 0, groups: ['no group'] } as unknown as typeof said,
    revision: 7,
    isNew: false,
  },
  {
    what: 'another after the largest number that is exact',
    previous: { ...said, revision: Number.MAX_SAFE_INTEGER },
    next: { ...said, nodes: 1 },
    revision: 1,
    isNew: true,
  },
])('$what has revision $revision', ({ previous, next, revision, isNew }) => {
  const revised = reviseStatus(fleetStatus, previous, next);
  expect(revised).toMatchObject({ status: { revision }, isNew });
});

const observed = (revision?: number) => ({ revision, from: 'caches' });
const answered = (revision?: number) => ({ revision, from: 'memory' });

test.each([
  ['the caches are behind', observed(4), answered(5), 'memory'],
  ['the caches are far behind', observed(1), answered(5), 'memory'],
  ['the caches show nothing yet', observed(), answered(1), 'memory'],
  ['the caches show the answer', observed(5), answered(5), 'caches'],
  ['the caches are ahead', observed(6), answered(5), 'caches'],
  ['neither has a revision', observed(), answered(), 'caches'],
  ['the answer has no revision', observed(3), answered(), 'caches'],
])('newer: %s', (_title, seen, remembered, expected) => {
  const other = expected === 'memory' ? 'caches' : 'memory';
  expect(newerStatus(seen, remembered).from).toBe(expected);
  expect(newerFirst(seen, remembered).map(({ from }) => from)).toEqual([expected, other]);
});

test.each([
  ['a status of a revision', { revision: 7, nodes: 1 }, { nodes: 2 }, { revision: 8, nodes: 2 }],
  ['a status without one', { nodes: 1 }, { nodes: 2 }, { revision: 1, nodes: 2 }],
  ['news with a revision of their own', { revision: 7 }, { revision: 3 }, { revision: 8 }],
])('what is known better is a change: %s', (_title, status, news, expected) => {
  expect(withUpdates<{ revision?: number; nodes?: number }>(status, news)).toEqual(expected);
});
