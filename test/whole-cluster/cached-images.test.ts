// Images in a whole simulated cluster: which nodes get them, and what their statuses report.
import { expect, test } from 'vitest';
import {
  allCached,
  applyPolicy,
  HOUR,
  imageStatus,
  isOnNode,
  MINUTE,
  publish,
  pullPods,
  reasonOf,
  SECOND,
  startScenario,
  wantImage,
} from './scenario.ts';

test('an image reaches two nodes and its status reports Cached 2/2', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  const reference = publish(cluster, 'app');
  wantImage(cluster, 'app');
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  expect(imageStatus(cluster, 'app')).toMatchObject({
    ready: '2/2',
    phase: 'Ready',
    cachedNodes: ['node-0', 'node-1'],
  });
  expect(isOnNode(cluster, 'node-0', reference)).toBe(true);
  expect(isOnNode(cluster, 'node-1', reference)).toBe(true);
  expect(cluster.podStarts).toHaveLength(2);
  await clock.runFor(MINUTE);
  expect(pullPods(cluster)).toEqual([]);
});

test('a node that joins or is replaced gets the image', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  const reference = publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), HOUR);
  cluster.addNode({ name: 'node-9' });
  await clock.runFor(SECOND);
  expect(imageStatus(cluster, 'app').ready).toBe('2/3');
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  cluster.replaceNode('node-0');
  expect(isOnNode(cluster, 'node-0', reference)).toBe(false);
  await clock.runFor(10 * SECOND);
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  expect(isOnNode(cluster, 'node-0', reference)).toBe(true);
  expect(imageStatus(cluster, 'app').ready).toBe('3/3');
});

test('an image is Cached without its cordoned node, and gets there once the node is uncordoned', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app');
  cluster.cordon('node-1');
  wantImage(cluster, 'app');
  await clock.runFor(5 * MINUTE);
  expect(imageStatus(cluster, 'app')).toMatchObject({
    ready: '1/1',
    phase: 'Ready',
    nodesTargeted: 1,
    nodesUnavailable: 1,
    conditions: [{ status: 'True', reason: 'Cached', message: 'on 1 node; 1 unavailable (cordoned: node-1)' }, {}],
  });
  cluster.cordon('node-1', false);
  await clock.runFor(SECOND);
  expect(imageStatus(cluster, 'app')).toMatchObject({ ready: '1/2', nodesUnavailable: 0 });
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
});

test('a relabelled or tainted node leaves the count, and joins it again', async () => {
  const { cluster, clock } = startScenario();
  for (const name of ['a', 'b', 'c']) cluster.addNode({ name, labels: { pool: 'build' } });
  publish(cluster, 'app');
  wantImage(cluster, 'app', { nodeSelector: { pool: 'build' } });
  await clock.runUntil(() => allCached(cluster), 10 * MINUTE);
  expect(imageStatus(cluster, 'app').ready).toBe('3/3');
  cluster.setNodeLabels('a', { pool: 'other' });
  cluster.setTaints('b', [{ key: 'gpu', effect: 'NoSchedule' }]);
  await clock.runFor(10 * SECOND);
  expect(imageStatus(cluster, 'app')).toMatchObject({ ready: '1/1', cachedNodes: ['c'] });
  cluster.setTaints('b', []);
  await clock.runFor(10 * SECOND);
  expect(imageStatus(cluster, 'app').ready).toBe('2/2');
  expect(cluster.podStarts).toHaveLength(3);
});

test('after an edit of the tag, the status starts afresh and the new image reaches every node', async () => {
  const { cluster, clock } = startScenario({ nodes: 3 });
  publish(cluster, 'app', { seconds: 60 });
  const reference = publish(cluster, 'app', { tag: 'v2' });
  wantImage(cluster, 'app');
  await clock.runFor(90 * SECOND);
  expect(imageStatus(cluster, 'app').ready).toBe('1/3');
  wantImage(cluster, 'app', { tag: 'v2' });
  await clock.runFor(SECOND);
  expect(imageStatus(cluster, 'app')).toMatchObject({ image: reference, ready: '0/3' });
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  for (const node of ['node-0', 'node-1', 'node-2']) expect(isOnNode(cluster, node, reference)).toBe(true);
});

test('a bad image does not block a good one, and is tried on few nodes only', async () => {
  const { cluster, clock } = startScenario({
    nodes: 20,
    defaultPolicy: { maxConcurrentNodes: 4, minDelayBetweenPulls: '0s' },
  });
  publish(cluster, 'good');
  publish(cluster, 'bad', { tag: 'other' });
  wantImage(cluster, 'bad');
  wantImage(cluster, 'good');
  expect(await clock.runUntil(() => reasonOf(cluster, 'good') === 'Cached', 5 * MINUTE)).toBe(true);
  expect(cluster.podStarts.filter(({ image }) => image === 'bad').length).toBeLessThanOrEqual(8);
  expect(imageStatus(cluster, 'bad').conditions?.[0]?.message).toContain('not found: check image, tag and digest');
});

