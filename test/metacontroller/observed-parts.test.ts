// Proves that of an observed Pod or Node only what decisions read is taken, and that anything odd in it is as if it were absent.
import { describe, expect, it } from 'vitest';
import { observedNode } from '../../metacontroller/node.ts';
import { observedPod } from '../../metacontroller/pod.ts';

describe('the status of a Pod', () => {
  const nothing = { phase: undefined, reason: undefined, message: undefined, containerStatuses: undefined };
  const waiting = { state: { waiting: { reason: 'ContainerCreating' } } };
  it.each<[string, unknown, unknown]>([
    ['absent', undefined, nothing],
    ['null', null, nothing],
    ['a list', [], nothing],
    ['empty', {}, {}],
    ['numbers for text', { phase: 1, reason: 2, message: 3 }, nothing],
    [
      'a failure of the whole Pod',
      { phase: 'Failed', reason: 'Evicted', message: 'disk' },
      { phase: 'Failed', reason: 'Evicted', message: 'disk' },
    ],
    ['a container that waits', { containerStatuses: [waiting] }, { containerStatuses: [waiting] }],
    [
      'a container without a state',
      { containerStatuses: [{ imageID: 'a' }] },
      { containerStatuses: [{ imageID: 'a', state: {} }] },
    ],
    [
      'a state that is odd',
      { containerStatuses: [{ state: { waiting: 'x', running: 7, terminated: null } }] },
      { containerStatuses: [{ state: {} }] },
    ],
    [
      'a reason that is odd',
      { containerStatuses: [{ state: { waiting: { reason: 7 } } }] },
      { containerStatuses: [{ state: { waiting: {} } }] },
    ],
    ['containers in a map', { containerStatuses: {} }, nothing],
    ['fields nobody reads', { podIP: '10.0.0.1', qosClass: 'Burstable' }, {}],
  ])('%s', (_title, status, expected) => {
    expect(observedPod.parse({ metadata: {}, spec: {}, status }).status).toEqual(expected);
  });
});

describe('the spec of a Pod', () => {
  it.each<[string, unknown, unknown]>([
    ['absent', undefined, { containers: [] }],
    ['null', null, { containers: [] }],
    ['without containers', { nodeName: 'n' }, { nodeName: 'n', containers: [] }],
    ['with containers that are none', { nodeName: 7, containers: 'x' }, { containers: [] }],
    [
      'with a container',
      { nodeName: 'n', containers: [{ image: 'a', env: [] }] },
      { nodeName: 'n', containers: [{ image: 'a' }] },
    ],
  ])('%s', (_title, spec, expected) => {
    expect(observedPod.parse({ metadata: {}, spec }).spec).toEqual(expected);
  });
});

describe('a Node', () => {
  const noStatus = { conditions: [], nodeInfo: undefined };
  it.each<[string, object, unknown, unknown]>([
    ['without spec and status', {}, undefined, undefined],
    ['with empty ones', { spec: {}, status: {} }, { unschedulable: false, taints: [] }, noStatus],
    ['with lists for both', { spec: [], status: [] }, { unschedulable: false, taints: [] }, noStatus],
    [
      'with a taint that is none among others',
      { spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }, null, { key: 'b' }, 7] } },
      { unschedulable: true, taints: [{ key: 'a', value: undefined, effect: 'NoSchedule' }] },
      undefined,
    ],
    [
      'with a condition that is none among others',
      { status: { conditions: ['x', { type: 'Ready', status: 'True', reason: 'r' }, {}] } },
      undefined,
      { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: undefined },
    ],
    [
      'with an odd operating system',
      { spec: { unschedulable: 'yes', taints: 'all' }, status: { nodeInfo: { operatingSystem: 7 } } },
      { unschedulable: false, taints: [] },
      { conditions: [], nodeInfo: { operatingSystem: undefined } },
    ],
  ])('%s', (_title, node, spec, status) => {
    const read = observedNode.parse({ metadata: { name: 'n' }, ...node });
    expect(read.spec).toEqual(spec);
    expect(read.status).toEqual(status);
  });
});
