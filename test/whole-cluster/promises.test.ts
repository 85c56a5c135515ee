// Whole clusters, from manifest to "Cached": the real service answers a simulated Metacontroller, and the store is the witness.
import { expect, test } from 'vitest';
import {
  allCached,
  applyPolicy,
  distances,
  HOUR,
  imageStatus,
  isOnNode,
  MINUTE,
  publish,
  pullPods,
  reasonOf,
  SECOND,
  startedTwice,
  startScenario,
  wantImage,
  watchPeak,
} from './scenario.ts';

test('one image on two nodes: Cached 2/2, and the node really has it', async () => {
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

test('5 nodes x 8 images end all cached, 10 s apart by default, none twice', async () => {
  const { cluster, clock } = startScenario({ nodes: 5 });
  const peak = watchPeak(cluster);
  for (let index = 0; index < 8; index += 1) {
    publish(cluster, `app-${index}`);
    wantImage(cluster, `app-${index}`);
  }
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  expect(cluster.podStarts).toHaveLength(40);
  expect(startedTwice(cluster.podStarts)).toEqual([]);
  expect(peak.most()).toBe(1);
  for (const distance of distances(cluster.podStarts)) expect(distance).toBeGreaterThanOrEqual(9 * SECOND);
});

test('a warm cluster stays silent: no write for an hour', async () => {
  const { cluster, clock } = startScenario({ nodes: 3 });
  publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), HOUR);
  await clock.runFor(10 * MINUTE);
  const ours = new Set(['CachedImage', 'PullPolicy', 'PolicyView', 'NodeCache', 'Fleet', 'Pod', 'CachedImageSet']);
  const writes: string[] = [];
  cluster.store.watch(({ object }) => {
    if (ours.has(object.kind)) writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await clock.runFor(HOUR);
  expect(writes).toEqual([]);
});

test('a node that joins is warmed; one replaced under its name is warmed again', async () => {
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

test('a cordoned node is not pulled to, says so, and is when it is uncordoned', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app');
  cluster.cordon('node-1');
  wantImage(cluster, 'app');
  await clock.runFor(5 * MINUTE);
  expect(imageStatus(cluster, 'app')).toMatchObject({ ready: '1/2' });
  expect(imageStatus(cluster, 'app').conditions?.[0]?.message).toContain('cordoned: node-1');
  cluster.cordon('node-1', false);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
});

test('a node relabelled or tainted midway leaves or joins the count', async () => {
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

test('a tag edited midway: the ledger starts afresh, pulls of the old reference go, the new one arrives everywhere', async () => {
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

test('the service restarted midway loses nothing', async () => {
  const { cluster, clock, service } = startScenario({
    nodes: 4,
    defaultPolicy: { maxConcurrentNodes: 2, minDelayBetweenPulls: '1s' },
  });
  const peak = watchPeak(cluster);
  for (const name of ['a', 'b', 'c']) {
    publish(cluster, name);
    wantImage(cluster, name);
  }
  for (let turn = 0; turn < 20; turn += 1) {
    await clock.runFor(1700);
    service.restart();
  }
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  expect(peak.most()).toBeLessThanOrEqual(2);
});

test('Metacontroller restarted midway loses nothing', async () => {
  const { cluster, clock } = startScenario({
    nodes: 4,
    defaultPolicy: { maxConcurrentNodes: 2, minDelayBetweenPulls: '1s' },
  });
  const peak = watchPeak(cluster);
  for (const name of ['a', 'b', 'c']) {
    publish(cluster, name);
    wantImage(cluster, name);
  }
  for (let turn = 0; turn < 10; turn += 1) {
    await clock.runFor(3300);
    cluster.metacontroller.restart(500);
  }
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  expect(peak.most()).toBeLessThanOrEqual(2);
});

test('a registry down for ten minutes: failures are said, tries get rarer, and all is cached soon after it is back', async () => {
  const { cluster, clock } = startScenario({
    nodes: 5,
    defaultPolicy: { maxConcurrentNodes: 5, minDelayBetweenPulls: '0s' },
  });
  publish(cluster, 'app');
  cluster.registry.setDown(true);
  wantImage(cluster, 'app');
  await clock.runFor(30 * SECOND);
  expect(reasonOf(cluster, 'app')).toBe('ErrImagePull');
  expect(imageStatus(cluster, 'app').conditions?.[0]?.message).toContain('registry unreachable');
  await clock.runFor(9.5 * MINUTE);
  expect(reasonOf(cluster, 'app')).toBe('ImagePullBackOff');
  // Five at once, then one at a time at 30 s doubled by each failure, up to 5 minutes.
  expect(cluster.podStarts.length).toBeLessThanOrEqual(12);
  cluster.registry.setDown(false);
  expect(await clock.runUntil(() => allCached(cluster), 6 * MINUTE)).toBe(true);
});

test('a bad image does not hold up a good one, and does not burn through the nodes', async () => {
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

test('caches 50 ms behind at 20 pulls a second: no pull started twice, none forgotten, never above the cap', async () => {
  const { cluster, clock } = startScenario({
    nodes: 50,
    lagMilliseconds: (kind) => (kind === 'Pod' ? 50 : 35),
    defaultPolicy: { maxConcurrentNodes: 20, minDelayBetweenPulls: '0s' },
  });
  const peak = watchPeak(cluster);
  for (let index = 0; index < 6; index += 1) {
    publish(cluster, `app-${index}`, { seconds: 0.6 });
    wantImage(cluster, `app-${index}`);
  }
  await clock.runFor(2 * SECOND);
  const before = clock.now();
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  expect(cluster.podStarts).toHaveLength(300);
  expect(startedTwice(cluster.podStarts)).toEqual([]);
  expect(peak.most()).toBeLessThanOrEqual(20);
  const pullsPerSecond = 300 / ((clock.now() - before) / SECOND);
  expect(pullsPerSecond).toBeGreaterThan(10);
});

test('a lowered cap lets what runs run out and starts nothing above it', async () => {
  const { cluster, clock } = startScenario({
    nodes: 10,
    defaultPolicy: { maxConcurrentNodes: 6, minDelayBetweenPulls: '0s' },
  });
  publish(cluster, 'app', { seconds: 20 });
  wantImage(cluster, 'app');
  await clock.runFor(5 * SECOND);
  const running = pullPods(cluster).map(({ metadata }) => metadata.uid);
  expect(running).toHaveLength(6);
  applyPolicy(cluster, 'default', { maxConcurrentNodes: 2, minDelayBetweenPulls: '0s' });
  await clock.runFor(5 * SECOND);
  expect(pullPods(cluster).map(({ metadata }) => metadata.uid)).toEqual(running);
  await clock.runFor(20 * SECOND);
  expect(pullPods(cluster).length).toBeLessThanOrEqual(2);
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
});

test('paused midway: nothing more starts, what runs finishes and is recorded; on again it goes on', async () => {
  const { cluster, clock } = startScenario({ nodes: 4, defaultPolicy: { minDelayBetweenPulls: '0s' } });
  publish(cluster, 'app', { seconds: 20 });
  wantImage(cluster, 'app');
  await clock.runFor(30 * SECOND);
  applyPolicy(cluster, 'default', { minDelayBetweenPulls: '0s', paused: true });
  await clock.runFor(5 * MINUTE);
  expect(reasonOf(cluster, 'app')).toBe('Paused');
  expect(imageStatus(cluster, 'app').ready).toBe('2/4');
  applyPolicy(cluster, 'default', { minDelayBetweenPulls: '0s' });
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
});

test('a node that dies in the middle of a pull frees the only slot; the others are warmed', async () => {
  const { cluster, clock } = startScenario({ nodes: 3 });
  publish(cluster, 'app', { seconds: 600 });
  wantImage(cluster, 'app');
  await clock.runFor(20 * SECOND);
  const [{ node = '' } = {}] = cluster.podStarts;
  cluster.killKubelet(node);
  publish(cluster, 'app');
  expect(await clock.runUntil(() => imageStatus(cluster, 'app').ready === '2/3', 10 * MINUTE)).toBe(true);
  cluster.reviveKubelet(node);
  expect(await clock.runUntil(() => allCached(cluster), 30 * MINUTE)).toBe(true);
});

test('a pull that hangs ends at pullTimeout and the next node gets its turn', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: { pullTimeout: '2m' } });
  publish(cluster, 'app', { seconds: 3600 });
  wantImage(cluster, 'app');
  await clock.runFor(2.2 * MINUTE);
  expect(imageStatus(cluster, 'app').failing).toMatchObject([{ reason: 'PullTimeout', failures: 1 }]);
  expect(cluster.podStarts.map(({ node }) => node)).toEqual(['node-0', 'node-1']);
});

test('two policies pull side by side, never two pulls on one node', async () => {
  const { cluster, clock } = startScenario({
    nodes: 4,
    defaultPolicy: { maxConcurrentNodes: 4, minDelayBetweenPulls: '0s' },
  });
  applyPolicy(cluster, 'other', { maxConcurrentNodes: 4, minDelayBetweenPulls: '0s' });
  for (const [name, policy] of [
    ['a', 'default'],
    ['b', 'other'],
    ['c', 'other'],
  ] as const) {
    publish(cluster, name, { seconds: 5 });
    wantImage(cluster, name, { policyRef: { name: policy } });
  }
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  expect(startedTwice(cluster.podStarts)).toEqual([]);
});

test('two images of one reference are both Cached and never pull on one node at once', async () => {
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

test('a policyRef that names nothing pulls nothing and says so; the policy applied later is followed', async () => {
  const { cluster, clock } = startScenario({ nodes: 1 });
  publish(cluster, 'app');
  wantImage(cluster, 'app', { policyRef: { name: 'tpyo' } });
  await clock.runFor(10 * MINUTE);
  expect(reasonOf(cluster, 'app')).toBe('PolicyNotFound');
  expect(cluster.podStarts).toEqual([]);
  applyPolicy(cluster, 'tpyo', {});
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
});

test('a quota that refuses every Pod: the policy says where to look, and goes on when it is lifted', async () => {
  let isFull = true;
  const { cluster, clock } = startScenario({
    nodes: 2,
    admit: ({ kind }) => (kind === 'Pod' && isFull ? 'exceeded quota: pods' : undefined),
  });
  publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runFor(3 * MINUTE);
  const conditions = cluster.store.get({ kind: 'PullPolicy', name: 'default' }).status?.conditions;
  expect(conditions).toMatchObject([
    { type: 'Ready' },
    { type: 'PodsCreated', status: 'False', reason: 'PodRejected' },
  ]);
  isFull = false;
  expect(await clock.runUntil(() => allCached(cluster), 15 * MINUTE)).toBe(true);
  const after = cluster.store.get({ kind: 'PullPolicy', name: 'default' }).status?.conditions;
  expect(after).toMatchObject([{ type: 'Ready' }, { type: 'PodsCreated', status: 'True' }]);
});

test('an image that says less than it should got past validation: InvalidSpec on it, the others go on', async () => {
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

test('without the Fleet everything says FleetNotFound; with it everything goes on', async () => {
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

test('a set is followed when it is edited, and its children and Pods go with it', async () => {
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

test('re-pull: a moved tag reaches the nodes within the interval, and the image stays Cached meanwhile', async () => {
  const { cluster, clock } = startScenario({
    nodes: 2,
    defaultPolicy: { repullInterval: '10m', minDelayBetweenPulls: '1s' },
  });
  publish(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
  const digest = `sha256:${'9'.repeat(64)}`;
  cluster.registry.setTag('registry.example.com/app:v1', { digest, sizeBytes: 1_000_000, hasTrue: true });
  const said = new Set<string | undefined>();
  cluster.store.watch(() => said.add(reasonOf(cluster, 'app')));
  expect(await clock.runUntil(() => imageStatus(cluster, 'app').resolvedDigest === digest, 15 * MINUTE)).toBe(true);
  await clock.runFor(MINUTE);
  expect([...said]).toEqual(['Cached']);
  expect(imageStatus(cluster, 'app').cached).toMatchObject([{ digest }]);
});

test('an image deleted in the middle of its pull takes its Pod along', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app', { seconds: 100 });
  wantImage(cluster, 'app');
  await clock.runFor(10 * SECOND);
  expect(pullPods(cluster)).toHaveLength(1);
  cluster.remove({ kind: 'CachedImage', name: 'app' });
  await clock.runFor(5 * SECOND);
  expect(pullPods(cluster)).toEqual([]);
});
