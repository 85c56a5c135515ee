// The condition Progressing of a PullPolicy: its reasons, and when a change of it is written.
import { expect, test } from 'vitest';
import type { Condition } from '../../../crds/fields.ts';
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import { isoTime, MINUTE, NOON, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { cachedOn, decide, failing, images, one, running, threeFail, two } from './policy-tables.ts';

type Status = Partial<PullPolicyStatus>;

function progressing(cluster: PolicyWorld, now = NOON): Condition | undefined {
  const conditions = (decide(cluster, now).status as Status).conditions ?? [];
  return conditions.find(({ type }) => type === 'Progressing');
}

interface Row {
  readonly title: string;
  readonly cluster: PolicyWorld;
  readonly reason: string;
  readonly message: string;
}

const cached = { name: 'x', status: cachedOn('a') };
const perImage = { maxConcurrentPulls: 4 };

const rows: readonly Row[] = [
  {
    title: 'Pulling while a pull starts',
    cluster: { nodes: one, images: images('x') },
    reason: 'Pulling',
    message: 'pulls are in progress',
  },
  {
    title: 'Pulling while a Pod pulls, with the gate that the next pair waits for',
    cluster: { nodes: two, images: images('x'), pods: [running] },
    reason: 'Pulling',
    message: 'pulls are in progress; the next one waits: the only slot is in use',
  },
  {
    title: 'Idle when every node has every image',
    cluster: { nodes: one, images: [cached] },
    reason: 'Idle',
    message: 'no image waits for a pull',
  },
  {
    title: 'Idle, not MinDelay, when no pair waits for the delay',
    cluster: {
      nodes: one,
      images: [cached],
      spec: { minDelayBetweenPulls: '10s' },
      status: { lastStartTime: isoTime(NOON - SECOND) },
    },
    reason: 'Idle',
    message: 'no image waits for a pull',
  },
  {
    title: 'Idle while the spec is not valid, and points to Ready',
    cluster: { nodes: one, images: images('x'), spec: { pullTimeout: 'soon' } },
    reason: 'Idle',
    message: 'no pulls are started: see the condition Ready',
  },
  {
    title: 'Paused even when no pair waits',
    cluster: { nodes: one, images: [cached], spec: { paused: true } },
    reason: 'Paused',
    message: 'spec.paused is true',
  },
  {
    title: 'MinDelay while a pair waits for the delay',
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { minDelayBetweenPulls: '10s' },
      status: { lastStartTime: isoTime(NOON - SECOND) },
    },
    reason: 'MinDelay',
    message: 'minDelayBetweenPulls (10s) since the last start is not over',
  },
  {
    title: 'PolicyCap while a finished Pod that is not recorded holds the only slot',
    cluster: { nodes: two, images: images('x'), pods: [{ ...running, state: 'completed' }] },
    reason: 'PolicyCap',
    message: 'the only slot is in use',
  },
  {
    title: 'ImageCap while pulls of the image under another policy use up its maxConcurrentNodes',
    cluster: { nodes: two, images: images('x'), spec: perImage, otherPods: [running] },
    reason: 'ImageCap',
    message: 'x is at its maxConcurrentNodes (1)',
  },
  {
    title: 'NodeBusy while a pull of another policy is in progress on the only node',
    cluster: { nodes: one, images: images('x'), otherPods: [{ slot: 0, image: 'z', node: 'a' }] },
    reason: 'NodeBusy',
    message: 'a is at its maxConcurrentPullsPerNode (1)',
  },
  {
    title: 'PairBackoff after a failure on the only node',
    cluster: { nodes: one, images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - SECOND)] } }] },
    reason: 'PairBackoff',
    message: 'x on a: waiting after 1 failed attempt (failureBackoff)',
  },
  {
    title: 'ImageBackoff after failures on three nodes',
    cluster: { nodes: one, images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }] },
    reason: 'ImageBackoff',
    message: 'x fails on several nodes: waiting for its backoff (failureBackoff)',
  },
  {
    title: 'NodeNotEligible while the only node is cordoned',
    cluster: { nodes: [{ name: 'a', unschedulable: true }], images: images('x') },
    reason: 'NodeNotEligible',
    message: 'a is cordoned',
  },
];

test.each(rows)('Progressing is $title', ({ cluster, reason, message }) => {
  const status = reason === 'Pulling' ? 'True' : 'False';
  expect(progressing(cluster)).toEqual({
    type: 'Progressing',
    status,
    reason,
    message,
    lastTransitionTime: '2026-11-21T12:00:00Z',
  });
});

/** A policy whose recorded condition is Idle and which now waits for a busy node. */
function changedGate(progressTime: number): PolicyWorld {
  const idle = decide({ nodes: one, images: [cached] }).status as Status;
  return {
    nodes: one,
    images: images('x'),
    otherPods: [{ slot: 0, image: 'z', node: 'a' }],
    status: { ...idle, progressTime: isoTime(progressTime) },
  };
}

test('a change of the gate alone is not written within a minute of the last change, but requests a resync at its end', () => {
  const cluster = changedGate(NOON - 20 * SECOND);
  const { response } = decide(cluster);
  expect(response.status).toEqual(cluster.status);
  expect(response.resyncAfterSeconds).toBe(40);
});

test('a change of the gate alone is written once a minute has passed since the last change', () => {
  const cluster = changedGate(NOON - MINUTE);
  const { response, status } = decide(cluster);
  expect(status).toMatchObject({
    revision: 2,
    progressTime: isoTime(NOON),
    conditions: [{}, {}, { reason: 'NodeBusy' }],
  });
  const again = decide({ ...cluster, status: response.status as Status }, NOON + MINUTE);
  expect(again.response.status).toEqual(response.status);
  expect(again.response.resyncAfterSeconds).toBeUndefined();
});

test('a change of the gate goes along with a write that is due anyway', () => {
  const cluster = changedGate(NOON - SECOND);
  const { status } = decide({ ...cluster, spec: { paused: true } });
  expect(status).toMatchObject({
    progressTime: isoTime(NOON),
    conditions: [{ reason: 'Paused' }, {}, { reason: 'Paused' }],
  });
});

test('a request that lacks a group leaves Progressing as it is', () => {
  const cluster = changedGate(NOON - MINUTE);
  const { response } = decide({ ...cluster, without: ['CachedImage.drop.corewire.io/v1alpha1'] });
  expect(response.status).toEqual(cluster.status);
});
