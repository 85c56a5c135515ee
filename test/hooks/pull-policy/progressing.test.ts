// The condition Progressing of a PullPolicy: its reasons, and when a change of it is written.
import { expect, test } from 'vitest';
import type { Condition } from '../../../crds/fields.ts';
import { isoTime, MINUTE, NOON, type PolicyWorld, SECOND } from '../builders/wire.ts';
import {
  cachedOn,
  decide,
  failing,
  failingImage,
  finished,
  images,
  one,
  pendingStart,
  running,
  two,
} from './policy-tables.ts';

function progressing(cluster: PolicyWorld): Condition | undefined {
  return decide(cluster).status.conditions?.find(({ type }) => type === 'Progressing');
}

interface Row {
  readonly title: string;
  readonly cluster: PolicyWorld;
  readonly reason: string;
  readonly message: string;
}

const cached = { name: 'x', status: cachedOn('a') };
const tenSeconds = {
  spec: { minDelayBetweenPulls: '10s' },
  status: { lastStartTime: isoTime(NOON - SECOND) },
};
const busyNode = { nodes: one, images: images('x'), otherPods: [{ slot: 0, image: 'z', node: 'a' }] };

const rows: readonly Row[] = [
  {
    title: 'Progressing is Pulling while a pull starts',
    cluster: { nodes: one, images: images('x') },
    reason: 'Pulling',
    message: 'pulls are in progress',
  },
  {
    title: 'Progressing is Pulling while a Pod pulls, and names the gate that the next pair waits for',
    cluster: { nodes: two, images: images('x'), pods: [running] },
    reason: 'Pulling',
    message: 'pulls are in progress; the next one waits: the only slot is in use',
  },
  {
    title: 'Progressing is Pulling while the Pod of a start is not observed yet',
    cluster: { nodes: one, images: [cached], status: { starting: [pendingStart('x on a', NOON - SECOND)] } },
    reason: 'Pulling',
    message: 'pulls are in progress',
  },
  {
    title: 'Progressing is Idle when every node has every image',
    cluster: { nodes: one, images: [cached] },
    reason: 'Idle',
    message: 'no image waits for a pull',
  },
  {
    title: 'Progressing is Idle, not MinDelay, when no pair waits for the delay',
    cluster: { nodes: one, images: [cached], ...tenSeconds },
    reason: 'Idle',
    message: 'no image waits for a pull',
  },
  {
    title: 'Progressing is Idle and points to Ready while the spec is not valid',
    cluster: { nodes: one, images: images('x'), spec: { pullTimeout: 'soon' } },
    reason: 'Idle',
    message: 'no pulls are started: see the condition Ready',
  },
  {
    title: 'Progressing is Idle and points to Ready while the Fleet is missing',
    cluster: { images: images('x') },
    reason: 'Idle',
    message: 'no pulls are started: see the condition Ready',
  },
  {
    title: 'Progressing is Paused even when no pair waits',
    cluster: { nodes: one, images: [cached], spec: { paused: true } },
    reason: 'Paused',
    message: 'spec.paused is true',
  },
  {
    title: 'Progressing is MinDelay while a pair waits for the delay',
    cluster: { nodes: one, images: images('x'), ...tenSeconds },
    reason: 'MinDelay',
    message: 'minDelayBetweenPulls (10s) since the last start is not over',
  },
  {
    title: 'Progressing is PolicyCap while a finished Pod that is not recorded holds the only slot',
    cluster: { nodes: two, images: images('x'), pods: [finished] },
    reason: 'PolicyCap',
    message: 'the only slot is in use',
  },
  {
    title: 'Progressing is ImageCap while another policy pulls the image to maxConcurrentNodes nodes',
    cluster: { nodes: two, images: images('x'), spec: { maxConcurrentPulls: 4 }, otherPods: [running] },
    reason: 'ImageCap',
    message: 'x is at its maxConcurrentNodes (1)',
  },
  {
    title: 'Progressing is NodeBusy while another policy pulls to the only node',
    cluster: busyNode,
    reason: 'NodeBusy',
    message: 'a is at its maxConcurrentPullsPerNode (1)',
  },
  {
    title: 'Progressing is PairBackoff after a failure on the only node',
    cluster: { nodes: one, images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - SECOND)] } }] },
    reason: 'PairBackoff',
    message: 'x on a: waiting after 1 failed attempt (failureBackoff)',
  },
  {
    title: 'Progressing is ImageBackoff after failures on three nodes',
    cluster: { nodes: one, images: [failingImage()] },
    reason: 'ImageBackoff',
    message: 'x fails on several nodes: waiting for its backoff (failureBackoff)',
  },
  {
    title: 'Progressing is NodeNotEligible while the only node is cordoned',
    cluster: { nodes: [{ name: 'a', unschedulable: true }], images: images('x') },
    reason: 'NodeNotEligible',
    message: 'a is cordoned',
  },
];

