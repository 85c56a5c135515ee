// How Metacontroller 4.17 applies the children of a response, and which errors it ignores.
import { expect, test } from 'vitest';
import { ApiError } from '../../simulator/api-error.ts';
import type { Faults } from '../../simulator/faults.ts';
import { policy, policyCluster, SYNC } from './policy-cluster.ts';
import { APP, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

const SET_SYNC = '/hooks/cachedimagesets/sync';
const view = { kind: 'PolicyView', name: 'default' };

test('children are created, and deleted once a response omits them', async () => {
  const { response, wake, podNames } = policyCluster();
  response.children = [pullPod('a', 'n', APP), pullPod('b', 'n', APP)];
  await wake();
  expect(podNames().sort()).toEqual(['a', 'b']);
  response.children = [pullPod('b', 'n', APP)];
  await wake();
  expect(podNames()).toEqual(['b']);
});

test('deletes come before creates, and the status is written last', async () => {
  const { response, wake, store } = policyCluster();
  response.children = [pullPod('a', 'n', APP)];
  await wake();
  const seen: string[] = [];
  store.watch(({ type, object }) => void seen.push(`${type} ${object.kind}`));
  response.children = [pullPod('b', 'n', APP)];
  response.status = { lastStartNode: 'n' };
  await wake();
  expect(seen).toEqual(['MODIFIED PullPolicy', 'DELETED Pod', 'ADDED Pod', 'MODIFIED PullPolicy']);
});

test('a create of an existing name is ignored: the sync succeeds and is not repeated', async () => {
  const { response, wake, store, callsOf, clock, cluster } = policyCluster();
  store.create(pullPod('a', 'other', APP));
  response.children = [pullPod('a', 'n', APP)];
  response.status = { lastStartNode: 'n' };
  await wake();
  expect(store.get(policy).status).toMatchObject({ lastStartNode: 'n' });
  const { length } = callsOf(SYNC);
  store.remove({ kind: 'Pod', name: 'a', namespace: 'drop-system' });
  await clock.runFor(3_600_000);
  expect(callsOf(SYNC)).toHaveLength(length);
  expect(cluster.metacontroller.counters.ignoredCreates).toBeGreaterThan(0);
  expect(cluster.metacontroller.failures()).toEqual([]);
});

test('a refused create fails the sync, which is retried, and the status is still written', async () => {
  const faults: Faults = {
    refuseWrite: (verb, { kind }) =>
      verb === 'create' && kind === 'Pod' ? new ApiError('Forbidden', 'exceeded quota') : undefined,
  };
  const { response, wake, store, callsOf, clock, podNames } = policyCluster({ faults });
  await clock.runFor(1000);
  const { length } = callsOf(SYNC);
  response.children = [pullPod('a', 'n', APP)];
  response.status = { lastStartNode: 'n' };
  await wake();
  expect(store.get(policy).status).toMatchObject({ lastStartNode: 'n' });
  expect(callsOf(SYNC).length).toBeGreaterThan(length + 3);
  faults.refuseWrite = undefined;
  await clock.runFor(2000);
  expect(podNames()).toEqual(['a']);
});

test('a create that fails does not stop the others', async () => {
  const { response, wake, podNames } = policyCluster();
  response.children = [pullPod('Wrong', 'n', APP), pullPod('right', 'n', APP)];
  await wake();
  expect(podNames()).toEqual(['right']);
});

test('with OnDelete, an existing child is never changed', async () => {
  const { response, wake, store } = policyCluster();
  response.children = [pullPod('a', 'n', APP)];
  await wake();
  const [before] = store.list('Pod');
  response.children = [pullPod('a', 'other', 'other')];
  await wake();
  expect(store.list('Pod')).toEqual([before]);
});

test('with InPlace, a changed child is merged three ways, and an unchanged one is not written', async () => {
  const { response, wake, store, cluster } = policyCluster();
  const spec = { paused: false, nodeSelector: { a: '1', b: '2' } };
  response.children = [ours('PolicyView', 'default', spec)];
  await wake();
  const created = store.get(view);
  store.update({ ...created, metadata: { ...created.metadata, labels: { ...created.metadata.labels, mine: 'x' } } });
  await wake();
  expect(cluster.metacontroller.counters.childUpdates).toBe(0);
  response.children = [ours('PolicyView', 'default', { paused: true, nodeSelector: { a: '1' } })];
  await wake();
  expect(cluster.metacontroller.counters.childUpdates).toBe(1);
  expect(store.get(view).spec).toEqual({ paused: true, nodeSelector: { a: '1' } });
  expect(store.get(view).metadata.labels).toMatchObject({ mine: 'x' });
});

test('a child that is being deleted is neither deleted again nor changed', async () => {
  const { response, wake, store } = policyCluster();
  response.children = [pullPod('a', 'n', APP, { terminationGracePeriodSeconds: 30 })];
  await wake();
  response.children = [];
  await wake();
  const { deletionTimestamp, resourceVersion } = store.list('Pod')[0]?.metadata ?? {};
  expect(deletionTimestamp).toBeDefined();
  await wake();
  expect(store.list('Pod')[0]?.metadata.resourceVersion).toBe(resourceVersion);
});

test('the children of a parent that is being deleted are left to the garbage collector', async () => {
  const { response, wake, store, podNames } = policyCluster();
  response.children = [pullPod('a', 'n', APP)];
  await wake();
  const seen = store.get(policy);
  store.update({ ...seen, metadata: { ...seen.metadata, finalizers: ['example.com/hold'] } });
  store.remove(policy);
  response.children = [pullPod('b', 'n', APP)];
  await wake();
  expect(podNames()).toEqual(['a']);
});

test('a child with the label of another parent fails the sync, and nothing is written', async () => {
  const { response, wake, podNames, store } = policyCluster();
  const pod = pullPod('a', 'n', APP);
  response.children = [{ ...pod, metadata: { ...pod.metadata, labels: { 'controller-uid': 'other' } } }];
  response.status = { lastStartNode: 'n' };
  await wake();
  expect(podNames()).toEqual([]);
  expect(store.get(policy).status).toBeUndefined();
});

test('until the cache shows a new child, requests do not contain it', async () => {
  const { response, wake, callsOf, podNames, clock } = policyCluster({ lagMilliseconds: 400 });
  await clock.runFor(2000);
  response.children = [pullPod('a', 'n', APP)];
  const { length } = callsOf(SYNC);
  await wake();
  await wake();
  expect(podNames()).toEqual(['a']);
  expect(callsOf(SYNC)[length]?.body.children['Pod.v1']).toEqual({});
});

test('children are created in a different order each time', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const orders = new Set<string>();
  for (let seed = 1; seed <= 5; seed += 1) {
    const children = names.map((name) => ours('CachedImage', name, { image: name }));
    const { cluster, clock, store } = tinyCluster({ seed, hooks: { [SET_SYNC]: () => ({ status: {}, children }) } });
    cluster.apply(ours('CachedImageSet', 'set', { images: [{ image: 'a' }] }));
    await clock.runFor(1000);
    const created = store.list('CachedImage').map(({ metadata }) => metadata.name);
    expect([...created].sort()).toEqual(names);
    orders.add(created.join());
  }
  expect(orders.size).toBeGreaterThan(1);
});
