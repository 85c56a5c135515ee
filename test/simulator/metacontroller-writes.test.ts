// What is known of what Metacontroller does with an answer, line by line: children, status, and what it swallows.
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../simulator/api-error.ts';
import type { Faults } from '../../simulator/faults.ts';
import { policy, policyCluster, SYNC } from './policy-cluster.ts';
import { APP, ours, pullPod } from './tiny-cluster.ts';

const view = { kind: 'PolicyView', name: 'default' };

describe('children', () => {
  test('are created, and deleted when they are not wanted any more', async () => {
    const { answer, wake, podNames } = policyCluster();
    answer.children = [pullPod('a', 'n', APP), pullPod('b', 'n', APP)];
    await wake();
    expect(podNames().sort()).toEqual(['a', 'b']);
    answer.children = [pullPod('b', 'n', APP)];
    await wake();
    expect(podNames()).toEqual(['b']);
  });

  test('deletes come before creates, and the status comes last', async () => {
    const { answer, wake, store } = policyCluster();
    answer.children = [pullPod('a', 'n', APP)];
    await wake();
    const seen: string[] = [];
    store.watch(({ type, object }) => void seen.push(`${type} ${object.kind}`));
    answer.children = [pullPod('b', 'n', APP)];
    answer.status = { lastStartNode: 'n' };
    await wake();
    expect(seen).toEqual(['MODIFIED PullPolicy', 'DELETED Pod', 'ADDED Pod', 'MODIFIED PullPolicy']);
  });

  test('a name that is taken is swallowed: the sync succeeds and nothing asks again', async () => {
    const { answer, wake, store, callsOf, clock, cluster } = policyCluster();
    store.create(pullPod('a', 'other', APP));
    answer.children = [pullPod('a', 'n', APP)];
    answer.status = { lastStartNode: 'n' };
    await wake();
    expect(store.get(policy).status).toMatchObject({ lastStartNode: 'n' });
    const { length } = callsOf(SYNC);
    store.remove({ kind: 'Pod', name: 'a', namespace: 'drop-system' });
    await clock.runFor(3_600_000);
    expect(callsOf(SYNC)).toHaveLength(length);
    expect(cluster.metacontroller.counters.swallowedCreates).toBeGreaterThan(0);
    expect(cluster.metacontroller.failures()).toEqual([]);
  });

  test('a create that is refused fails the sync, which is retried; the status is written all the same', async () => {
    const faults: Faults = {
      refuseWrite: (verb, { kind }) =>
        verb === 'create' && kind === 'Pod' ? new ApiError('Forbidden', 'exceeded quota') : undefined,
    };
    const { answer, wake, store, callsOf, clock, podNames } = policyCluster({ faults });
    await clock.runFor(1000);
    const { length } = callsOf(SYNC);
    answer.children = [pullPod('a', 'n', APP)];
    answer.status = { lastStartNode: 'n' };
    await wake();
    expect(store.get(policy).status).toMatchObject({ lastStartNode: 'n' });
    expect(callsOf(SYNC).length).toBeGreaterThan(length + 3);
    faults.refuseWrite = undefined;
    await clock.runFor(2000);
    expect(podNames()).toEqual(['a']);
  });

  test('one that fails does not keep the others', async () => {
    const { answer, wake, podNames } = policyCluster();
    answer.children = [pullPod('Wrong', 'n', APP), pullPod('right', 'n', APP)];
    await wake();
    expect(podNames()).toEqual(['right']);
  });

  test('OnDelete: an existing child is never changed', async () => {
    const { answer, wake, store } = policyCluster();
    answer.children = [pullPod('a', 'n', APP)];
    await wake();
    const [before] = store.list('Pod');
    answer.children = [pullPod('a', 'other', 'other')];
    await wake();
    expect(store.list('Pod')).toEqual([before]);
  });

  test('InPlace: a three-way merge, no write where nothing changes', async () => {
    const { answer, wake, store, cluster } = policyCluster();
    const spec = { paused: false, nodeSelector: { a: '1', b: '2' } };
    answer.children = [ours('PolicyView', 'default', spec)];
    await wake();
    const created = store.get(view);
    store.update({ ...created, metadata: { ...created.metadata, labels: { ...created.metadata.labels, mine: 'x' } } });
    await wake();
    expect(cluster.metacontroller.counters.childUpdates).toBe(0);
    answer.children = [ours('PolicyView', 'default', { paused: true, nodeSelector: { a: '1' } })];
    await wake();
    expect(cluster.metacontroller.counters.childUpdates).toBe(1);
    expect(store.get(view).spec).toEqual({ paused: true, nodeSelector: { a: '1' } });
    expect(store.get(view).metadata.labels).toMatchObject({ mine: 'x' });
  });

  test('one that is being deleted is neither deleted again nor changed', async () => {
    const { answer, wake, store } = policyCluster();
    answer.children = [pullPod('a', 'n', APP, { terminationGracePeriodSeconds: 30 })];
    await wake();
    answer.children = [];
    await wake();
    const { deletionTimestamp, resourceVersion } = store.list('Pod')[0]?.metadata ?? {};
    expect(deletionTimestamp).toBeDefined();
    await wake();
    expect(store.list('Pod')[0]?.metadata.resourceVersion).toBe(resourceVersion);
  });

  test('of a parent that is being deleted are left to the garbage collector', async () => {
    const { answer, wake, store, podNames } = policyCluster();
    answer.children = [pullPod('a', 'n', APP)];
    await wake();
    const seen = store.get(policy);
    store.update({ ...seen, metadata: { ...seen.metadata, finalizers: ['example.com/hold'] } });
    store.remove(policy);
    answer.children = [pullPod('b', 'n', APP)];
    await wake();
    expect(podNames()).toEqual(['a']);
  });

  test('a label that names another parent is an error, and nothing is written', async () => {
    const { answer, wake, podNames, store } = policyCluster();
    const pod = pullPod('a', 'n', APP);
    answer.children = [{ ...pod, metadata: { ...pod.metadata, labels: { 'controller-uid': 'other' } } }];
    answer.status = { lastStartNode: 'n' };
    await wake();
    expect(podNames()).toEqual([]);
    expect(store.get(policy).status).toBeUndefined();
  });

  test('no expectations are kept: before the cache shows a new child, the hook is asked without it', async () => {
    const { answer, wake, callsOf, podNames, clock } = policyCluster({ lagMilliseconds: 400 });
    await clock.runFor(2000);
    answer.children = [pullPod('a', 'n', APP)];
    const { length } = callsOf(SYNC);
    await wake();
    await wake();
    expect(podNames()).toEqual(['a']);
    expect(callsOf(SYNC)[length]?.body.children['Pod.v1']).toEqual({});
  });
});
