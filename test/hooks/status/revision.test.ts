// The revision of a status: it grows with what the status says, and every status that is written has one.
import { expect, test } from 'vitest';
import { fleetStatus } from '../../../crds/fleet.ts';
import { reviseStatus } from '../../../hooks/status/revision.ts';

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
])('$what has revision $revision', ({ previous, next, revision, isNew }) => {
  const revised = reviseStatus(fleetStatus, previous, next);
  expect(revised).toMatchObject({ status: { revision }, isNew });
});
