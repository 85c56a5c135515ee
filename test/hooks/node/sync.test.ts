// Node -> NodeCache: the facts that decide about pulls, and nothing that a heartbeat changes.
import { expect, test } from 'vitest';
import { syncNode } from '../../../hooks/node/sync.ts';
import { nodeSyncRequest } from '../../../metacontroller/hook-request.ts';

const base = {
  kind: 'Node',
  metadata: { name: 'a', uid: '3874205c-4305-4f66-88cd-757ea05ef648', labels: {} },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { operatingSystem: 'linux' } },
};

/** Without an Inventory there are no NodeImages. */
const withoutInventory = { inventoryCount: 0, nowMilliseconds: 0 };

const facts = (node: object, attachments: object = {}) =>
  syncNode(
    nodeSyncRequest.parse({
      object: { ...base, ...node },
      attachments: { 'NodeCache.drop.corewire.io/v1alpha1': attachments },
    }),
    withoutInventory,
  ).response;

test.each([
  { what: 'the key is the beginning of the UID', node: {}, expected: { key: '3874205c4305' } },
  { what: 'a node whose condition Ready is True is ready', node: {}, expected: { ready: true } },
  {
    what: 'a node whose condition Ready is Unknown is not ready',
    node: { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    expected: { ready: false },
  },
  {
    what: 'a node without a status is a Linux node that is not ready',
    node: { status: undefined },
    expected: { ready: false, os: 'linux' },
  },
  {
    what: 'other conditions that are True do not make a node ready',
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
    what: 'other conditions that are False do not make a node unready',
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
    what: 'taints are sorted by key, effect and value, those without a value first',
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
    what: 'taints that are sorted already stay in their order',
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
    what: 'the kubelet reports the operating system',
    node: { status: { nodeInfo: { operatingSystem: 'windows' } } },
    expected: { os: 'windows' },
  },
  {
    what: 'the operating system that the kubelet reports wins over the label',
    node: {
      status: { nodeInfo: { operatingSystem: 'windows' } },
      metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'linux' } },
    },
    expected: { os: 'windows' },
  },
  {
    what: 'a cordoned node is unschedulable',
    node: { spec: { unschedulable: true } },
    expected: { unschedulable: true },
  },
  {
    what: 'taints with the effect PreferNoSchedule and the times of taints are left out',
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
  {
    what: 'a node without a spec is schedulable and has no taints',
    node: { spec: undefined },
    expected: { taints: [], unschedulable: false },
  },
  {
    what: 'a hostname label that differs from the name is kept',
    node: { metadata: { ...base.metadata, labels: { 'kubernetes.io/hostname': 'a.example.com' } } },
    expected: { labels: { 'kubernetes.io/hostname': 'a.example.com' } },
  },
  {
    what: 'the label decides when the kubelet reports no operating system',
    node: { status: {}, metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'windows' } } },
    expected: { os: 'windows' },
  },
  {
    what: 'the label decides while the API server fills the operating system with an empty string',
    node: {
      status: { nodeInfo: { operatingSystem: '' } },
      metadata: { ...base.metadata, labels: { 'kubernetes.io/os': 'linux' } },
    },
    expected: { os: 'linux' },
  },
])('$what', ({ node, expected }) => {
  expect(facts(node).attachments[0]?.spec).toMatchObject(expected);
});

test.each([
  {
    what: 'a hostname label that equals the name is left out',
    labels: { pool: 'ci', 'kubernetes.io/hostname': 'a' },
    kept: ['pool=ci'],
  },
  { what: 'another label that equals the name is kept', labels: { instance: 'a' }, kept: ['instance=a'] },
  {
    what: 'labels are sorted by key',
    labels: { zone: 'z', pool: 'ci', arch: 'a' },
    kept: ['arch=a', 'pool=ci', 'zone=z'],
  },
])('$what', ({ labels, kept }) => {
  const { spec } = facts({ metadata: { ...base.metadata, labels } }).attachments[0] ?? {};
  const found = Object.entries((spec as { readonly labels: object }).labels);
  expect(found.map(([key, value]) => `${key}=${value}`)).toEqual(kept);
});

test('a Node has one NodeCache of the same name', () => {
  expect(facts({}).attachments).toMatchObject([
    { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'NodeCache', metadata: { name: 'a' } },
  ]);
});

test('a heartbeat does not change the NodeCache', () => {
  const beat = {
    status: {
      ...base.status,
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'later' }],
      images: [{}],
    },
  };
  expect(facts(beat)).toEqual(facts({}));
});

const tainted = {
  spec: { taints: [{ key: 'ci', effect: 'NoSchedule' }] },
  metadata: { ...base.metadata, labels: { b: '1', a: '2' } },
};
const observedAs = (spec: object) => ({ a: { kind: 'NodeCache', metadata: { name: 'a' }, spec } });
const written = facts(tainted).attachments[0]?.spec as { readonly taints: object; readonly labels: object };

test.each([
  { what: 'while the NodeCache is not observed', attachments: {} },
  { what: 'while the observed NodeCache is not Ready', attachments: observedAs({ ...written, ready: false }) },
  { what: 'while the observed NodeCache has another taint', attachments: observedAs({ ...written, taints: [] }) },
  { what: 'while the observed NodeCache has another label', attachments: observedAs({ ...written, labels: {} }) },
  { what: 'while the observed NodeCache is not valid', attachments: observedAs({}) },
])('a resync follows within 5 s $what', ({ attachments }) => {
  expect(facts(tainted, attachments).resyncAfterSeconds).toBe(5);
});

test('no resync follows once the NodeCache is written, whatever the order of its labels', () => {
  const labels = Object.fromEntries(Object.entries(written.labels).reverse());
  for (const spec of [written, { ...written, labels }]) {
    expect(facts(tainted, observedAs(spec))).not.toHaveProperty('resyncAfterSeconds');
  }
});

test('a resync follows within 5 s if Metacontroller does not send the NodeCaches', () => {
  const { resyncAfterSeconds } = syncNode(
    nodeSyncRequest.parse({ object: base, attachments: {} }),
    withoutInventory,
  ).response;
  expect(resyncAfterSeconds).toBe(5);
});

test('the response has no status, so Metacontroller never writes to the Node', () => {
  expect(facts({})).not.toHaveProperty('status');
});
