// The list of gates: their order, and what `explain` reports for one pair. progressing.test.ts has the other messages.
import { expect, test } from 'vitest';
import { explain } from '../../../hooks/pull-policy/gates/explain.ts';
import { gates } from '../../../hooks/pull-policy/gates/gates.ts';
import { readPolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { NOON, type PolicyRequestFacts, policyRequest, SECOND, settings } from '../builders/wire.ts';
import { failing, failingImage, images, one, rejection, running, two, wave } from './policy-tables.ts';

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
function closedGates(cluster: PolicyRequestFacts): string[] {
  const input = readPolicyInput(policyRequest(cluster), settings, NOON);
  const image = input.images.get('x');
  const node = input.table?.byName.get('a');
  if (image === undefined || node === undefined) throw new Error('the row needs image x and node a');
  return explain(input, image, node).flatMap(({ name, closure }) =>
    closure === undefined ? [] : [`${name}: ${closure.message()}`],
  );
}

const pairBackoff = 'backoff: x on a: waiting after 1 failed attempt (failureBackoff)';

const rows: readonly {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly closed: readonly string[];
}[] = [
  { title: 'no gate is closed for a pair that can start', cluster: { nodes: one, images: images('x') }, closed: [] },
  {
    title: 'a policy without a free slot names the number of its slots',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentNodes: 2 },
      pods: [
        { slot: 0, image: 'y', node: 'b' },
        { slot: 1, image: 'z', node: 'b' },
      ],
    },
    closed: ['policy-cap: all 2 slots are in use'],
  },
  {
    title: 'a slot that rests after a start without a Pod counts as used',
    cluster: { nodes: two, images: images('x', 'y'), status: { rejected: [rejection('y on b', NOON, { slot: 0 })] } },
    closed: ['policy-cap: the only slot is in use or waiting after a start that created no Pod'],
  },
  {
    title: 'the delay since the last wave of an image names the image',
    cluster: {
      nodes: one,
      images: images('x'),
      spec: { maxConcurrentPulls: 4, minDelayBetweenPulls: '10s' },
      status: { waves: [wave('x', NOON - SECOND)] },
    },
    closed: ['delay: minDelayBetweenPulls (10s) since the last wave of x is not over'],
  },
  {
    title: 'an image that fails on three nodes is tried on one node at a time',
    cluster: {
      nodes: two,
      images: [failingImage()],
      spec: { maxConcurrentNodes: 9 },
      pods: [{ slot: 0, image: 'x', node: 'b' }],
    },
    closed: ['breaker: x fails on several nodes: one attempt at a time', pairBackoff],
  },
  {
    title: 'a pair that has a pull Pod is busy',
    cluster: { nodes: one, images: images('x'), spec: { maxConcurrentNodes: 2 }, pods: [running] },
    closed: ['node-busy: a has a pull Pod of x already'],
  },
  {
    title: 'a node that pulls the same reference for another image is busy',
    cluster: {
      nodes: one,
      images: [{ name: 'x' }, { name: 'y', spec: { image: 'registry.example.com/x' } }],
      spec: { maxConcurrentNodes: 2, maxConcurrentPullsPerNode: 2 },
      pods: [{ slot: 0, image: 'y', node: 'a', reference: 'registry.example.com/x:v1' }],
    },
    closed: ['node-busy: a pulls the same reference for another CachedImage'],
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
      pairBackoff,
      'not-eligible: a is cordoned',
    ],
  },
];

test.each(rows)('$title', ({ cluster, closed }) => {
  expect(closedGates(cluster)).toEqual(closed);
});

test('a policy with an invalid spec has no gates to explain', () => {
  expect(
    closedGates({ nodes: [{ name: 'a', unschedulable: true }], images: images('x'), spec: { paused: 7 } }),
  ).toEqual([]);
});
