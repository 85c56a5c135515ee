// Nodes that cannot take a pull in a whole simulated cluster: whether and when they get a pull.
import { expect, test } from 'vitest';
import {
  allCached,
  HOUR,
  imageStatus,
  isOnNode,
  MINUTE,
  publish,
  pullPods,
  SECOND,
  startScenario,
  wantImage,
} from './scenario.ts';

const everything = [{ operator: 'Exists' }];

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
  expect(imageStatus(cluster, 'a')).toMatchObject({ ready: '2/3', phase: 'Degraded' });
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
