// What is known of the statuses that Metacontroller writes, line by line, of what a DecoratorController writes, and of faults.
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../simulator/api-error.ts';
import type { Faults } from '../../simulator/faults.ts';
import { policy, policyCluster, SYNC } from './policy-cluster.ts';
import { APP, type HookBody, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

describe('status', () => {
  test('is replaced whole, and observedGeneration is added', async () => {
    const { answer, wake, store } = policyCluster();
    answer.status = { revision: 1, lastStartNode: 'n' };
    await wake();
    expect(store.get(policy).status).toEqual({ revision: 1, lastStartNode: 'n', observedGeneration: 1 });
    answer.status = { revision: 2 };
    await wake();
    expect(store.get(policy).status).toEqual({ revision: 2, observedGeneration: 1 });
  });

  test('an answer without one wipes it', async () => {
    const { answer, wake, store } = policyCluster();
    answer.status = { revision: 1 };
    await wake();
    answer.status = undefined;
    await wake();
    expect(store.get(policy).status).toEqual({ observedGeneration: 1 });
  });

  test('is not written where it is the same', async () => {
    const { answer, wake, cluster } = policyCluster();
    answer.status = { revision: 1 };
    await wake();
    const { statusWrites } = cluster.metacontroller.counters;
    await wake();
    await wake();
    expect(cluster.metacontroller.counters.statusWrites).toBe(statusWrites);
  });

  test('one computed from a stale parent overwrites a newer one', async () => {
    const hooks = {
      [SYNC]: ({ parent }: HookBody) => ({ status: { revision: Number(parent.status?.revision ?? 0) + 1 } }),
    };
    const { cluster, clock, store } = tinyCluster({ hooks, lagMilliseconds: 100 });
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(1000);
    store.updateStatus({ ...store.get(policy), status: { revision: 90 } });
    const seen = store.get(policy);
    store.update({ ...seen, metadata: { ...seen.metadata, labels: { a: 'b' } } });
    await clock.runFor(50);
    store.updateStatus({ ...store.get(policy), status: { revision: 99 } });
    await clock.runFor(1000);
    expect(store.get(policy).status).toMatchObject({ revision: 91 });
  });

  test('a conflict is retried with a fresh read, four times in all, and then swallowed', async () => {
    let tries = 0;
    const faults: Faults = {};
    const { answer, wake, clock, cluster, callsOf } = policyCluster({ faults });
    await clock.runFor(1000);
    const { length } = callsOf(SYNC);
    faults.refuseWrite = (verb) => {
      if (verb !== 'updateStatus') return undefined;
      tries += 1;
      return new ApiError('Conflict', 'modified');
    };
    answer.status = { revision: 1 };
    await wake();
    expect(tries).toBe(4);
    expect(callsOf(SYNC)).toHaveLength(length + 1);
    expect(cluster.metacontroller.counters.lostStatusWrites).toBe(1);
    expect(cluster.metacontroller.failures()).toEqual([]);
  });

  test('any other error of the write is retried with the sync', async () => {
    const faults: Faults = {};
    const { answer, wake, clock, callsOf, cluster } = policyCluster({ faults });
    await clock.runFor(1000);
    const { length } = callsOf(SYNC);
    faults.refuseWrite = (verb) => (verb === 'updateStatus' ? new ApiError('ServerTimeout', 'slow') : undefined);
    answer.status = { revision: 1 };
    await wake();
    expect(callsOf(SYNC).length).toBeGreaterThan(length + 3);
    expect(cluster.metacontroller.failures().at(-1)?.message).toBe('slow');
  });

  test('one that the schema refuses fails the sync', async () => {
    const { answer, wake, cluster } = policyCluster();
    answer.status = { revision: -1 };
    await wake();
    expect(cluster.metacontroller.failures()[0]?.message).toContain('status.revision');
  });

  test('of a parent that was replaced meanwhile is not written', async () => {
    const { answer, clock, store, cluster } = policyCluster();
    answer.status = { revision: 7 };
    cluster.apply(ours('PullPolicy', 'default', { paused: true }));
    await clock.runFor(23);
    store.remove(policy);
    store.create(ours('PullPolicy', 'default'));
    answer.status = { revision: 1 };
    await clock.runFor(1000);
    expect(store.get(policy).status).toEqual({ revision: 1, observedGeneration: 1 });
  });
});

describe('a DecoratorController', () => {
  const NODES = '/hooks/nodes/sync';
  const spec = { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} };
  const attach = ({ object }: HookBody) => ({ attachments: [ours('NodeCache', object.metadata.name, spec)] });

  test('with attachments only never writes to the Node', async () => {
    const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: attach } });
    cluster.addNode({ name: 'node-a' });
    const before = store.get({ kind: 'Node', name: 'node-a' });
    await clock.runFor(500);
    expect(store.get({ kind: 'Node', name: 'node-a' })).toBe(before);
    const [cache] = store.list('NodeCache');
    expect(cache?.metadata.annotations).toMatchObject({ 'metacontroller.k8s.io/decorator-controller': 'drop-nodes' });
    expect(cache?.metadata.ownerReferences).toMatchObject([{ kind: 'Node', uid: before.metadata.uid }]);
    expect(cache?.metadata.labels).toBeUndefined();
  });

  test('the attachment goes with its Node, and the new Node of the name gets its own', async () => {
    const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: attach } });
    cluster.addNode({ name: 'node-a' });
    await clock.runFor(1000);
    const [before] = store.list('NodeCache');
    cluster.replaceNode('node-a');
    await clock.runFor(1000);
    // The old attachment held the name when the new one was wanted, and nothing asks again when it goes.
    expect(store.list('NodeCache')).toEqual([]);
    cluster.setNodeLabels('node-a', { pool: 'x' });
    await clock.runFor(1000);
    const [after] = store.list('NodeCache');
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(after?.metadata.ownerReferences).toMatchObject([
      { uid: store.get({ kind: 'Node', name: 'node-a' }).metadata.uid },
    ]);
  });

  test('with labels in the answer writes them to the Node', async () => {
    const { cluster, clock, store } = tinyCluster({ hooks: { [NODES]: () => ({ labels: { warm: 'yes' } }) } });
    cluster.addNode({ name: 'node-a' });
    await clock.runFor(1000);
    expect(store.get({ kind: 'Node', name: 'node-a' }).metadata.labels).toMatchObject({ warm: 'yes' });
  });
});

