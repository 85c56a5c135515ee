// Kubernetes' node controllers: unreachable nodes, evictions by taints, and Pods of missing nodes.
import { expect, test } from 'vitest';
import { APP, pullPod, tinyCluster } from './tiny-cluster.ts';

const pod = (name: string) => ({ kind: 'Pod', name, namespace: 'drop-system' });

const readyOf = (conditions: unknown) =>
  (conditions as { type: string; status: string }[]).find(({ type }) => type === 'Ready')?.status;

/** A node with a Pod that cannot be pulled, so that it stays. */
async function nodeWithPod(more: object = {}) {
  const tiny = tinyCluster({ controllers: [] });
  tiny.cluster.addNode({ name: 'node-a' });
  tiny.store.create(pullPod('a', 'node-a', 'nohost.invalid/x:1', more));
  await tiny.clock.runFor(5000);
  const node = () => tiny.store.get({ kind: 'Node', name: 'node-a' });
  return { ...tiny, node };
}

test('a node is Unknown and tainted 40 s after its kubelet has died', async () => {
  const { cluster, clock, node } = await nodeWithPod();
  expect(readyOf(node().status?.conditions)).toBe('True');
  cluster.killKubelet('node-a');
  await clock.runFor(39_000);
  expect(readyOf(node().status?.conditions)).toBe('True');
  await clock.runFor(2000);
  expect(readyOf(node().status?.conditions)).toBe('Unknown');
  expect(node().spec?.taints).toMatchObject([
    { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
  ]);
  cluster.reviveKubelet('node-a');
  expect(readyOf(node().status?.conditions)).toBe('True');
  expect(node().spec).toEqual({});
});

test('a kubelet that is dead for 20 s has no effect', async () => {
  const { cluster, clock, node } = await nodeWithPod();
  cluster.killKubelet('node-a');
  await clock.runFor(20_000);
  cluster.reviveKubelet('node-a');
  await clock.runFor(60_000);
  expect(readyOf(node().status?.conditions)).toBe('True');
});

test.each([
  ['the default toleration of 300 s', {}, 300],
  ['a toleration of 60 s', { tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }] }, 60],
])('Pods on an unreachable node with %s are evicted when it ends', async (_, more, seconds) => {
  const { cluster, clock, store } = await nodeWithPod(more);
  cluster.killKubelet('node-a');
  await clock.runFor((40 + seconds) * 1000 - 1);
  expect(store.find(pod('a'))).toBeDefined();
  await clock.runFor(2);
  expect(store.find(pod('a'))).toBeUndefined();
});

test('Pods that tolerate every taint for ever stay on an unreachable node', async () => {
  const { cluster, clock, store } = await nodeWithPod({ tolerations: [{ operator: 'Exists' }] });
  cluster.killKubelet('node-a');
  await clock.runFor(24 * 3_600_000);
  expect(store.find(pod('a'))).toBeDefined();
});

test('a NoExecute taint evicts a Pod without a toleration at once, and NoSchedule evicts none', async () => {
  const { cluster, clock, store } = await nodeWithPod();
  cluster.setTaints('node-a', [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]);
  await clock.runFor(1000);
  expect(store.find(pod('a'))).toBeDefined();
  cluster.setTaints('node-a', [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }]);
  await clock.runFor(1000);
  expect(store.find(pod('a'))).toBeUndefined();
});

test('Pods of a missing node are deleted after 40 s, unless a node of its name has joined', async () => {
  const { cluster, clock, store } = await nodeWithPod();
  cluster.removeNode('node-a');
  await clock.runFor(39_000);
  expect(store.find(pod('a'))).toBeDefined();
  await clock.runFor(2000);
  expect(store.find(pod('a'))).toBeUndefined();
  store.create(pullPod('b', 'never-there', APP));
  await clock.runFor(41_000);
  expect(store.find(pod('b'))).toBeUndefined();
  cluster.addNode({ name: 'node-a' });
  store.create(pullPod('c', 'node-a', 'nohost.invalid/x:1'));
  cluster.replaceNode('node-a');
  await clock.runFor(60_000);
  expect(store.find(pod('c'))?.status).toHaveProperty('containerStatuses');
});

test('a node can be cordoned, uncordoned and relabelled', async () => {
  const { cluster, node } = await nodeWithPod();
  cluster.cordon('node-a');
  expect(node().spec).toMatchObject({ unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable' }] });
  cluster.cordon('node-a', false);
  expect(node().spec).toEqual({ taints: [] });
  cluster.setNodeLabels('node-a', { pool: 'x', 'beta.kubernetes.io/os': undefined });
  expect(node().metadata.labels).toMatchObject({ pool: 'x', 'kubernetes.io/hostname': 'node-a' });
  expect(node().metadata.labels).not.toHaveProperty(['beta.kubernetes.io/os']);
});
