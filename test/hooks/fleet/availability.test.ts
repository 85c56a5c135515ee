// Why no pull can start on a node now, as messages name it. node-states.test.ts has the starts themselves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { obstacleEnd, startObstacle } from '../../../hooks/fleet/availability.ts';
import { tableOf } from '../../../hooks/fleet/table.ts';
import { CONDITION_TAINT_KEYS } from '../../../kubernetes/taint.ts';
import { groupsOf, type NodeFacts } from '../builders/wire.ts';

type State = Omit<NodeFacts, 'name'>;

function obstacleOf(state: State, tolerations: Parameters<typeof startObstacle>[1]): string | undefined {
  const node = tableOf(groupsOf([{ name: 'a', ...state }])).nodes[0];
  if (node === undefined) throw new Error('the node is missing');
  return startObstacle(node, tolerations);
}

const taint = (name: string, effect = 'NoSchedule') => ({ key: `node.kubernetes.io/${name}`, effect });

test.each<{ what: string; state: State; obstacle: string | undefined }>([
  { what: 'a Ready node has no obstacle', state: {}, obstacle: undefined },
  { what: 'a NotReady node is named so', state: { ready: false }, obstacle: 'NotReady' },
  { what: 'NotReady is named before a cordon', state: { ready: false, unschedulable: true }, obstacle: 'NotReady' },
  { what: 'a cordoned node is named so', state: { unschedulable: true }, obstacle: 'cordoned' },
  {
    what: 'a cordon is named the same once its taint is there',
    state: { unschedulable: true, taints: [taint('unschedulable')] },
    obstacle: 'cordoned',
  },
  {
    what: 'a cordon is named the same while only its taint is left',
    state: { taints: [taint('unschedulable')] },
    obstacle: 'cordoned',
  },
  {
    what: 'NotReady is named the same once the taint of an unreachable node is there',
    state: { ready: false, taints: [taint('unreachable'), taint('unreachable', 'NoExecute')] },
    obstacle: 'NotReady',
  },
  {
    what: 'the taint of another node condition is named by its key',
    state: { taints: [taint('disk-pressure')] },
    obstacle: 'tainted node.kubernetes.io/disk-pressure',
  },
  {
    what: 'a taint of any other kind is named by its key',
    state: { taints: [{ key: 'gpu', effect: 'NoExecute' }] },
    obstacle: 'tainted gpu',
  },
  {
    what: 'a tolerated taint is no obstacle',
    state: { taints: [{ key: 'ci', effect: 'NoSchedule' }] },
    obstacle: undefined,
  },
])('$what', ({ state, obstacle }) => {
  expect(obstacleOf(state, [{ key: 'ci', operator: 'Exists' }])).toBe(obstacle);
});

test('an unreachable node whose NotReady is tolerated is named by its taint, which a toleration can match', () => {
  const state = { ready: false, taints: [taint('unreachable')] };
  const tolerations = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' as const }];
  expect(obstacleOf(state, tolerations)).toBe('tainted node.kubernetes.io/unreachable');
});

test('a toleration of every taint leaves no obstacle, whatever the state of the node', () => {
  const states = fc.record({
    ready: fc.boolean(),
    unschedulable: fc.boolean(),
    taints: fc.array(
      fc.record({
        key: fc.constantFrom(...CONDITION_TAINT_KEYS, 'gpu'),
        effect: fc.constantFrom('NoSchedule', 'NoExecute'),
      }),
    ),
  });
  fc.assert(
    fc.property(states, (state) => {
      expect(obstacleOf(state, [{ operator: 'Exists' }])).toBeUndefined();
    }),
  );
});

test.each<{ what: string; state: State; end: string }>([
  { what: 'a Ready node waits for nothing', state: {}, end: '' },
  { what: 'a NotReady node must become Ready', state: { ready: false }, end: 'the node becomes Ready' },
  { what: 'a cordoned node must be uncordoned', state: { unschedulable: true }, end: 'the node is uncordoned' },
  {
    what: 'any other taint must be removed or tolerated',
    state: { taints: [taint('disk-pressure')] },
    end: 'the taint node.kubernetes.io/disk-pressure is removed or tolerated',
  },
])('$what', ({ state, end }) => {
  const node = tableOf(groupsOf([{ name: 'a', ...state }])).nodes[0];
  if (node === undefined) throw new Error('the node is missing');
  expect(obstacleEnd(node, [])).toBe(end);
});