test.each(rows)('$title', ({ cluster, reason, message }) => {
  const status = reason === 'Pulling' ? 'True' : 'False';
  const lastTransitionTime = '2026-11-21T12:00:00Z';
  expect(progressing(cluster)).toEqual({ type: 'Progressing', status, reason, message, lastTransitionTime });
});

/** The status of a policy whose Progressing changed to Idle at `progressTime`. */
function idleSince(progressTime: number) {
  return { ...decide({ nodes: one, images: [cached] }).status, progressTime: isoTime(progressTime) };
}

test('a change of the gate alone waits until a minute after the last change, and requests a resync for then', () => {
  const cluster = { ...busyNode, status: idleSince(NOON - 20 * SECOND) };
  const { response } = decide(cluster);
  expect(response.status).toEqual(cluster.status);
  expect(response.resyncAfterSeconds).toBe(40);
});

test('a change of the gate alone is written once a minute has passed since the last change', () => {
  const { status } = decide({ ...busyNode, status: idleSince(NOON - MINUTE) });
  expect(status).toMatchObject({
    revision: 2,
    progressTime: isoTime(NOON),
    conditions: [{}, {}, { reason: 'NodeBusy' }],
  });
  const { response } = decide({ ...busyNode, status }, NOON + SECOND);
  expect(response.status).toEqual(status);
  expect(response.resyncAfterSeconds).toBeUndefined();
});

test('a change of the gate is part of a write that is due anyway', () => {
  const { status } = decide({ ...busyNode, spec: { paused: true }, status: idleSince(NOON - SECOND) });
  expect(status).toMatchObject({
    progressTime: isoTime(NOON),
    conditions: [{ reason: 'Paused' }, {}, { reason: 'Paused' }],
  });
});

test('a write for another cause keeps progressTime while the reason stays the same', () => {
  const idle = idleSince(NOON - SECOND);
  const { status } = decide({ nodes: one, images: [cached, { ...cached, name: 'y' }], status: idle });
  expect(status).toMatchObject({ revision: 2, progressTime: idle.progressTime });
});

test('a status without Progressing gets the condition in the next sync', () => {
  const { progressTime, conditions = [], ...rest } = idleSince(NOON);
  const { status } = decide({ ...busyNode, status: { ...rest, conditions: conditions.slice(0, 2) } });
  expect(progressTime).toBe(isoTime(NOON));
  expect(status).toMatchObject({ progressTime, conditions: [{}, {}, { reason: 'NodeBusy' }] });
});

test('a request without a required group changes neither Progressing nor progressTime, and requests no resync', () => {
  const recorded = { ...decide(busyNode).status, progressTime: isoTime(NOON - 20 * SECOND) };
  const starting = [pendingStart('x on b', NOON - MINUTE)];
  const partial = { ...busyNode, without: ['CachedImage.drop.corewire.io/v1alpha1'] };
  const written = decide({ ...partial, status: { ...recorded, starting } });
  expect(written.status).toMatchObject({ ...recorded, revision: 2, rejected: [{ image: 'x', node: 'b' }] });
  expect(written.response.resyncAfterSeconds).toBeUndefined();
  const unchanged = decide({ ...partial, status: recorded });
  expect(unchanged.status).toEqual(recorded);
  expect(unchanged.response.resyncAfterSeconds).toBeUndefined();
});
