// How Metacontroller 4.17 writes statuses, what a DecoratorController writes, and the fault points of the simulator.
import { expect, test } from 'vitest';
import { ApiError } from '../../simulator/api-error.ts';
import type { Faults } from '../../simulator/faults.ts';
import { CUSTOMIZE, policy, policyCluster, SYNC } from './policy-cluster.ts';
import { APP, type HookBody, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

test('the whole status is replaced, even by none, and observedGeneration is added', async () => {
  const { response, wake, store } = policyCluster();
  response.status = { revision: 1, lastStartNode: 'n' };
  await wake();
  expect(store.get(policy).status).toEqual({ revision: 1, lastStartNode: 'n', observedGeneration: 1 });
  response.status = { revision: 2 };
  await wake();
  expect(store.get(policy).status).toEqual({ revision: 2, observedGeneration: 1 });
  response.status = undefined;
  await wake();
  expect(store.get(policy).status).toEqual({ observedGeneration: 1 });
});

test('an unchanged status is not written', async () => {
  const { response, wake, cluster } = policyCluster();
  response.status = { revision: 1 };
  await wake();
  const { statusWrites } = cluster.metacontroller.counters;
  await wake();
  await wake();
  expect(cluster.metacontroller.counters.statusWrites).toBe(statusWrites);
});

test('a status computed from a stale parent overwrites a newer one', async () => {
  const hooks = {
    [SYNC]: ({ parent }: HookBody) => ({ status: { revision: Number(parent.status?.revision ?? 0) + 1 } }),
  };
  const { clock, store } = policyCluster({ hooks, lagMilliseconds: 100 });
  await clock.runFor(1000);
  store.updateStatus({ ...store.get(policy), status: { revision: 90 } });
  const seen = store.get(policy);
  store.update({ ...seen, metadata: { ...seen.metadata, labels: { a: 'b' } } });
  await clock.runFor(50);
  store.updateStatus({ ...store.get(policy), status: { revision: 99 } });
  await clock.runFor(1000);
  expect(store.get(policy).status).toMatchObject({ revision: 91 });
});

test('a status write that conflicts is attempted four times with fresh reads, then dropped silently', async () => {
  let tries = 0;
  const faults: Faults = {};
  const { response, wake, clock, cluster, callsOf } = policyCluster({ faults });
  await clock.runFor(1000);
  const { length } = callsOf(SYNC);
  faults.refuseWrite = (verb) => {
    if (verb !== 'updateStatus') return undefined;
    tries += 1;
    return new ApiError('Conflict', 'modified');
  };
  response.status = { revision: 1 };
  await wake();
  expect(tries).toBe(4);
  expect(callsOf(SYNC)).toHaveLength(length + 1);
  expect(cluster.metacontroller.counters.lostStatusWrites).toBe(1);
  expect(cluster.metacontroller.failures()).toEqual([]);
});

test('any other error of a status write fails the sync, which is retried', async () => {
  const faults: Faults = {};
  const { response, wake, clock, callsOf, cluster } = policyCluster({ faults });
  await clock.runFor(1000);
  const { length } = callsOf(SYNC);
  faults.refuseWrite = (verb) => (verb === 'updateStatus' ? new ApiError('ServerTimeout', 'slow') : undefined);
  response.status = { revision: 1 };
  await wake();
  expect(callsOf(SYNC).length).toBeGreaterThan(length + 3);
  expect(cluster.metacontroller.failures().at(-1)?.message).toBe('slow');
});

test('a status that violates the schema fails the sync', async () => {
  const { response, wake, cluster } = policyCluster();
  response.status = { revision: -1 };
  await wake();
  expect(cluster.metacontroller.failures()[0]?.message).toContain('status.revision');
});

test('a status is not written to a parent that was replaced during the sync', async () => {
  const { response, clock, store, cluster } = policyCluster();
  response.status = { revision: 7 };
  cluster.apply(ours('PullPolicy', 'default', { paused: true }));
  await clock.runFor(23);
  store.remove(policy);
  store.create(ours('PullPolicy', 'default'));
  response.status = { revision: 1 };
  await clock.runFor(1000);
  expect(store.get(policy).status).toEqual({ revision: 1, observedGeneration: 1 });
});

const node = { kind: 'Node', name: 'node-a' };
const NODES = '/hooks/nodes/sync';
const spec = { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} };
const attach = ({ object }: HookBody) => ({ attachments: [ours('NodeCache', object.metadata.name, spec)] });

