// When Metacontroller 4.17 syncs a parent: changes that enqueue it, resyncs, retries and workers.
import { expect, test } from 'vitest';
import { APP, type HookBody, otherResponse, ours, pullPod, START_MILLISECONDS, tinyCluster } from './tiny-cluster.ts';

const SYNC = '/hooks/pullpolicies/sync';
const CUSTOMIZE = '/hooks/pullpolicies/customize';

const images = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages' };

const image = (name: string, labels: Record<string, string> = {}) => {
  const manifest = ours('CachedImage', name, { image: `docker.io/library/${name}` });
  return { ...manifest, metadata: { name, labels } };
};

test("with ignoreStatusChanges, a parent's own status does not enqueue it, but its spec and labels do", async () => {
  const hooks = {
    [SYNC]: ({ parent }: HookBody) => ({ status: { lastStartNode: String(parent.metadata.generation) } }),
  };
  const { cluster, clock, callsOf, store } = tinyCluster({ hooks });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(1);
  const seen = store.get({ kind: 'PullPolicy', name: 'default' });
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
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: { [SYNC]: () => ({ status: {}, children: [pullPod('drop-default-0', 'node-a', APP)] }) },
  });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(1000);
  const before = callsOf(SYNC).length;
  cluster.addNode({ name: 'node-a' });
  await clock.runFor(1000);
  expect(callsOf(SYNC).length).toBeGreaterThan(before);
});

test('a related object enqueues the parent if its old or its new state matches the rule', async () => {
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: {
      [CUSTOMIZE]: () => ({ relatedResources: [{ ...images, labelSelector: { matchLabels: { team: 'x' } } }] }),
    },
  });
  cluster.apply(ours('PullPolicy', 'default'));
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
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: { [CUSTOMIZE]: () => ({ relatedResources: [{ ...images, labelSelector: {} }] }) },
  });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(25 * 60_000);
  const before = callsOf(SYNC).length;
  cluster.apply(image('nginx'));
  await clock.runFor(1000);
  expect(callsOf(CUSTOMIZE)).toHaveLength(2);
  expect(callsOf(SYNC).length).toBeGreaterThan(before);
});

test('there is no periodic resync', async () => {
  const { cluster, clock, callsOf } = tinyCluster();
  cluster.apply(ours('PullPolicy', 'default'));
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
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: { [SYNC]: () => ({ status: {}, resyncAfterSeconds }) },
    hookMilliseconds: () => 0,
    requestMilliseconds: () => 0,
  });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(10_000);
  expect(callsOf(SYNC)).toHaveLength(expected);
});

test('a 429 response is retried after its Retry-After', async () => {
  let count = 0;
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: {
      [SYNC]() {
        count += 1;
        return count === 1
          ? otherResponse({ statusCode: 429, headers: { 'retry-after': '7' }, body: '' })
          : { status: {} };
      },
    },
  });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(30_000);
  const [first, second] = callsOf(SYNC);
  expect((second?.atMilliseconds ?? 0) - (first?.atMilliseconds ?? 0)).toBeGreaterThanOrEqual(7000);
  expect((second?.atMilliseconds ?? 0) - (first?.atMilliseconds ?? 0)).toBeLessThan(7100);
});

test('a failed sync is retried after 5 ms, doubled each time and reset by a success', async () => {
  let isBroken = true;
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: {
      [SYNC]: () => (isBroken ? otherResponse({ statusCode: 500, headers: {}, body: '' }) : { status: {} }),
    },
    hookMilliseconds: () => 0,
    lagMilliseconds: 0,
  });
  cluster.apply(ours('PullPolicy', 'default'));
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
  const { cluster, clock, callsOf } = tinyCluster({ hookMilliseconds: () => 40_000 });
  cluster.apply(ours('PullPolicy', 'default'));
  await clock.runFor(65_000);
  expect(callsOf(CUSTOMIZE).length).toBeGreaterThanOrEqual(2);
  expect(callsOf(SYNC)).toHaveLength(0);
  expect(cluster.metacontroller.failures()[0]?.message).toContain('deadline exceeded');
  expect(cluster.metacontroller.failures()[0]?.atMilliseconds).toBe(START_MILLISECONDS + 30_020);
});

test('a parent is never synced by two workers at once, and a change during its sync is not lost', async () => {
  let running = 0;
  let most = 0;
  const { cluster, clock, callsOf } = tinyCluster({
    hooks: { [SYNC]: () => ({ status: {} }) },
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
  cluster.apply(ours('PullPolicy', 'default'));
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
  const prometheus = { endpoint: 'http://prometheus', query: 'up' };
  const spec = { sources: [{ type: 'prometheus', prometheus }] };
  for (let index = 0; index < 10; index += 1) cluster.apply(ours('DiscoveryPolicy', `policy-${index}`, spec));
  await clock.runFor(900);
  expect(callsOf('/hooks/discoverypolicies/sync')).toHaveLength(workers);
});
