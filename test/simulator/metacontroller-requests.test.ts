// The requests that Metacontroller 4.17 sends: their fields, and the related objects that a customize hook selects.
import { expect, test } from 'vitest';
import { CUSTOMIZE, image, policy, policyCluster, relating, SYNC } from './policy-cluster.ts';
import { APP, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

const IMAGES_SYNC = '/hooks/cachedimages/sync';
const IMAGES_CUSTOMIZE = '/hooks/cachedimages/customize';
const IMAGES = 'CachedImage.drop.corewire.io/v1alpha1';

const pods = { apiVersion: 'v1', resource: 'pods', namespace: 'drop-system' };

test('a sync request of a CompositeController has controller, parent, children, related and finalizing', async () => {
  const hooks = { [CUSTOMIZE]: relating({ labelSelector: {} }) };
  const { response, cluster, clock, callsOf } = policyCluster({ hooks });
  response.children = [pullPod('drop-default-0', 'node-a', APP), ours('PolicyView', 'default', { paused: false })];
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  const [first] = callsOf(SYNC);
  expect(Object.keys(first?.body ?? {})).toEqual(['controller', 'parent', 'children', 'related', 'finalizing']);
  const controller = { kind: 'CompositeController', metadata: { name: 'drop-pullpolicies' } };
  expect(first?.body.controller).toMatchObject(controller);
  expect(first?.body.parent).toMatchObject({ kind: 'PullPolicy', spec: { maxConcurrentNodes: 1 } });
  const kindsOfChildren = ['ImageInventory', 'PolicyReferences', 'PolicyView'];
  expect(first?.body.children).toEqual({
    'Pod.v1': {},
    ...Object.fromEntries(kindsOfChildren.map((kind) => [`${kind}.drop.corewire.io/v1alpha1`, {}])),
  });
  expect(first?.body.finalizing).toBe(false);
  expect(first?.timeoutSeconds).toBe(30);
  const last = callsOf(SYNC).at(-1)?.body;
  expect(Object.keys(last?.children['Pod.v1'] ?? {})).toEqual(['drop-system/drop-default-0']);
  expect(Object.keys(last?.children['PolicyView.drop.corewire.io/v1alpha1'] ?? {})).toEqual(['default']);
  expect(Object.keys(last?.related[IMAGES] ?? {})).toEqual(['nginx']);
});

test('a sync request of a DecoratorController has object and attachments', async () => {
  const { cluster, clock, callsOf } = tinyCluster();
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  const [first] = callsOf('/hooks/nodes/sync');
  expect(Object.keys(first?.body ?? {})).toEqual(['controller', 'object', 'attachments', 'related', 'finalizing']);
  expect(first?.body.object).toMatchObject({ kind: 'Node', metadata: { name: 'node-a' } });
  expect(first?.body.attachments).toEqual({
    'NodeCache.drop.corewire.io/v1alpha1': {},
    'NodeImages.drop.corewire.io/v1alpha1': {},
  });
  expect(first?.body.related).toEqual({});
});

test('a controller without child kinds sends empty children, and a customize request only the parent', async () => {
  const { cluster, clock, callsOf } = tinyCluster();
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  expect(callsOf(IMAGES_SYNC)[0]?.body.children).toEqual({});
  expect(Object.keys(callsOf(IMAGES_CUSTOMIZE)[0]?.body ?? {})).toEqual(['controller', 'parent']);
});

test('a child carries the last applied configuration, its owner and the generated label', async () => {
  const { response, clock, callsOf, store } = policyCluster();
  response.children = [pullPod('drop-default-0', 'node-a', APP)];
  const { uid } = store.get(policy).metadata;
  await clock.runFor(1000);
  const [pod] = store.list('Pod');
  const labels = { 'app.kubernetes.io/managed-by': 'drop', 'controller-uid': uid };
  expect(pod?.metadata.labels).toEqual(labels);
  const owner = { apiVersion: 'drop.corewire.io/v1alpha1', ...policy, uid, controller: true, blockOwnerDeletion: true };
  expect(pod?.metadata.ownerReferences).toEqual([owner]);
  const text = pod?.metadata.annotations?.['metacontroller.k8s.io/last-applied-configuration'] ?? '{}';
  expect(JSON.parse(text)).toMatchObject({ kind: 'Pod', metadata: { labels } });
  expect(callsOf(SYNC).at(-1)?.body.children['Pod.v1']?.['drop-system/drop-default-0']).toBe(pod);
});

test('a customize response is cached per generation for 20 minutes', async () => {
  const hooks = { [SYNC]: () => ({ status: {}, children: [], resyncAfterSeconds: 60 }) };
  const { cluster, clock, callsOf } = policyCluster({ hooks });
  await clock.runFor(19 * 60_000);
  expect(callsOf(SYNC)).toHaveLength(19);
  expect(callsOf(CUSTOMIZE)).toHaveLength(1);
  cluster.apply(ours('PullPolicy', 'default', { paused: true }));
  await clock.runFor(1000);
  expect(callsOf(CUSTOMIZE)).toHaveLength(2);
  await clock.runFor(21 * 60_000);
  expect(callsOf(CUSTOMIZE)).toHaveLength(3);
});

const rules: readonly (readonly [string, object, readonly string[]])[] = [
  ['an empty selector, which means all,', { labelSelector: {} }, ['a', 'b', 'c']],
  ['labels', { labelSelector: { matchLabels: { team: 'x' } } }, ['a', 'b']],
  ['expressions', { labelSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['x'] }] } }, ['c']],
  ['names', { names: ['b', 'z'] }, ['b']],
  ['neither labels nor names, which means all,', {}, ['a', 'b', 'c']],
];

