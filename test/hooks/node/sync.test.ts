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

test('the answer has no status: the Node is never written to', () => {
  expect(facts({})).not.toHaveProperty('status');
});
