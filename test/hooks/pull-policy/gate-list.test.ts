// The list of gates: their order, and what `explain` reports for one pair. progressing.test.ts has the other messages.
import { expect, test } from 'vitest';
import { explain, firstClosedGate, type GateState } from '../../../hooks/pull-policy/gates/explain.ts';
import { gates } from '../../../hooks/pull-policy/gates/gates.ts';
import { readPolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { isoTime, NOON, type PolicyRequestFacts, policyRequest, SECOND, settings } from '../builders/wire.ts';
import { failing, failingImage, images, one, rejection, running, two, wave } from './policy-tables.ts';

test('gates are evaluated for the policy, then the image, then the pair, in the documented order', () => {
  expect(gates.map(({ scope, name }) => `${scope}: ${name}`)).toEqual([
    'policy: paused',
    'policy: policy-cap',
    'policy: delay',
    'image: inventory',
    'image: image-cap',
    'image: delay',
    'image: breaker',
    'pair: digest',
    'pair: node-busy',
    'pair: rest',
    'pair: backoff',
    'pair: not-eligible',
  ]);
});

/** The gates of image `x` on node `a`. */
function statesIn(cluster: PolicyRequestFacts): readonly GateState[] {
  const input = readPolicyInput(policyRequest(cluster), settings, NOON);
  const image = input.images.get('x');
  const node = input.table?.byName.get('a');
  if (image === undefined || node === undefined) throw new Error('the row needs image x and node a');
  return explain(input, image, node);
}

function closedGates(cluster: PolicyRequestFacts): string[] {
  return statesIn(cluster).flatMap(({ name, closure }) =>
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

/** Each gate of image `x` on node `a`: its name, its value, and what opens it if it is closed. */
function gateLines(cluster: PolicyRequestFacts): string[] {
  return statesIn(cluster).map(({ name, value, closure }) => {
    if (closure === undefined) return `${name}: ${value()}`;
    const instant = closure.opensAt === undefined ? undefined : `+${(closure.opensAt - NOON) / SECOND}s`;
    const opens = [instant, closure.opens?.()].filter((part) => part !== undefined).join(' or ');
    return `${name}: ${value()} | ${opens}`;
  });
}

const valueRows: readonly {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly lines: readonly string[];
}[] = [
  {
    title: 'the gates of a policy that is one queue, for a pair that can start',
    cluster: { nodes: one, images: images('x') },
    lines: [
      'paused: false',
      'policy-cap: 0 of 1 slot in use',
      'delay: no start yet, 0s apart',
      'breaker: fails on 0 nodes, closes at 3',
      'node-busy: 0 of 1 pull on the node',
      'backoff: no failures',
      'not-eligible: ready, schedulable',
    ],
  },
  {
    title: 'the gates of a policy with a queue for each image, while its caps and its delay are reached',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentPulls: 1, maxConcurrentNodes: 1, minDelayBetweenPulls: '10s' },
      status: { waves: [wave('x', NOON - 4 * SECOND)] },
      pods: [{ slot: 0, image: 'x', node: 'a' }],
    },
    lines: [
      'paused: false',
      'policy-cap: 1 of 1 slot in use | a running pull of the policy ends',
      'image-cap: 1 of 1 pull of the image in progress | a running pull of the image ends',
      'delay: last wave 4s ago, 10s apart | +6s',
      'breaker: fails on 0 nodes, closes at 3',
      'node-busy: 1 of 1 pull on the node, a pull Pod of this pair | the pull Pod of this pair ends and is deleted',
      'backoff: no failures',
      'not-eligible: ready, schedulable',
    ],
  },
  {
    title: 'the gates of a paused policy whose last start was refused, on a cordoned node',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }],
      images: images('x'),
      spec: { paused: true, maxConcurrentNodes: 2, minDelayBetweenPulls: '10s' },
      status: {
        lastStartTime: isoTime(NOON - 61 * SECOND),
        rejected: [rejection('x on a', NOON - SECOND, { slot: 0 })],
      },
    },
    lines: [
      'paused: true | spec.paused is set to false',
      'policy-cap: 0 of 2 slots in use, 1 waiting after a start that created no Pod',
      'delay: last start 1m1s ago, 10s apart',
      'breaker: fails on 0 nodes, closes at 3',
      'node-busy: 0 of 1 pull on the node',
      'backoff: 1 failure, 29s of backoff left | +29s',
      'not-eligible: cordoned | the node is uncordoned',
    ],
  },
  {
    title: 'the gates of an image that fails on several nodes, on a node whose state is tolerated',
    cluster: {
      nodes: [{ name: 'a', ready: false }],
      images: [{ ...failingImage(), spec: { tolerations: [{ operator: 'Exists' }] } }],
      pods: [{ slot: 0, image: 'z', node: 'a', reference: 'registry.example.com/x:v1' }],
    },
    lines: [
      'paused: false',
      'policy-cap: 1 of 1 slot in use | a running pull of the policy ends',
      'delay: last start 29s ago, 0s apart',
      'breaker: fails on 3 nodes, 30s of backoff left | +30s',
      'node-busy: 1 of 1 pull on the node, one of this reference | the pull of the same reference on the node ends',
      'backoff: 1 failure, 30s of backoff left | +30s',
      'not-eligible: NotReady, tolerated',
    ],
  },
];

test.each(valueRows)('$title', ({ cluster, lines }) => {
  expect(gateLines(cluster)).toEqual(lines);
});

test('a pair of an unavailable node waits for its node, whatever other gates are closed', () => {
  const cluster = { images: images('x'), spec: { paused: true } };
  expect(firstClosedGate(statesIn({ ...cluster, nodes: one }))?.name).toBe('paused');
  expect(firstClosedGate(statesIn({ ...cluster, nodes: [{ name: 'a', ready: false }] }))?.name).toBe('not-eligible');
  expect(firstClosedGate(statesIn({ images: images('x'), nodes: one }))).toBeUndefined();
});
