// The list of gates: their order, and what `explain` reports for one pair.
import { expect, test } from 'vitest';
import { explain } from '../../../hooks/pull-policy/gates/explain.ts';
import { gates } from '../../../hooks/pull-policy/gates/gates.ts';
import { readPolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { isoTime, NOON, type PolicyWorld, policyRequest, SECOND, settings } from '../builders/wire.ts';
import { failedOn, failing, images, one, refused, running, threeFail, two } from './policy-tables.ts';

test('gates are evaluated for the policy, then the image, then the pair, in the documented order', () => {
  expect(gates.map(({ scope, name }) => `${scope}: ${name}`)).toEqual([
    'policy: paused',
    'policy: policy-cap',
    'policy: delay',
    'image: image-cap',
    'image: delay',
    'image: breaker',
    'pair: node-busy',
    'pair: backoff',
    'pair: not-eligible',
  ]);
});

/** The closed gates of image `x` on node `a`. */
function closedGates(cluster: PolicyWorld): string[] {
  const input = readPolicyInput(policyRequest(cluster), settings, NOON);
  const image = input.images.get('x');
  const node = input.table?.byName.get('a');
  if (image === undefined || node === undefined) throw new Error('the row needs image x and node a');
  return explain(input, image, node).flatMap(({ name, closure }) =>
    closure === undefined ? [] : [`${name}: ${closure.message()}`],
  );
}

const perImage = { maxConcurrentPulls: 4 };

const rows: readonly { readonly title: string; readonly cluster: PolicyWorld; readonly closed: readonly string[] }[] = [
  { title: 'no gate is closed for a pair that can start', cluster: { nodes: one, images: images('x') }, closed: [] },
  {
    title: 'a paused policy names spec.paused',
    cluster: { nodes: one, images: images('x'), spec: { paused: true } },
    closed: ['paused: spec.paused is true'],
  },
  {
    title: 'a policy without a free slot names its cap',
    cluster: { nodes: two, images: images('x', 'y'), pods: [{ slot: 0, image: 'y', node: 'b' }] },
    closed: ['policy-cap: the only slot is in use'],
  },
  {
    title: 'a slot that rests after a start without a Pod counts as used',
    cluster: { nodes: two, images: images('x', 'y'), status: { rejected: [refused('y on b', 0, NOON)] } },
    closed: ['policy-cap: the only slot is in use or waiting after a start that created no Pod'],
  },
  {
    title: 'the delay since the last start of a single queue names its length',
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { minDelayBetweenPulls: '90s' },
      status: { lastStartTime: isoTime(NOON - SECOND) },
    },
    closed: ['delay: minDelayBetweenPulls (1m30s) since the last start is not over'],
  },
  {
    title: 'the delay since the last wave of an image names the image',
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { ...perImage, minDelayBetweenPulls: '10s' },
      status: { waves: [{ image: 'x', at: isoTime(NOON - SECOND) }] },
    },
    closed: ['delay: minDelayBetweenPulls (10s) since the last wave of x is not over'],
  },
  {
    title: 'an image at its own cap names maxConcurrentNodes',
    cluster: { nodes: two, images: images('x'), spec: perImage, pods: [{ slot: 0, image: 'x', node: 'b' }] },
    closed: ['image-cap: x is at its maxConcurrentNodes (1)'],
  },
  {
    title: 'an image that fails on three nodes waits for its backoff, and the pair for its own',
    cluster: { nodes: one, images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }] },
    closed: [
      'breaker: x fails on several nodes: waiting for its backoff (failureBackoff)',
      'backoff: x on a: waiting after 1 failed attempt (failureBackoff)',
    ],
  },
  {
    title: 'an image that fails on three nodes is tried on one node at a time',
    cluster: {
      nodes: two,
      images: [{ name: 'x', status: { failing: threeFail, consecutiveFailures: 3 } }],
      spec: { maxConcurrentNodes: 9 },
      pods: [{ slot: 0, image: 'x', node: 'b' }],
    },
    closed: [
      'breaker: x fails on several nodes: one attempt at a time',
      'backoff: x on a: waiting after 1 failed attempt (failureBackoff)',
    ],
  },
  {
    title: 'a node at its cap names maxConcurrentPullsPerNode',
    cluster: {
      nodes: one,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 2 },
      pods: [{ slot: 0, image: 'y', node: 'a' }],
    },
    closed: ['node-busy: a is at its maxConcurrentPullsPerNode (1)'],
  },
  {
    title: 'a pair that has a pull Pod is busy',
    cluster: { nodes: one, images: images('x'), spec: { maxConcurrentNodes: 2 }, pods: [running] },
    closed: ['node-busy: a has a pull Pod of x already'],
  },
  {
    title: 'a pair that failed waits for its backoff and names the number of attempts',
    cluster: { nodes: one, images: [{ name: 'x', status: { failing: [failing('a', 2, NOON - SECOND)] } }] },
    closed: ['backoff: x on a: waiting after 2 failed attempts (failureBackoff)'],
  },
  {
    title: 'a cordoned node is not eligible',
    cluster: { nodes: [{ name: 'a', unschedulable: true }], images: images('x') },
    closed: ['not-eligible: a is cordoned'],
  },
  {
    title: 'explain does not stop at the first closed gate',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }],
      images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - SECOND)] } }],
      spec: { paused: true },
      pods: [{ slot: 0, image: 'z', node: 'b' }],
    },
    closed: [
      'paused: spec.paused is true',
      'policy-cap: the only slot is in use',
      'backoff: x on a: waiting after 1 failed attempt (failureBackoff)',
      'not-eligible: a is cordoned',
    ],
  },
  {
    title: 'a backoff that is over is open',
    cluster: { nodes: one, images: [{ name: 'x', status: failedOn('a') }] },
    closed: [],
  },
];

test.each(rows)('$title', ({ cluster, closed }) => {
  expect(closedGates(cluster)).toEqual(closed);
});

test('a policy with an invalid spec has no gates to explain', () => {
  const input = readPolicyInput(policyRequest({ nodes: one, spec: { maxConcurrentNodes: 0 } }), settings, NOON);
  const [image] = readPolicyInput(policyRequest({ nodes: one, images: images('x') }), settings, NOON).images.values();
  const node = input.table?.byName.get('a');
  if (image === undefined || node === undefined) throw new Error('image x and node a exist');
  expect(explain(input, image, node)).toEqual([]);
});