test('two CachedImages of one reference are both Cached and never pull on one node at once', async () => {
  const { cluster, clock } = startScenario({
    nodes: 2,
    defaultPolicy: { maxConcurrentNodes: 4, maxConcurrentPullsPerNode: 2, minDelayBetweenPulls: '0s' },
  });
  publish(cluster, 'app', { seconds: 10 });
  wantImage(cluster, 'app');
  wantImage(cluster, 'twin', { image: 'registry.example.com/app' });
  await clock.runFor(5 * SECOND);
  expect(pullPods(cluster)).toHaveLength(2);
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
});

test('an image with an unknown policyRef reports PolicyNotFound and is pulled once the policy exists', async () => {
  const { cluster, clock } = startScenario({ nodes: 1 });
  publish(cluster, 'app');
  wantImage(cluster, 'app', { policyRef: { name: 'tpyo' } });
  await clock.runFor(10 * MINUTE);
  expect(reasonOf(cluster, 'app')).toBe('PolicyNotFound');
  expect(cluster.podStarts).toEqual([]);
  applyPolicy(cluster, 'tpyo', {});
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
});

test('an image with an invalid spec reports InvalidSpec and does not affect the others', async () => {
  const { cluster, clock } = startScenario({ nodes: 1 });
  publish(cluster, 'app');
  cluster.apply(
    { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'CachedImage', metadata: { name: 'odd' }, spec: { image: 7 } },
    { allowInvalid: true },
  );
  wantImage(cluster, 'app');
  expect(await clock.runUntil(() => reasonOf(cluster, 'app') === 'Cached', 5 * MINUTE)).toBe(true);
  expect(reasonOf(cluster, 'odd')).toBe('InvalidSpec');
});

test('images report FleetNotFound while the Fleet is missing and recover with it', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
  cluster.remove({ kind: 'Fleet', name: 'default' });
  await clock.runFor(5 * SECOND);
  expect(reasonOf(cluster, 'app')).toBe('FleetNotFound');
  expect(imageStatus(cluster, 'app').ready).toBe('2/2');
  cluster.apply({ apiVersion: 'drop.corewire.io/v1alpha1', kind: 'Fleet', metadata: { name: 'default' }, spec: {} });
  await clock.runFor(10 * SECOND);
  expect(reasonOf(cluster, 'app')).toBe('Cached');
  expect(cluster.podStarts).toHaveLength(2);
});

test('the children of a set follow its edits and are deleted with it', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: { minDelayBetweenPulls: '0s' } });
  for (const name of ['a', 'b', 'c']) publish(cluster, name);
  const applySet = (...names: string[]) =>
    cluster.apply({
      apiVersion: 'drop.corewire.io/v1alpha1',
      kind: 'CachedImageSet',
      metadata: { name: 'tools' },
      spec: { images: names.map((name) => ({ image: `registry.example.com/${name}`, tag: 'v1' })) },
    });
  const setStatus = () => cluster.store.get({ kind: 'CachedImageSet', name: 'tools' }).status;
  applySet('a', 'b');
  const allReady = () => JSON.stringify(setStatus() ?? {}).includes('AllReady');
  expect(await clock.runUntil(allReady, 5 * MINUTE)).toBe(true);
  expect(setStatus()).toMatchObject({ ready: '2/2', imagesManaged: 2 });
  applySet('b', 'c');
  await clock.runFor(SECOND);
  expect(await clock.runUntil(allReady, 5 * MINUTE)).toBe(true);
  const images = cluster.store.list('CachedImage').map(({ spec }) => spec?.image);
  expect(images.sort()).toEqual(['registry.example.com/b', 'registry.example.com/c']);
  cluster.remove({ kind: 'CachedImageSet', name: 'tools' });
  await clock.runFor(30 * SECOND);
  expect(cluster.store.list('CachedImage')).toEqual([]);
  expect(pullPods(cluster)).toEqual([]);
});

test('with repullInterval, a moved tag reaches the nodes while the image stays Cached', async () => {
  const { cluster, clock } = startScenario({
    nodes: 2,
    defaultPolicy: { repullInterval: '10m', minDelayBetweenPulls: '1s' },
  });
  publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
  const digest = `sha256:${'9'.repeat(64)}`;
  cluster.registry.setTag('registry.example.com/app:v1', { digest, sizeBytes: 1_000_000, hasTrue: true });
  const reasons = new Set<string | undefined>();
  cluster.store.watch(() => reasons.add(reasonOf(cluster, 'app')));
  expect(await clock.runUntil(() => imageStatus(cluster, 'app').resolvedDigest === digest, 15 * MINUTE)).toBe(true);
  await clock.runFor(MINUTE);
  expect([...reasons]).toEqual(['Cached']);
  expect(imageStatus(cluster, 'app').cached).toMatchObject([{ digest }]);
});

test('deleting an image during its pull deletes the Pod', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app', { seconds: 100 });
  wantImage(cluster, 'app');
  await clock.runFor(10 * SECOND);
  expect(pullPods(cluster)).toHaveLength(1);
  cluster.remove({ kind: 'CachedImage', name: 'app' });
  await clock.runFor(5 * SECOND);
  expect(pullPods(cluster)).toEqual([]);
});
