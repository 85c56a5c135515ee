// Pacing in a whole simulated cluster: caps, delays, timeouts, pauses and failures.
import { expect, test } from 'vitest';
import {
  allCached,
  applyPolicy,
  distances,
  HOUR,
  imageStatus,
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

test('by default, pulls start 10 s apart, one at a time and once per image and node', async () => {
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

test('while the registry is down, failures are reported and retries get rarer; afterwards all is cached', async () => {
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

test('with lagging caches and many pulls a second, no pull is repeated, forgotten or above the cap', async () => {
  const { cluster, clock } = startScenario({
    nodes: 30,
    lagMilliseconds: (kind) => (kind === 'Pod' ? 50 : 35),
    defaultPolicy: { maxConcurrentNodes: 20, minDelayBetweenPulls: '0s' },
  });
  const peak = watchPeak(cluster);
  for (let index = 0; index < 4; index += 1) {
    publish(cluster, `app-${index}`, { seconds: 0.6 });
    wantImage(cluster, `app-${index}`);
  }
  await clock.runFor(2 * SECOND);
  const before = clock.now();
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  expect(cluster.podStarts).toHaveLength(120);
  expect(startedTwice(cluster.podStarts)).toEqual([]);
  expect(peak.most()).toBeLessThanOrEqual(20);
  const pullsPerSecond = 120 / ((clock.now() - before) / SECOND);
  expect(pullsPerSecond).toBeGreaterThan(10);
});

test('a lowered cap kills no pull and starts none above it', async () => {
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

test('a paused policy finishes the pulls in progress and starts none until it is resumed', async () => {
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

test('a node that dies during a pull frees the only slot for the other nodes', async () => {
  const { cluster, clock } = startScenario({ nodes: 3 });
  publish(cluster, 'app', { seconds: 600 });
  wantImage(cluster, 'app');
  await clock.runFor(20 * SECOND);
  const [{ node = '' } = {}] = cluster.podStarts;
  cluster.killKubelet(node);
  publish(cluster, 'app');
  expect(await clock.runUntil(() => imageStatus(cluster, 'app').ready === '2/2', 10 * MINUTE)).toBe(true);
  cluster.reviveKubelet(node);
  expect(await clock.runUntil(() => allCached(cluster), 30 * MINUTE)).toBe(true);
});

test('a hanging pull ends at pullTimeout, and the next node gets its pull', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: { pullTimeout: '2m' } });
  publish(cluster, 'app', { seconds: 3600 });
  wantImage(cluster, 'app');
  await clock.runFor(2.2 * MINUTE);
  expect(imageStatus(cluster, 'app').failing).toMatchObject([{ reason: 'PullTimeout', failures: 1 }]);
  expect(cluster.podStarts.map(({ node }) => node)).toEqual(['node-0', 'node-1']);
});

test('a policy reports Pods that a quota refuses, and continues when the quota is lifted', async () => {
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
    { type: 'Progressing', status: 'False', reason: 'PolicyCap' },
  ]);
  isFull = false;
  expect(await clock.runUntil(() => allCached(cluster), 15 * MINUTE)).toBe(true);
  const after = cluster.store.get({ kind: 'PullPolicy', name: 'default' }).status?.conditions;
  expect(after).toMatchObject([{ type: 'Ready' }, { type: 'PodsCreated', status: 'True' }, { type: 'Progressing' }]);
});
