// Clusters for each reason of the condition Progressing of a PullPolicy.
import { wireInventories } from '../builders/inventories.ts';
import { isoTime, keyOf, NOON, type PolicyRequestFacts, SECOND } from '../builders/wire.ts';
import { cachedOn, failing, failingImage, finished, images, one, pendingStart, running, two } from './policy-tables.ts';

export interface ProgressingRow {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly reason: string;
  readonly message: string;
}

export const cached = { name: 'x', status: cachedOn('a') };
const tenSeconds = {
  spec: { minDelayBetweenPulls: '10s' },
  status: { lastStartTime: isoTime(NOON - SECOND) },
};
export const busyNode = { nodes: one, images: images('x'), otherPods: [{ slot: 0, image: 'z', node: 'a' }] };

/** A minute ago, in seconds. */
const lostAt = NOON / SECOND - 60;

export const progressingRows: readonly ProgressingRow[] = [
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
  {
    title: 'Progressing is InventoryPending while kubelets have not reported which nodes hold a new image',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { imageTime: isoTime(NOON) } }],
      inventories: wireInventories([[]], []),
    },
    reason: 'InventoryPending',
    message: 'x: kubelets have not reported yet which nodes hold the image already',
  },
  {
    title: 'Progressing is ImageRemovedFromNode while an image rests that its node keeps removing',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { ...cachedOn('a'), lost: `${keyOf({ name: 'a' })}.${lostAt.toString(36)}` } }],
      inventories: wireInventories([[{ node: 'a', lost: [['x', lostAt, 3600]] }]], ['x']),
    },
    reason: 'ImageRemovedFromNode',
    message: 'a keeps removing x: no pull of it for 1h0m0s',
  },
];
