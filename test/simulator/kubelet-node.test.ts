// What a kubelet pulls under each imagePullPolicy, and what happens when it dies, hangs or its node is replaced.
import { expect, test } from 'vitest';
import { container, oneNode, stateOf } from './one-node.ts';
import { APP, appImage, pullPod } from './tiny-cluster.ts';

const withPolicy = (name: string, imagePullPolicy: string) =>
  pullPod(name, 'node-a', APP, { containers: [{ name: 'pull', image: APP, command: ['true'], imagePullPolicy }] });

test('imagePullPolicy Never runs a present image and reports ErrImageNeverPull for an absent one', async () => {
  const { run } = oneNode();
  const absent = await run(withPolicy('absent', 'Never'));
  expect(container(absent)?.state.waiting).toEqual({
    reason: 'ErrImageNeverPull',
    message: `Container image "${APP}" is not present with pull policy of Never`,
  });
  await run(withPolicy('pull', 'Always'));
  expect(stateOf(await run(withPolicy('present', 'Never')))).toBe('Succeeded Completed');
});

test('imagePullPolicy IfNotPresent does not contact the registry for a present image', async () => {
  const { run, cluster } = oneNode();
  await run(withPolicy('pull', 'IfNotPresent'));
  cluster.registry.setDown(true);
  expect(stateOf(await run(withPolicy('again', 'IfNotPresent')))).toBe('Succeeded Completed');
});

test('imagePullPolicy Always contacts the registry and downloads only new layers', async () => {
  const { run, cluster, atOf } = oneNode({ bandwidthBytesPerSecond: 10_000_000 });
  await run(withPolicy('first', 'Always'), 20_000);
  await run(withPolicy('same', 'Always'), 20_000);
  const digest = `sha256:${'8'.repeat(64)}`;
  cluster.registry.setTag(APP, { ...appImage, digest });
  const moved = await run(withPolicy('moved', 'Always'), 20_000);
  const took = (name: string) => atOf(name, 'Succeeded Completed') - atOf(name, 'Pending ContainerCreating');
  expect(took('first')).toBeGreaterThan(10_000);
  expect(took('same')).toBeLessThan(1500);
  expect(took('moved')).toBeGreaterThan(10_000);
  expect(container(moved)?.imageID).toBe(`registry.example/team/app@${digest}`);
});

const other = 'registry.example/team/other:v1';
const otherImage = { ...appImage, digest: `sha256:${'7'.repeat(64)}` };

test.each([
  [1, 2],
  [2, 1],
])('with %s parallel pulls, two images of one second take %s s', async (maxParallelPulls, expected) => {
  const { store, cluster, clock, seen } = oneNode({ maxParallelPulls });
  cluster.registry.setTag(other, otherImage);
  store.create(pullPod('a', 'node-a', APP));
  store.create(pullPod('b', 'node-a', other));
  await clock.runFor(10_000);
  const ends = seen.filter(({ state }) => state === 'Succeeded Completed').map((entry) => entry.atMilliseconds);
  expect(Math.floor(Math.max(...ends) / 1000 - 0.8)).toBe(expected);
});

test('a Pod that is deleted during its pull lets the next pull start', async () => {
  const { store, cluster, clock, statesOf } = oneNode({ bandwidthBytesPerSecond: 1000 });
  cluster.registry.setTag(other, { ...otherImage, sizeBytes: 1 });
  store.create(pullPod('a', 'node-a', APP));
  await clock.runFor(2000);
  store.create(pullPod('b', 'node-a', other));
  await clock.runFor(10_000);
  expect(statesOf('b').at(-1)).toBe('Pending ContainerCreating');
  store.remove({ kind: 'Pod', name: 'a', namespace: 'drop-system' });
  await clock.runFor(2000);
  expect(statesOf('b').at(-1)).toBe('Succeeded Completed');
  expect([...cluster.machine('node-a').images.byReference.keys()]).toEqual([other]);
});

test('a hanging pull continues when it is released', async () => {
  const { run, cluster, clock, statesOf } = oneNode();
  cluster.machine('node-a').kubelet.hang(APP);
  await run(pullPod('p', 'node-a', APP), 3_600_000);
  expect(statesOf('p').at(-1)).toBe('Pending ContainerCreating');
  cluster.machine('node-a').kubelet.release(APP);
  await clock.runFor(5000);
  expect(statesOf('p').at(-1)).toBe('Succeeded Completed');
});

test('a dead kubelet reports nothing; after a restart it finishes with the images it had', async () => {
  const { run, cluster, clock, statesOf } = oneNode();
  await run(pullPod('p', 'node-a', APP));
  cluster.killKubelet('node-a');
  await run(pullPod('q', 'node-a', APP), 30_000);
  expect(statesOf('q')).toEqual(['Pending']);
  cluster.reviveKubelet('node-a');
  await clock.runFor(1500);
  expect(statesOf('q').at(-1)).toBe('Succeeded Completed');
  expect(cluster.machine('node-a').images.byReference.size).toBe(1);
});

test('reviving a running kubelet starts no second heartbeat', async () => {
  const { cluster, store, clock } = oneNode();
  let writes = 0;
  for (let times = 0; times < 3; times += 1) cluster.reviveKubelet('node-a');
  store.watch(({ object }) => {
    if (object.kind === 'Node') writes += 1;
  });
  await clock.runFor(3_600_000);
  expect(writes).toBe(12);
});

test('a replaced node has no images', async () => {
  const { run, cluster, store } = oneNode();
  const { uid } = store.get({ kind: 'Node', name: 'node-a' }).metadata;
  await run(pullPod('p', 'node-a', APP));
  cluster.replaceNode('node-a');
  expect(cluster.machine('node-a').images.byReference.size).toBe(0);
  expect(store.get({ kind: 'Node', name: 'node-a' }).metadata.uid).not.toBe(uid);
});

test('a Pod with a grace period is deleted once its kubelet has ended it', async () => {
  const { run, store, clock } = oneNode();
  await run(pullPod('p', 'node-a', 'registry.example/team/app:missing', { terminationGracePeriodSeconds: 30 }));
  store.remove({ kind: 'Pod', name: 'p', namespace: 'drop-system' });
  expect(store.list('Pod')).toHaveLength(1);
  await clock.runFor(1000);
  expect(store.list('Pod')).toEqual([]);
});