test('a response with attachments only never writes to the Node', async () => {
  const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: attach } });
  cluster.addNode({ name: 'node-a' });
  const before = store.get(node);
  await clock.runFor(500);
  expect(store.get(node)).toBe(before);
  const [cache] = store.list('NodeCache');
  expect(cache?.metadata.annotations).toMatchObject({ 'metacontroller.k8s.io/decorator-controller': 'drop-nodes' });
  expect(cache?.metadata.ownerReferences).toMatchObject([{ kind: 'Node', uid: before.metadata.uid }]);
  expect(cache?.metadata.labels).toBeUndefined();
});

test('an attachment is deleted with its Node, and a new Node of the same name gets its own', async () => {
  const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: attach } });
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  const [before] = store.list('NodeCache');
  cluster.replaceNode('node-a');
  await clock.runFor(1000);
  // The old attachment occupied the name, and its deletion triggers no sync.
  expect(store.list('NodeCache')).toEqual([]);
  cluster.setNodeLabels('node-a', { pool: 'x' });
  await clock.runFor(1000);
  const [after] = store.list('NodeCache');
  expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  const { uid } = store.get(node).metadata;
  expect(after?.metadata.ownerReferences).toMatchObject([{ uid }]);
});

test('a decorator response with labels writes them to the Node', async () => {
  const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: () => ({ labels: { warm: 'yes' } }) } });
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  expect(store.get(node).metadata.labels).toMatchObject({ warm: 'yes' });
});

test('a lost response fails the sync after the hook has decided', async () => {
  let isLost = true;
  const { response, podNames, callsOf, clock } = policyCluster({ faults: { dropResponse: () => isLost } });
  response.children = [pullPod('a', 'n', APP)];
  await clock.runFor(100);
  expect(callsOf(SYNC).length).toBeGreaterThan(1);
  expect(podNames()).toEqual([]);
  isLost = false;
  await clock.runFor(1000);
  expect(podNames()).toEqual(['a']);
});

test('a lost status write is not reported as a failure', async () => {
  const { response, wake, store, cluster } = policyCluster({ faults: { loseStatusWrite: () => true } });
  response.status = { revision: 1 };
  await wake();
  expect(store.get(policy).status).toBeUndefined();
  expect(cluster.metacontroller.failures()).toEqual([]);
});

test('a repeated sync calls the hook again at once', async () => {
  let repeats = 3;
  const { clock, callsOf } = policyCluster({ faults: { repeatSync: () => repeats-- > 0 } });
  await clock.runFor(1000);
  expect(callsOf(SYNC)).toHaveLength(4);
});

test('the cache of one kind can lag behind the others', async () => {
  const faults: Faults = { lagMilliseconds: (kind) => (kind === 'Pod' ? 3000 : undefined) };
  const { response, clock, callsOf } = policyCluster({ faults });
  response.children = [pullPod('a', 'n', APP)];
  await clock.runFor(4000);
  const seen = callsOf(SYNC).map(({ body }) => Object.keys(body.children['Pod.v1'] ?? {}).length);
  expect(seen).toEqual([0]);
  await clock.runFor(4000);
  expect(callsOf(SYNC).at(-1)?.body.children['Pod.v1']).toHaveProperty(['drop-system/a']);
});

test('a restart drops the queue and requested resyncs, and syncs every parent again', async () => {
  const hooks = { [SYNC]: () => ({ status: {}, resyncAfterSeconds: 60 }) };
  const { cluster, clock, callsOf } = policyCluster({ hooks });
  await clock.runFor(1000);
  expect(callsOf(SYNC)).toHaveLength(1);
  cluster.metacontroller.restart(5000);
  await clock.runFor(4900);
  expect(callsOf(SYNC)).toHaveLength(1);
  await clock.runFor(300);
  expect(callsOf(SYNC)).toHaveLength(2);
  expect(callsOf(CUSTOMIZE)).toHaveLength(2);
  await clock.runFor(59_000);
  expect(callsOf(SYNC)).toHaveLength(2);
});

test('a restart abandons the syncs in progress', async () => {
  const { response, cluster, clock, store } = policyCluster({ requestMilliseconds: () => 1000 });
  Object.assign(response, { status: { revision: 1 }, children: [pullPod('a', 'n', APP)] });
  await clock.runFor(1100);
  expect(store.list('Pod')).toHaveLength(1);
  cluster.metacontroller.restart(60_000);
  await clock.runFor(30_000);
  expect(store.get(policy).status).toBeUndefined();
});
