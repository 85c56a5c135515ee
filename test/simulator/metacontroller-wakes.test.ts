// When Metacontroller 4.17 syncs a parent: changes that enqueue it, resyncs, retries and workers.
import { expect, test } from 'vitest';
import { CUSTOMIZE, image, policy, policyCluster, relating, SYNC } from './policy-cluster.ts';
import { APP, type HookBody, otherResponse, ours, pullPod, START_MILLISECONDS, tinyCluster } from './tiny-cluster.ts';

test("with ignoreStatusChanges, a parent's own status does not enqueue it, but its spec and labels do", async () => {
  const hooks = {
    [SYNC]: ({ parent }: HookBody) => ({ status: { lastStartNode: String(parent.metadata.generation) } }),
  };
  const { cluster, clock, callsOf, store } = policyCluster({ hooks });
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(1);
  const seen = store.get(policy);
  store.update({ ...seen, metadata: { ...seen.metadata, labels: { a: 'b' } } });
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(2);
  cluster.apply(ours('PullPolicy', 'default', { paused: true }));
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(3);
});

test('without ignoreStatusChanges, every change of a Node enqueues it, even a heartbeat', async () => {
  const { cluster, clock, callsOf } = tinyCluster();
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  expect(callsOf('/hooks/nodes/sync')).toHaveLength(1);
  await clock.runFor(600_000);
  expect(callsOf('/hooks/nodes/sync')).toHaveLength(3);
});

test('a changed child enqueues its parent', async () => {
  const { response, cluster, clock, callsOf } = policyCluster();
  response.children = [pullPod('drop-default-0', 'node-a', APP)];
  await clock.runFor(1000);
  const before = callsOf(SYNC).length;
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  expect(callsOf(SYNC).length).toBeGreaterThan(before);
});

test('a related object enqueues the parent if its old or its new state matches the rule', async () => {
  const hooks = { [CUSTOMIZE]: relating({ labelSelector: { matchLabels: { team: 'x' } } }) };
  const { cluster, clock, callsOf } = policyCluster({ hooks });
  await clock.runFor(1000);
  const syncsAfter = async (action: () => void) => {
    const before = callsOf(SYNC).length;
    action();
    await clock.runFor(1000);
    return callsOf(SYNC).length - before;
  };
  expect(await syncsAfter(() => cluster.apply(image('nginx', { team: 'y' })))).toBe(0);
  expect(await syncsAfter(() => cluster.apply(image('nginx', { team: 'x' })))).toBe(1);
  expect(await syncsAfter(() => cluster.apply(image('nginx', { team: 'z' })))).toBe(1);
  expect(await syncsAfter(() => cluster.apply(image('nginx', { team: 'y' })))).toBe(0);
});

test('a related object enqueues the parent even after the cached rules have expired', async () => {
  const { cluster, clock, callsOf } = policyCluster({ hooks: { [CUSTOMIZE]: relating({ labelSelector: {} }) } });
  await clock.runFor(25 * 60_000);
  const before = callsOf(SYNC).length;
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  expect(callsOf(CUSTOMIZE)).toHaveLength(2);
  expect(callsOf(SYNC).length).toBeGreaterThan(before);
});

test('there is no periodic resync', async () => {
  const { clock, callsOf } = policyCluster();
  await clock.runFor(24 * 3_600_000);
  expect(callsOf(SYNC)).toHaveLength(1);
});

test.each([
  [0, 1],
  [-1, 1],
  [undefined, 1],
  [0.5, 20],
  [2.5, 4],
])('resyncAfterSeconds %s leads to %s syncs in 10 s', async (resyncAfterSeconds, expected) => {
  const hooks = { [SYNC]: () => ({ status: {}, resyncAfterSeconds }) };
  const { clock, callsOf } = policyCluster({ hooks, hookMilliseconds: () => 0, requestMilliseconds: () => 0 });
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(expected);
});

test('a 429 response is retried after its Retry-After', async () => {
  const responses = [otherResponse({ statusCode: 429, headers: { 'retry-after': '7' }, body: '' })];
  const { clock, callsOf } = policyCluster({ hooks: { [SYNC]: () => responses.shift() ?? { status: {} } } });
  await clock.runFor(30_000);
  const [first, second] = callsOf(SYNC);
  expect((second?.atMilliseconds ?? 0) - (first?.atMilliseconds ?? 0)).toBeGreaterThanOrEqual(7000);
  expect((second?.atMilliseconds ?? 0) - (first?.atMilliseconds ?? 0)).toBeLessThan(7100);
});

test('a failed sync is retried after 5 ms, doubled each time and reset by a success', async () => {
  let isBroken = true;
  const broken = otherResponse({ statusCode: 500, headers: {}, body: '' });
  const hooks = { [SYNC]: () => (isBroken ? broken : { status: {} }) };
  const { cluster, clock, callsOf } = policyCluster({ hooks, hookMilliseconds: () => 0, lagMilliseconds: 0 });
  await clock.runFor(5000);
  const gaps = () => {
    const times = callsOf(SYNC).map(({ atMilliseconds }) => atMilliseconds);
    return times.slice(1).map((at, index) => at - (times[index] ?? 0));
  };
  expect(gaps()).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280]);
  isBroken = false;
  await clock.runFor(5000);
  isBroken = true;
  cluster.apply(ours('PullPolicy', 'default', { paused: true }));
  await clock.runFor(20);
  expect(gaps().slice(-2)).toEqual([5, 10]);
});

test('a response after the timeout fails the sync, although the service has decided', async () => {
  const { cluster, clock, callsOf } = policyCluster({ hookMilliseconds: () => 40_000 });
  await clock.runFor(65_000);
  expect(callsOf(CUSTOMIZE).length).toBeGreaterThanOrEqual(2);
  expect(callsOf(SYNC)).toHaveLength(0);
  expect(cluster.metacontroller.failures()[0]?.message).toContain('deadline exceeded');
  expect(cluster.metacontroller.failures()[0]?.atMilliseconds).toBe(START_MILLISECONDS + 30_020);
});

test('a parent is never synced by two workers at once, and a change during its sync is not lost', async () => {
  let running = 0;
  let most = 0;
  const { cluster, clock, callsOf } = policyCluster({
    hookMilliseconds: () => 1000,
    faults: {
      beforeSync: ({ controller }) => {
        if (controller === 'drop-pullpolicies') most = Math.max(most, ++running);
        return 0;
      },
      repeatSync: ({ controller }) => {
        if (controller === 'drop-pullpolicies') running -= 1;
        return false;
      },
    },
  });
  for (let index = 0; index < 20; index += 1) {
    await clock.runFor(200);
    cluster.apply(ours('PullPolicy', 'default', { maxConcurrentNodes: index + 2 }));
  }
  await clock.runFor(10_000);
  expect(most).toBe(1);
  expect(callsOf(SYNC).at(-1)?.body.parent.spec).toMatchObject({ maxConcurrentNodes: 21 });
});

test.each([1, 5])('%s workers sync that many parents of a controller at once', async (workers) => {
  const { cluster, clock, callsOf } = tinyCluster({ workers, hookMilliseconds: () => 1000 });
  // A kind without a customize hook, so that the first call of each parent is its sync.
  for (let index = 0; index < 10; index += 1) cluster.addNode({ name: `node-${index}` });
  await clock.runFor(900);
  expect(callsOf('/hooks/nodes/sync')).toHaveLength(workers);
});
