// Proves that observed Pods and Nodes keep only the fields that the hooks read, and that fields of other types count
// as absent.
import { describe, expect, it } from 'vitest';
import { observedNode } from '../../metacontroller/node.ts';
import { observedPod } from '../../metacontroller/pod.ts';

describe('the parsed status of a Pod', () => {
  const nothing = { phase: undefined, reason: undefined, message: undefined, containerStatuses: undefined };
  const waiting = { state: { waiting: { reason: 'ContainerCreating' } } };
  it.each<[string, unknown, unknown]>([
    ['has no fields when it is absent', undefined, nothing],
    ['has no fields when it is null', null, nothing],
    ['has no fields when it is a list', [], nothing],
    ['has no fields when it is empty', {}, {}],
    ['has no fields when numbers replace text', { phase: 1, reason: 2, message: 3 }, nothing],
    [
      'keeps the failure of the whole Pod',
      { phase: 'Failed', reason: 'Evicted', message: 'disk' },
      { phase: 'Failed', reason: 'Evicted', message: 'disk' },
    ],
    ['keeps the state of a waiting container', { containerStatuses: [waiting] }, { containerStatuses: [waiting] }],
    [
      'adds an empty state to a container without one',
      { containerStatuses: [{ imageID: 'a' }] },
      { containerStatuses: [{ imageID: 'a', state: {} }] },
    ],
    [
      'drops a state of another type',
      { containerStatuses: [{ state: { waiting: 'x', running: 7, terminated: null } }] },
      { containerStatuses: [{ state: {} }] },
    ],
    [
      'drops a reason of another type',
      { containerStatuses: [{ state: { waiting: { reason: 7 } } }] },
      { containerStatuses: [{ state: { waiting: {} } }] },
    ],
    ['drops container statuses that are not a list', { containerStatuses: {} }, nothing],
    ['drops fields that no hook reads', { podIP: '10.0.0.1', qosClass: 'Burstable' }, {}],
  ])('%s', (_title, status, expected) => {
    expect(observedPod.parse({ metadata: {}, spec: {}, status }).status).toEqual(expected);
  });
});

describe('the parsed spec of a Pod', () => {
  it.each<[string, unknown, unknown]>([
    ['has no containers when it is absent', undefined, { containers: [] }],
    ['has no containers when it is null', null, { containers: [] }],
    ['keeps the node name without containers', { nodeName: 'n' }, { nodeName: 'n', containers: [] }],
    ['drops fields of other types', { nodeName: 7, containers: 'x' }, { containers: [] }],
    [
      'keeps the image of a container',
      { nodeName: 'n', containers: [{ image: 'a', env: [] }] },
      { nodeName: 'n', containers: [{ image: 'a' }] },
    ],
  ])('%s', (_title, spec, expected) => {
    expect(observedPod.parse({ metadata: {}, spec }).spec).toEqual(expected);
  });
});

describe('a parsed Node', () => {
  const noStatus = { conditions: [], nodeInfo: undefined, images: [] };
  it.each<[string, object, unknown, unknown]>([
    ['has neither spec nor status when both are absent', {}, undefined, undefined],
    [
      'has defaults for an empty spec and status',
      { spec: {}, status: {} },
      { unschedulable: false, taints: [] },
      noStatus,
    ],
    [
      'has defaults for lists instead of spec and status',
      { spec: [], status: [] },
      { unschedulable: false, taints: [] },
      noStatus,
    ],
    [
      'drops entries of taints that are not taints',
      { spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }, null, { key: 'b' }, 7] } },
      { unschedulable: true, taints: [{ key: 'a', value: undefined, effect: 'NoSchedule' }] },
      undefined,
    ],
    [
      'drops entries of conditions that are not conditions',
      { status: { conditions: ['x', { type: 'Ready', status: 'True', reason: 'r' }, {}] } },
      undefined,
      { ...noStatus, conditions: [{ type: 'Ready', status: 'True' }] },
    ],
    [
      'has defaults for fields of other types',
      { spec: { unschedulable: 'yes', taints: 'all' }, status: { nodeInfo: { operatingSystem: 7 } } },
      { unschedulable: false, taints: [] },
      { ...noStatus, nodeInfo: { operatingSystem: undefined } },
    ],
    [
      'drops images that are none, and names that are no texts',
      { status: { images: [{ names: ['a:1', 7, null], sizeBytes: 3 }, 'b', { names: null, sizeBytes: '3' }] } },
      undefined,
      {
        ...noStatus,
        images: [
          { names: ['a:1'], sizeBytes: 3 },
          { names: [], sizeBytes: 0 },
        ],
      },
    ],
  ])('%s', (_title, node, spec, status) => {
    const read = observedNode.parse({ metadata: { name: 'n' }, ...node });
    expect(read.spec).toEqual(spec);
    expect(read.status).toEqual(status);
  });
});