test.each(rules)('a rule with %s selects related objects', async (_, rule, expected) => {
  const { cluster, clock, callsOf } = policyCluster({ hooks: { [CUSTOMIZE]: relating(rule) } });
  cluster.apply(image('a', { team: 'x' }));
  cluster.apply(image('b', { team: 'x' }));
  cluster.apply(image('c', { team: 'y' }));
  await clock.runFor(1000);
  expect(Object.keys(callsOf(SYNC).at(-1)?.body.related[IMAGES] ?? {})).toEqual(expected);
});

test('a rule with names and labels fails the sync before the sync hook is called', async () => {
  const hooks = { [CUSTOMIZE]: relating({ names: ['a'], labelSelector: {} }) };
  const { cluster, clock, callsOf } = policyCluster({ hooks });
  await clock.runFor(1000);
  expect(callsOf(SYNC)).toHaveLength(0);
  expect(cluster.metacontroller.failures().length).toBeGreaterThan(3);
});

test('a cluster-scoped parent can relate objects of a namespace', async () => {
  const hooks = { [IMAGES_CUSTOMIZE]: relating({ ...pods, labelSelector: {} }) };
  const { cluster, clock, callsOf, store } = tinyCluster({ hooks });
  store.create(pullPod('here', 'n', APP));
  store.create({ ...pullPod('there', 'n', APP), metadata: { name: 'there', namespace: 'other' } });
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  const related = callsOf(IMAGES_SYNC).at(-1)?.body.related['Pod.v1'];
  expect(Object.keys(related ?? {})).toEqual(['drop-system/here']);
});

test('a rule without matching objects sends an empty group', async () => {
  const hooks = { [IMAGES_CUSTOMIZE]: relating({ ...pods, names: ['none'] }) };
  const { cluster, clock, callsOf } = tinyCluster({ hooks });
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  expect(callsOf(IMAGES_SYNC).at(-1)?.body.related).toEqual({ 'Pod.v1': {} });
});

test('the parent of a request can be older than its related objects', async () => {
  const hooks = { [CUSTOMIZE]: relating({ labelSelector: {} }) };
  const { cluster, clock, callsOf } = tinyCluster({ hooks, hookMilliseconds: () => 1000, lagMilliseconds: 10 });
  cluster.apply(image('early'));
  await clock.runFor(5000);
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(300);
  // The parent has been read, and its customize call is in progress.
  cluster.apply(ours('PullPolicy', 'default', { paused: true }));
  cluster.apply(image('late'));
  await clock.runFor(1500);
  const [first] = callsOf(SYNC);
  expect(first?.body.parent).toMatchObject({ metadata: { generation: 1 }, spec: { paused: false } });
  expect(Object.keys(first?.body.related[IMAGES] ?? {})).toEqual(['early', 'late']);
});
