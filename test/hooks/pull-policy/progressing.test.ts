// The condition Progressing of a PullPolicy: its reasons, and when a change of it is written.
import { expect, test } from 'vitest';
import type { Condition } from '../../../crds/fields.ts';
import { isoTime, MINUTE, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { decide, one, pendingStart } from './policy-tables.ts';
import { busyNode, cached, progressingRows } from './progressing-rows.ts';

function progressing(cluster: PolicyRequestFacts): Condition | undefined {
  return decide(cluster).status.conditions?.find(({ type }) => type === 'Progressing');
}

test.each(progressingRows)('$title', ({ cluster, reason, message }) => {
  const status = reason === 'Pulling' ? 'True' : 'False';
  const lastTransitionTime = '2026-11-21T12:00:00Z';
  expect(progressing(cluster)).toEqual({
    type: 'Progressing',
    status,
    observedGeneration: 1,
    reason,
    message,
    lastTransitionTime,
  });
});

/** The status of an idle policy whose counts were written at `countsTime`. */
function idleSince(countsTime: number) {
  return { ...decide({ nodes: one, images: [cached] }).status, countsTime: isoTime(countsTime) };
}

test('a change of the gate alone waits until 30 s after the last counts, and requests a resync for then', () => {
  const cluster = { ...busyNode, status: idleSince(NOON - 20 * SECOND) };
  const { response } = decide(cluster);
  expect(response.status).toEqual(cluster.status);
  expect(response.resyncAfterSeconds).toBe(10);
});

test('a change of the gate alone is written once 30 s have passed since the last counts', () => {
  const { status } = decide({ ...busyNode, status: idleSince(NOON - 30 * SECOND) });
  expect(status).toMatchObject({
    revision: 2,
    countsTime: isoTime(NOON),
    conditions: [{}, {}, { reason: 'NodeBusy' }],
  });
  const { response } = decide({ ...busyNode, status }, NOON + SECOND);
  expect(response.status).toEqual(status);
  expect(response.resyncAfterSeconds).toBeUndefined();
});

test('a change of the gate is part of a write that is due anyway', () => {
  const { status } = decide({ ...busyNode, spec: { paused: true }, status: idleSince(NOON - SECOND) });
  expect(status).toMatchObject({
    countsTime: isoTime(NOON),
    conditions: [{ reason: 'Paused' }, {}, { reason: 'Paused' }],
  });
});

test('a status without Progressing gets the condition in the next sync', () => {
  const { conditions = [], countsTime: _, ...rest } = idleSince(NOON);
  const { status } = decide({ ...busyNode, status: { ...rest, conditions: conditions.slice(0, 2) } });
  expect(status).toMatchObject({ countsTime: isoTime(NOON), conditions: [{}, {}, { reason: 'NodeBusy' }] });
});

test('a request without a required group changes neither Progressing nor the counts, and requests no resync', () => {
  const recorded = { ...decide(busyNode).status, countsTime: isoTime(NOON - MINUTE) };
  const starting = [pendingStart('x on b', NOON - MINUTE)];
  const partial = { ...busyNode, without: ['CachedImage.drop.corewire.io/v1alpha1'] };
  const written = decide({ ...partial, status: { ...recorded, starting } });
  expect(written.status).toMatchObject({ ...recorded, revision: 2, rejected: [{ image: 'x', node: 'b' }] });
  expect(written.response.resyncAfterSeconds).toBeUndefined();
  const unchanged = decide({ ...partial, status: recorded });
  expect(unchanged.status).toEqual(recorded);
  expect(unchanged.response.resyncAfterSeconds).toBeUndefined();
});
