// Nodes that cannot take a pull in a whole simulated cluster: what waits for them, what does not, and what is written.
import { expect, test } from 'vitest';
import { API_VERSION } from '../../crds/kind.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  allCached,
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

const everything = [{ operator: 'Exists' }];

/** Kind and name of each object whose status is written from now on, except Fleets and Nodes. */
function watchStatusWrites(cluster: Cluster): readonly string[] {
  const writes: string[] = [];
  const ours = new Set(['CachedImage', 'CachedImageSet', 'PullPolicy']);
  cluster.store.watch(({ object: { kind, metadata } }) => {
    if (ours.has(kind)) writes.push(`${kind} ${metadata.name}`);
  });
  return writes;
}

/** Reason, READY and unavailable nodes of an image after each change of them from now on. */
function watchStates(cluster: Cluster, name: string): readonly string[] {
  const states: string[] = [];
  cluster.store.watch(({ object }) => {
    if (object.kind !== 'CachedImage' || object.metadata.name !== name) return;
    const { ready, nodesUnavailable } = imageStatus(cluster, name);
    const state = `${reasonOf(cluster, name)} ${ready} ${nodesUnavailable} unavailable`;
    if (states.at(-1) !== state) states.push(state);
  });
  return states;
}

function applySet(cluster: Cluster, images: readonly string[]): void {
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'CachedImageSet',
    metadata: { name: 'tools' },
    spec: { images: images.map((name) => ({ image: `registry.example.com/${name}`, tag: 'v1' })) },
  });
}

function setCondition(cluster: Cluster): { readonly reason: string; readonly message: string } | undefined {
  const status = cluster.store.get({ kind: 'CachedImageSet', name: 'tools' }).status;
  return (status?.conditions as { reason: string; message: string }[] | undefined)?.[0];
}

test.each([
  ['the image', { tolerations: everything }, {}],
  ['its policy', {}, { tolerations: everything }],
])('an image is pulled to a cordoned node if %s tolerates cordons', async (_, spec, defaultPolicy) => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy });
  const reference = publish(cluster, 'app');
  cluster.cordon('node-1');
  wantImage(cluster, 'app', spec);
  expect(await clock.runUntil(() => imageStatus(cluster, 'app').ready === '2/2', 5 * MINUTE)).toBe(true);
  expect(isOnNode(cluster, 'node-1', reference)).toBe(true);
});

test('a tolerated dead node gets its pull after all others, for 60 s, and again when it returns', async () => {
  const { cluster, clock } = startScenario({ nodes: 3, defaultPolicy: { tolerations: everything } });
  cluster.killKubelet('node-0');
  await clock.runFor(MINUTE);
  const references = ['a', 'b'].map((name) => publish(cluster, name));
  for (const name of ['a', 'b']) wantImage(cluster, name);
  await clock.runUntil(() => cluster.podStarts.length === 5, 10 * MINUTE);
  const live = cluster.podStarts.slice(0, 4).map(({ node }) => node);
  expect(live).not.toContain('node-0');
  expect(cluster.podStarts[4]?.node).toBe('node-0');
  const startedAt = clock.now();
  await clock.runUntil(() => pullPods(cluster).length === 0, 5 * MINUTE);
  expect(clock.now() - startedAt).toBeGreaterThan(59 * SECOND);
  expect(clock.now() - startedAt).toBeLessThan(63 * SECOND);
  expect(imageStatus(cluster, 'a').failing).toMatchObject([{ node: 'node-0', reason: 'NodeNotReady' }]);
  expect(imageStatus(cluster, 'a')).toMatchObject({ ready: '2/3', phase: 'Degraded', nodesUnavailable: 0 });
  cluster.reviveKubelet('node-0');
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  for (const reference of references) expect(isOnNode(cluster, 'node-0', reference)).toBe(true);
});

test('while a dead node is tolerated, a new node gets the images by priority', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: { tolerations: everything } });
  const names = ['c', 'b', 'a'];
  for (const [priority, name] of names.entries()) {
    publish(cluster, name);
    wantImage(cluster, name, { priority });
  }
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  cluster.addNode({ name: 'node-2' });
  cluster.killKubelet('node-2');
  await clock.runFor(30 * MINUTE);
  expect(imageStatus(cluster, 'c').consecutiveFailures).toBeGreaterThan(3);
  const before = cluster.podStarts.length;
  cluster.addNode({ name: 'node-3' });
  await clock.runFor(5 * MINUTE);
  const started = cluster.podStarts.slice(before).filter(({ node }) => node === 'node-3');
  expect(started.map(({ image }) => image)).toEqual(names);
});

