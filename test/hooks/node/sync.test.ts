// What is kept of a Node: the facts that decide, nothing that a heartbeat changes.
import { expect, test } from 'vitest';
import { syncNode } from '../../../hooks/node/sync.ts';
import { nodeSyncRequest } from '../../../metacontroller/hook-request.ts';

const base = {
  kind: 'Node',
  metadata: { name: 'a', uid: '3874205c-4305-4f66-88cd-757ea05ef648', labels: {} },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { operatingSystem: 'linux' } },
};

const facts = (node: object, attachments: object = {}) =>
  syncNode(
    nodeSyncRequest.parse({
      object: { ...base, ...node },
      attachments: { 'NodeCache.drop.corewire.io/v1alpha1': attachments },
    }),
  );

test.each([
  { what: 'its key', node: {}, expected: { key: '3874205c4305' } },
  { what: 'Ready', node: {}, expected: { ready: true } },
  {
    what: 'NotReady',
    node: { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    expected: { ready: false },
  },
  { what: 'a node without a status', node: { status: undefined }, expected: { ready: false, os: 'linux' } },
  {
    what: 'NotReady, whatever else is true of it',
    node: {
      status: {
        conditions: [
          { type: 'MemoryPressure', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
      },
    },
    expected: { ready: false },
  },
  {
    what: 'Ready, although other conditions are not true',
    node: {
      status: {
        conditions: [
          { type: 'MemoryPressure', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    },
    expected: { ready: true },
  },
  {
    what: 'taints by key, effect and value, those without a value first',
    node: {
      spec: {
        taints: [
          { key: 'a', effect: 'NoExecute' },
          { key: 'b', effect: 'NoSchedule', value: 'z' },
          { key: 'b', effect: 'NoSchedule', value: 'c' },
          { key: 'b', effect: 'NoSchedule' },
          { key: 'b', effect: 'NoExecute' },
        ],
      },
    },
    expected: {
      taints: [
        { key: 'a', effect: 'NoExecute' },
        { key: 'b', effect: 'NoExecute' },
        { key: 'b', effect: 'NoSchedule' },
        { key: 'b', effect: 'NoSchedule', value: 'c' },
        { key: 'b', effect: 'NoSchedule', value: 'z' },
      ],
    },
  },
  {
    what: 'taints that were sorted already as they are',
    node: {
      spec: {
        taints: [
          { key: 'a', effect: 'NoExecute' },
          { key: 'b', effect: 'NoExecute' },
        ],
      },
    },
    expected: {
      taints: [
        { key: 'a', effect: 'NoExecute' },
        { key: 'b', effect: 'NoExecute' },
      ],
    },
  },
  {
    what: 'the operating system that the kubelet said, without any label',
    node: { status: { nodeInfo: { operatingSystem: 'windows' } } },
    expected: { os: 'windows' },
  },
  {
    what: 'the operating system that the kubelet said before that of the label',
    node: {
      status: { nodeInfo: { operatingSystem: 'windows' } },
      metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'linux' } },
    },
    expected: { os: 'windows' },
  },
  { what: 'a cordon', node: { spec: { unschedulable: true } }, expected: { unschedulable: true } },
  {
    what: 'the taints that keep Pods away, sorted, without their time',
    node: {
      spec: {
        taints: [
          { key: 'z', effect: 'NoSchedule', value: '1' },
          { key: 'soft', effect: 'PreferNoSchedule' },
          { key: 'a', effect: 'NoExecute', timeAdded: '2026-11-21T12:00:00Z' },
        ],
      },
    },
    expected: {
      taints: [
        { key: 'a', effect: 'NoExecute' },
        { key: 'z', value: '1', effect: 'NoSchedule' },
      ],
    },
  },
  { what: 'a node without taints', node: { spec: undefined }, expected: { taints: [], unschedulable: false } },
  {
    what: 'labels without the hostname',
    node: { metadata: { ...base.metadata, labels: { pool: 'ci', 'kubernetes.io/hostname': 'a' } } },
    expected: { labels: { pool: 'ci' } },
  },
  {
    what: 'a hostname that is not the name of the node',
    node: { metadata: { ...base.metadata, labels: { 'kubernetes.io/hostname': 'a.example.com' } } },
    expected: { labels: { 'kubernetes.io/hostname': 'a.example.com' } },
  },
  {
    what: 'the operating system from the label when the kubelet did not say',
    node: { status: {}, metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'windows' } } },
    expected: { os: 'windows' },
  },
  {
    what: 'the operating system from the label when the kubelet said nothing yet, which the API server fills with an empty text',
    node: {
      status: { nodeInfo: { operatingSystem: '' } },
      metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'linux' } },
    },
    expected: { os: 'linux' },
  },
])('keeps $what', ({ node, expected }) => {
  expect(facts(node).attachments[0]?.spec).toMatchObject(expected);
});

test.each([
  { what: 'a hostname that equals the name', labels: { pool: 'ci', 'kubernetes.io/hostname': 'a' }, kept: ['pool=ci'] },
  { what: 'another label that equals the name', labels: { instance: 'a' }, kept: ['instance=a'] },
  { what: 'labels in any order', labels: { zone: 'z', pool: 'ci', arch: 'a' }, kept: ['arch=a', 'pool=ci', 'zone=z'] },
])('of the labels it keeps all but the name of the node, sorted: $what', ({ labels, kept }) => {
  const { spec } = facts({ metadata: { ...base.metadata, labels } }).attachments[0] ?? {};
  const found = Object.entries((spec as { readonly labels: object }).labels);
  expect(found.map(([key, value]) => `${key}=${value}`)).toEqual(kept);
});

test('the answer is one NodeCache that is named like the Node', () => {
  expect(facts({}).attachments).toMatchObject([
    { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'NodeCache', metadata: { name: 'a' } },
  ]);
});

test('a heartbeat changes nothing', () => {
  const beat = {
    status: {
      ...base.status,
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'later' }],
      images: [{}],
    },
  };
  expect(facts(beat)).toEqual(facts({}));
});

test('asks again within 5 s while the NodeCache is not seen: one of a node before may hold its name', () => {
  expect(facts({}).resyncAfterSeconds).toBe(5);
  expect(facts({}, { a: { metadata: { name: 'a' } } })).not.toHaveProperty('resyncAfterSeconds');
});

test('NodeCaches that were not sent are not seen either', () => {
  const { resyncAfterSeconds } = syncNode(nodeSyncRequest.parse({ object: base, attachments: {} }));
  expect(resyncAfterSeconds).toBe(5);
});

test('the answer has no status: the Node is never written to', () => {
  expect(facts({})).not.toHaveProperty('status');
});
