// What nodes hold and lose, in whole simulated clusters: adoption, losses, and images that are removed again and again.
import { expect, test } from 'vitest';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  allCached,
  HOUR,
  imageStatus,
  isOnNode,
  MINUTE,
  publish,
  reasonOf,
  SECOND,
  startScenario,
  wantImage,
} from './scenario.ts';

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** Nodes that hold every image of these names from their start. */
function addLoadedNodes(cluster: Cluster, nodes: readonly string[], images: readonly string[]): void {
  const preloaded = images.map((image) => publish(cluster, image));
  for (const name of nodes) cluster.addNode({ name, preloaded });
}

const fast = { maxConcurrentNodes: 10, minDelayBetweenPulls: '0s' };
const writesOf = (cluster: Cluster, kind: string) => {
  let count = 0;
  cluster.store.watch(({ object }) => {
    if (object.kind === kind) count += 1;
  });
  return () => count;
};

test.each([
  { imagePullPolicy: 'IfNotPresent', pods: 0 },
  { imagePullPolicy: 'Always', pods: 20 },
])(
  '200 nodes that hold 20 images are Cached within three minutes with $pods Pods for $imagePullPolicy',
  async ({ imagePullPolicy, pods }) => {
    const { cluster, clock } = startScenario({ defaultPolicy: fast });
    const images = names(20, 'image');
    addLoadedNodes(cluster, names(200, 'node'), images);
    // The kubelets have listed their images long before.
    await clock.runFor(MINUTE);
    for (const image of images) wantImage(cluster, image, { imagePullPolicy });
    expect(await clock.runUntil(() => allCached(cluster), 3 * MINUTE)).toBe(true);
    expect(cluster.podStarts).toHaveLength(pods);
    expect(imageStatus(cluster, 'image-3')).toMatchObject({ ready: '200/200', size: '100 MB' });
    // The lists of the nodes change no more, so nothing is written.
    await clock.runFor(20 * MINUTE);
    const counts = ['NodeImages', 'Inventory', 'CachedImage', 'PullPolicy', 'ImageInventory'].map((kind) =>
      writesOf(cluster, kind),
    );
    await clock.runFor(HOUR);
    expect(counts.map((count) => count())).toEqual([0, 0, 0, 0, 0]);
  },
  60_000,
);

test('an image that a node removes is pulled again, and the condition names the node until then', async () => {
  const { cluster, clock } = startScenario({ nodes: 3, defaultPolicy: { ...fast, minDelayBetweenPulls: '20s' } });
  const [kept, reference] = [publish(cluster, 'kept'), publish(cluster, 'app')];
  for (const image of ['kept', 'app']) wantImage(cluster, image);
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  await clock.runFor(15 * MINUTE);
  cluster.machine('node-1').removeImage(reference);
  expect(await clock.runUntil(() => reasonOf(cluster, 'app') === 'ImageRemovedFromNode', 3 * MINUTE)).toBe(true);
  const ready = imageStatus(cluster, 'app').conditions?.find(({ type }) => type === 'Ready');
  expect(ready?.message).toMatch(/^removed from 1 node, last node-1 \(kubelet image garbage collection or by hand\): /);
  expect(imageStatus(cluster, 'app').ready).toBe('2/3');
  expect(await clock.runUntil(() => isOnNode(cluster, 'node-1', reference), 2 * MINUTE)).toBe(true);
  expect(await clock.runUntil(() => allCached(cluster), 10 * SECOND)).toBe(true);
  expect(isOnNode(cluster, 'node-1', kept)).toBe(true);
});

test('a node that removes an image after each pull is not pulled to endlessly', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: fast });
  const [, reference] = [publish(cluster, 'kept'), publish(cluster, 'app')];
  for (const image of ['kept', 'app']) wantImage(cluster, image);
  expect(await clock.runUntil(() => allCached(cluster), MINUTE)).toBe(true);
  // The kubelets list the image.
  await clock.runFor(15 * MINUTE);
  const pulls = () => cluster.podStarts.filter(({ image, node }) => image === 'app' && node === 'node-0').length;
  // The kubelet collects garbage every five minutes.
  const pullsOfHour: number[] = [];
  for (let hour = 0; hour < 48; hour += 1) {
    const before = pulls();
    for (let minutes = 0; minutes < 60; minutes += 5) {
      cluster.machine('node-0').removeImage(reference);
      await clock.runFor(5 * MINUTE);
    }
    pullsOfHour.push(pulls() - before);
  }
  // Three losses, then rests of 1, 2, 4, 8, 16 and 24 hours.
  expect(pullsOfHour[0]).toBe(2);
  expect(pulls()).toBeLessThanOrEqual(8);
  expect(imageStatus(cluster, 'app').ready).toBe('1/2');
  const policy = cluster.store.get({ kind: 'PullPolicy', name: 'default' });
  expect(policy.status).toMatchObject({ backingOffPulls: 1, queuedPulls: 0 });
}, 60_000);

test('a kubelet that starts again or reports few images loses nothing', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: fast });
  const images = names(5, 'image');
  for (const [index, image] of images.entries()) publish(cluster, image, { seconds: index + 1 });
  for (const image of images) wantImage(cluster, image);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  await clock.runFor(15 * MINUTE);
  cluster.killKubelet('node-0');
  await clock.runFor(MINUTE);
  cluster.reviveKubelet('node-0');
  await clock.runFor(20 * MINUTE);
  expect(cluster.podStarts).toHaveLength(10);
  // At most one extra pull of a pair, because a shorter list looks like a loss.
  cluster.machine('node-1').setNodeStatusMaxImages(3);
  await clock.runFor(6 * HOUR);
  const counts = images.map((name) =>
    cluster.podStarts.filter((start) => start.image === name && start.node === 'node-1'),
  );
  expect(Math.max(...counts.map(({ length }) => length))).toBeLessThanOrEqual(2);
  expect(allCached(cluster)).toBe(true);
});
