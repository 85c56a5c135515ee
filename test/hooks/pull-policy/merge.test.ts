// Two replicas of the service that respond in turn lose neither a start nor a wave of the other.
import { expect, test } from 'vitest';
import { mergePolicyStatuses } from '../../../hooks/pull-policy/merge.ts';
import { isoTime, MINUTE, NOON } from '../builders/wire.ts';
import { pendingStart, rejection, wave } from './policy-tables.ts';

const started = (revision: number, node: string, at: number) => ({
  revision,
  lastStartTime: isoTime(at),
  lastStartNode: node,
  starting: [pendingStart(`x on ${node}`, at)],
});

test.each([
  {
    title: 'the remembered status wins as a whole over an older observed status',
    observed: started(4, 'a', NOON),
    remembered: started(5, 'b', NOON + 1),
    merged: started(5, 'b', NOON + 1),
  },
  {
    title: 'an observed status that equals the remembered one keeps its revision',
    observed: started(5, 'b', NOON + 1),
    remembered: started(5, 'b', NOON + 1),
    merged: started(5, 'b', NOON + 1),
  },
  {
    title: 'of two statuses with the same revision, the starts of both hold their slots',
    observed: started(5, 'a', NOON),
    remembered: started(5, 'b', NOON + 1),
    merged: {
      ...started(6, 'b', NOON + 1),
      starting: [pendingStart('x on a', NOON), pendingStart('x on b', NOON + 1)],
    },
  },
  {
    title: 'a start in the same slot on the same node by two replicas is kept once, with the later time',
    observed: started(5, 'a', NOON),
    remembered: started(5, 'a', NOON + 1),
    merged: started(6, 'a', NOON + 1),
  },
  {
    title: 'a start that the observed status with the same revision records with a later time is not added',
    observed: started(5, 'a', NOON + 1),
    remembered: started(5, 'a', NOON),
    merged: started(5, 'a', NOON + 1),
  },
  {
    title: 'a start that the observed status with the same revision has rejected does not hold its slot again',
    observed: { revision: 5, rejected: [rejection('x on a', NOON + MINUTE, { slot: 0 })] },
    remembered: { revision: 5, starting: [pendingStart('x on a', NOON)] },
    merged: { revision: 5, rejected: [rejection('x on a', NOON + MINUTE, { slot: 0 })] },
  },
  {
    title: 'a start after a rejection of the same pair holds its slot',
    observed: { revision: 5, rejected: [rejection('x on a', NOON, { slot: 0 })] },
    remembered: { revision: 5, starting: [pendingStart('x on a', NOON + 1)] },
    merged: {
      revision: 6,
      rejected: [rejection('x on a', NOON, { slot: 0 })],
      starting: [pendingStart('x on a', NOON + 1)],
    },
  },
  {
    title: 'counts without the starts of the other status lose their time, so that the next sync counts again',
    observed: { revision: 5, activePulls: 0, countsTime: isoTime(NOON) },
    remembered: { revision: 5, starting: [pendingStart('x on a', NOON)] },
    merged: { revision: 6, activePulls: 0, starting: [pendingStart('x on a', NOON)] },
  },
  {
    title: 'a newer observed status gets the later last start of the remembered one',
    observed: started(7, 'a', NOON),
    remembered: started(5, 'b', NOON + 1),
    merged: { ...started(7, 'a', NOON), revision: 8, lastStartTime: isoTime(NOON + 1), lastStartNode: 'b' },
  },
  {
    title: 'a newer remembered status gets the later last start of the observed one',
    observed: started(4, 'a', NOON + 1),
    remembered: started(5, 'b', NOON),
    merged: { ...started(5, 'b', NOON), revision: 6, lastStartTime: isoTime(NOON + 1), lastStartNode: 'a' },
  },
  {
    title: 'a newer observed status without a start gets the last start of the remembered one',
    observed: { revision: 7 },
    remembered: started(5, 'b', NOON),
    merged: { revision: 8, lastStartTime: isoTime(NOON), lastStartNode: 'b' },
  },
  {
    title: 'a newer observed status keeps its last start where the remembered one has none',
    observed: started(7, 'a', NOON),
    remembered: { revision: 5 },
    merged: started(7, 'a', NOON),
  },
  {
    title: 'the waves of images that only the older status has are added',
    observed: { revision: 5, waves: [wave('x', NOON)] },
    remembered: { revision: 4, waves: [wave('y', NOON)] },
    merged: { revision: 6, waves: [wave('x', NOON), wave('y', NOON)] },
  },
  {
    title: 'the later wave of an image wins even from the older status',
    observed: { revision: 5, waves: [wave('x', NOON)] },
    remembered: { revision: 4, waves: [wave('x', NOON + 1)] },
    merged: { revision: 6, waves: [wave('x', NOON + 1)] },
  },
  {
    title: 'a newer status that has every wave is kept as it is',
    observed: { revision: 5, waves: [wave('x', NOON), wave('y', NOON)] },
    remembered: { revision: 4, waves: [wave('x', NOON)] },
    merged: { revision: 5, waves: [wave('x', NOON), wave('y', NOON)] },
  },
  {
    title: 'a newer status without waves gets those of the older one',
    observed: { revision: 5 },
    remembered: { revision: 4, waves: [wave('x', NOON)] },
    merged: { revision: 6, waves: [wave('x', NOON)] },
  },
])('$title', ({ observed, remembered, merged }) => {
  expect(mergePolicyStatuses(observed, remembered)).toEqual(merged);
});