test('a node that holds everything may die, return and be cordoned without a write of any status', async () => {
  const { cluster, clock } = startScenario({ nodes: 3 });
  publish(cluster, 'app');
  publish(cluster, 'tool');
  wantImage(cluster, 'app');
  applySet(cluster, ['tool']);
  expect(await clock.runUntil(() => setCondition(cluster)?.reason === 'AllReady' && allCached(cluster), HOUR)).toBe(
    true,
  );
  await clock.runFor(5 * MINUTE);
  const writes = watchStatusWrites(cluster);
  for (let times = 0; times < 3; times += 1) {
    cluster.killKubelet('node-1');
    cluster.cordon('node-2');
    await clock.runFor(2 * MINUTE);
    cluster.reviveKubelet('node-1');
    cluster.cordon('node-2', false);
    await clock.runFor(2 * MINUTE);
  }
  expect(writes).toEqual([]);
});

test('a flap of a node that lacks an image changes the status of this image twice, and of no other image', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app');
  publish(cluster, 'here');
  wantImage(cluster, 'here');
  await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
  wantImage(cluster, 'app', { imagePullPolicy: 'Never' });
  await clock.runUntil(() => (imageStatus(cluster, 'app').failing?.length ?? 0) === 2, 5 * MINUTE);
  cluster.apply({ apiVersion: API_VERSION, kind: 'PullPolicy', metadata: { name: 'default' }, spec: { paused: true } });
  await clock.runFor(5 * MINUTE);
  const writes = watchStatusWrites(cluster);
  cluster.cordon('node-1');
  await clock.runFor(MINUTE);
  expect(imageStatus(cluster, 'app').nodesUnavailable).toBe(1);
  cluster.cordon('node-1', false);
  await clock.runFor(MINUTE);
  expect(writes.filter((write) => write.startsWith('CachedImage'))).toEqual(['CachedImage app', 'CachedImage app']);
});

test('a pull on a node that is cordoned continues, and the status shows no state twice', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app', { seconds: 30 });
  const states = watchStates(cluster, 'app');
  wantImage(cluster, 'app');
  await clock.runUntil(() => cluster.podStarts.length === 2, 5 * MINUTE);
  const node = cluster.podStarts[1]?.node ?? '';
  await clock.runFor(5 * SECOND);
  cluster.cordon(node);
  await clock.runFor(5 * SECOND);
  expect(imageStatus(cluster, 'app')).toMatchObject({ ready: '1/1', nodesPulling: 1, nodesUnavailable: 1 });
  await clock.runFor(5 * MINUTE);
  cluster.cordon(node, false);
  await clock.runFor(MINUTE);
  expect(states.slice(-2)).toEqual(['Cached 1/1 1 unavailable', 'Cached 2/2 0 unavailable']);
  expect(cluster.podStarts).toHaveLength(2);
});

test('while every node is cordoned, an image is Pending and its set Progressing, and both recover', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'tool');
  for (const node of ['node-0', 'node-1']) cluster.cordon(node);
  applySet(cluster, ['tool']);
  await clock.runFor(5 * MINUTE);
  const [image] = cluster.store.list('CachedImage');
  expect(imageStatus(cluster, image?.metadata.name ?? '')).toMatchObject({
    ready: '0/0',
    phase: 'Pending',
    nodesUnavailable: 2,
    conditions: [
      { status: 'False', reason: 'Pending' },
      { status: 'False', reason: 'Pending' },
    ],
  });
  expect(setCondition(cluster)).toMatchObject({
    reason: 'Progressing',
    message: `0 of 1 image on all nodes; slowest: ${image?.metadata.name} (Pending)`,
  });
  for (const node of ['node-0', 'node-1']) cluster.cordon(node, false);
  expect(await clock.runUntil(() => setCondition(cluster)?.reason === 'AllReady', 5 * MINUTE)).toBe(true);
});

test('a cordon of the only failing node makes the image Cached until the node is uncordoned', async () => {
  const { cluster, clock } = startScenario({ nodes: 2 });
  publish(cluster, 'app', { seconds: 600 });
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'PullPolicy',
    metadata: { name: 'default' },
    spec: { pullTimeout: '1m', failureBackoff: { initial: '1h', max: '1h' } },
  });
  wantImage(cluster, 'app');
  await clock.runUntil(() => (imageStatus(cluster, 'app').failing?.length ?? 0) === 1, 5 * MINUTE);
  const failed = imageStatus(cluster, 'app').failing?.[0]?.node ?? '';
  publish(cluster, 'app');
  await clock.runFor(5 * MINUTE);
  expect(reasonOf(cluster, 'app')).toBe('PullTimeout');
  cluster.cordon(failed);
  await clock.runFor(SECOND);
  expect(imageStatus(cluster, 'app')).toMatchObject({ ready: '1/1', failing: [{ node: failed }] });
  expect(reasonOf(cluster, 'app')).toBe('Cached');
  cluster.cordon(failed, false);
  await clock.runFor(SECOND);
  expect(reasonOf(cluster, 'app')).toBe('PullTimeout');
});