describe('faults', () => {
  test('a lost answer is a failed sync of a hook that has decided', async () => {
    let isLost = true;
    const { answer, podNames, callsOf, clock } = policyCluster({ faults: { dropResponse: () => isLost } });
    answer.children = [pullPod('a', 'n', APP)];
    await clock.runFor(100);
    expect(callsOf(SYNC).length).toBeGreaterThan(1);
    expect(podNames()).toEqual([]);
    isLost = false;
    await clock.runFor(1000);
    expect(podNames()).toEqual(['a']);
  });

  test('a lost status write tells nobody', async () => {
    const { answer, wake, store, cluster } = policyCluster({ faults: { loseStatusWrite: () => true } });
    answer.status = { revision: 1 };
    await wake();
    expect(store.get(policy).status).toBeUndefined();
    expect(cluster.metacontroller.failures()).toEqual([]);
  });

  test('a repeated sync asks again at once', async () => {
    let repeats = 3;
    const { clock, callsOf } = policyCluster({ faults: { repeatSync: () => repeats-- > 0 } });
    await clock.runFor(1000);
    expect(callsOf(SYNC)).toHaveLength(4);
  });

  test('a cache may be behind by kind', async () => {
    const { answer, clock, callsOf } = policyCluster({
      faults: { lagMilliseconds: (kind) => (kind === 'Pod' ? 3000 : undefined) },
    });
    answer.children = [pullPod('a', 'n', APP)];
    await clock.runFor(4000);
    const seen = callsOf(SYNC).map(({ body }) => Object.keys(body.children['Pod.v1'] ?? {}).length);
    expect(seen).toEqual([0]);
    await clock.runFor(4000);
    expect(callsOf(SYNC).at(-1)?.body.children['Pod.v1']).toHaveProperty(['drop-system/a']);
  });

  test('a restart loses the queue and what was promised, and asks for every parent anew', async () => {
    const { cluster, clock, callsOf } = tinyCluster({
      hooks: { [SYNC]: () => ({ status: {}, resyncAfterSeconds: 60 }) },
    });
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(1000);
    expect(callsOf(SYNC)).toHaveLength(1);
    cluster.metacontroller.restart(5000);
    await clock.runFor(4900);
    expect(callsOf(SYNC)).toHaveLength(1);
    await clock.runFor(300);
    expect(callsOf(SYNC)).toHaveLength(2);
    expect(callsOf('/hooks/pullpolicies/customize')).toHaveLength(2);
    await clock.runFor(59_000);
    expect(callsOf(SYNC)).toHaveLength(2);
  });

  test('a restart ends the work under way', async () => {
    const { cluster, clock, store } = tinyCluster({
      hooks: { [SYNC]: () => ({ status: { revision: 1 }, children: [pullPod('a', 'n', APP)] }) },
      requestMilliseconds: () => 1000,
    });
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(1100);
    expect(store.list('Pod')).toHaveLength(1);
    cluster.metacontroller.restart(60_000);
    await clock.runFor(30_000);
    expect(store.get(policy).status).toBeUndefined();
  });
});
