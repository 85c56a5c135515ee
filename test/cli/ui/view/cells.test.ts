// The cells of the heat map: each state of a pair of an image and a node.
import { expect, test } from 'vitest';
import { uiView } from '../../../../cli/ui/view/build-view.ts';
import { type CellState, cellCodes } from '../../../../cli/ui/view/ui-view.ts';
import { HOUR, isoTime, NOON, SECOND } from '../../../hooks/builders/wire.ts';
import {
  cachedOn,
  failedOn,
  failing,
  images,
  one,
  pendingStart,
  rejection,
  running,
} from '../../../hooks/pull-policy/policy-tables.ts';
import { type SnapshotFacts, wireSnapshot } from '../../why/wire-snapshot.ts';

const paced = (spec: Readonly<Record<string, unknown>>, status: object = {}) => [{ name: 'default', spec, status }];
const free = { minDelayBetweenPulls: '0s' };
const recently = { failing: [failing('a', 1, NOON - SECOND)] };
const tainted = [{ name: 'a', taints: [{ key: 'gpu', effect: 'NoSchedule' }] }];

interface StateRow {
  readonly title: string;
  readonly facts: SnapshotFacts;
  readonly state: CellState;
}

const rows: readonly StateRow[] = [
  {
    title: 'a node that holds the image',
    facts: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }] },
    state: 'cached',
  },
  {
    title: 'a node that holds the image while it is pulled again',
    facts: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      pods: [running],
      policies: paced({ repullInterval: '30m' }),
    },
    state: 'cached',
  },
  {
    title: 'a node that holds an image whose policy does not exist',
    facts: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }], policies: [] },
    state: 'cached',
  },
  { title: 'a running Pod', facts: { nodes: one, images: images('x'), pods: [running] }, state: 'pulling' },
  {
    title: 'a Pod that has ended and is not recorded',
    facts: { nodes: one, images: images('x'), pods: [{ ...running, state: 'not-found' }] },
    state: 'pulling',
  },
  {
    title: 'a start whose Pod is not observed yet',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced(free, { starting: [pendingStart('x on a', NOON - SECOND)] }),
    },
    state: 'pulling',
  },
  { title: 'a pair that waits for its turn', facts: { nodes: one, images: images('x') }, state: 'queued' },
  {
    title: 'a pair of a paused policy',
    facts: { nodes: one, images: images('x'), policies: paced({ paused: true }) },
    state: 'queued',
  },
  {
    title: 'a pair whose last pull failed a moment ago',
    facts: { nodes: one, images: [{ name: 'x', status: recently }], policies: paced(free) },
    state: 'backing off',
  },
  {
    title: 'a backoff of a paused policy',
    facts: { nodes: one, images: [{ name: 'x', status: recently }], policies: paced({ paused: true }) },
    state: 'backing off',
  },
  {
    title: 'a start that created no Pod',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced(free, { rejected: [rejection('x on a', NOON - SECOND)] }),
    },
    state: 'backing off',
  },
  {
    title: 'a failed pair whose backoff is over',
    facts: { nodes: one, images: [{ name: 'x', status: failedOn('a') }] },
    state: 'failing',
  },
  {
    title: 'a node that is not Ready',
    facts: { nodes: [{ name: 'a', ready: false }], images: images('x') },
    state: 'unavailable',
  },
  {
    title: 'a failed pair on a node that is not Ready',
    facts: { nodes: [{ name: 'a', ready: false }], images: [{ name: 'x', status: recently }] },
    state: 'unavailable',
  },
  { title: 'a taint that nothing tolerates', facts: { nodes: tainted, images: images('x') }, state: 'not targeted' },
  {
    title: 'an image without its policy',
    facts: { nodes: one, images: images('x'), policies: [] },
    state: 'blocked',
  },
  {
    title: 'a policy with a wrong spec',
    facts: { nodes: one, images: images('x'), policies: paced({ minDelayBetweenPulls: 'soon' }) },
    state: 'blocked',
  },
  {
    title: 'an image with a wrong spec',
    facts: { nodes: one, images: [{ name: 'x', spec: { image: 'UPPER' } }] },
    state: 'blocked',
  },
  {
    title: 'a user who may not list Pods, with a pair that waits',
    facts: { nodes: one, images: images('x'), unread: ['pods'] },
    state: 'unknown',
  },
  {
    title: 'a user who may not list Pods, with a node that holds the image',
    facts: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }], unread: ['pods'] },
    state: 'cached',
  },
  {
    title: 'a user who may not list PullPolicies',
    facts: { nodes: one, images: images('x'), unread: ['pullpolicies'] },
    state: 'unknown',
  },
];

test.each(rows)('$title is $state', ({ facts, state }) => {
  const view = uiView(wireSnapshot(facts), 'test');
  expect(view.images.map(({ name, cells }) => [name, cells])).toEqual([['x', cellCodes[state]]]);
});

test('each state has a character of its own', () => {
  const codes = Object.values(cellCodes);
  expect(codes.every((code) => code.length === 1)).toBe(true);
  expect(new Set(codes).size).toBe(codes.length);
});

test('the rows above have every state', () => {
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(Object.keys(cellCodes)));
});

test('a cell is in the column of its node, whose pools come first', () => {
  const nodes = [
    { name: 'b', labels: { 'karpenter.sh/nodepool': 'gpu' } },
    { name: 'c' },
    { name: 'a', labels: { 'karpenter.sh/nodepool': 'gpu' } },
    { name: 'd', labels: { 'node-role.kubernetes.io/control-plane': '' } },
  ];
  const view = uiView(wireSnapshot({ nodes, images: [{ name: 'x', status: cachedOn('b', 'c') }] }), 'test');
  expect(view.nodes).toEqual({
    names: ['c', 'd', 'a', 'b'],
    pools: [0, 1, 2, 2],
    poolNames: ['', 'control-plane', 'gpu'],
  });
  expect(view.images[0]?.cells).toBe('cqqc');
});

test('a view without a Fleet has no columns and a remark', () => {
  const view = uiView(wireSnapshot({ images: images('x') }), 'test');
  expect(view.nodes.names).toEqual([]);
  expect(view.images[0]).toMatchObject({ name: 'x', cells: '' });
  expect(view.remarks).toEqual([
    'the Fleet default lists no nodes yet: install the chart and check that its service runs',
  ]);
});

test('a list that cannot be read is a remark', () => {
  const facts: SnapshotFacts = { nodes: one, unread: ['pods'], problem: 'forbidden: pods in drop-system' };
  expect(uiView(wireSnapshot(facts), 'test').remarks).toEqual(['forbidden: pods in drop-system']);
});

test('a row has the recorded status of its image', () => {
  const status = {
    ...cachedOn('a'),
    conditions: [
      {
        type: 'Ready',
        status: 'True' as const,
        reason: 'Cached',
        message: 'on 1 node',
        lastTransitionTime: isoTime(NOON - HOUR),
      },
    ],
  };
  const view = uiView(wireSnapshot({ nodes: one, images: [{ name: 'x', status }] }), 'test');
  expect(view.images[0]).toMatchObject({ policy: 'default', reason: 'Cached', message: 'on 1 node' });
  expect(view.at).toBe(isoTime(NOON));
});
