// What is known of when Metacontroller asks, line by line: what wakes a parent, what time does, and what one worker keeps from another.
import { describe, expect, test } from 'vitest';
import { APP, type HookBody, otherAnswer, ours, pullPod, START_MILLISECONDS, tinyCluster } from './tiny-cluster.ts';

const SYNC = '/hooks/pullpolicies/sync';
const CUSTOMIZE = '/hooks/pullpolicies/customize';

const images = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages' };

const image = (name: string, labels: Record<string, string> = {}) => {
  const manifest = ours('CachedImage', name, { image: `docker.io/library/${name}` });
  return { ...manifest, metadata: { name, labels } };
};

describe('what wakes a parent', () => {
  test('its own status does not, its spec, labels and annotations do', async () => {
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

  test('every change of a Node does, a heartbeat too', async () => {
    const { cluster, clock, callsOf } = tinyCluster();
    cluster.addNode({ name: 'node-a' });
    await clock.runFor(1000);
    expect(callsOf('/hooks/nodes/sync')).toHaveLength(1);
    await clock.runFor(600_000);
    expect(callsOf('/hooks/nodes/sync')).toHaveLength(3);
  });

  test('a changed child does', async () => {
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

  test('a related object does, when its old or its new state matches', async () => {
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

  test('a related change wakes the parent also after its rules were forgotten', async () => {
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

  test('nothing else: there is no periodic resync', async () => {
    const { cluster, clock, callsOf } = tinyCluster();
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(24 * 3_600_000);
    expect(callsOf(SYNC)).toHaveLength(1);
  });
});

describe('time', () => {
  test.each([
    [0, 1],
    [-1, 1],
    [undefined, 1],
    [0.5, 20],
    [2.5, 4],
  ])('resyncAfterSeconds %s asks %s times in 10 s', async (resyncAfterSeconds, expected) => {
    const { cluster, clock, callsOf } = tinyCluster({
      hooks: { [SYNC]: () => ({ status: {}, resyncAfterSeconds }) },
      hookMilliseconds: () => 0,
      requestMilliseconds: () => 0,
    });
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(10_000);
    expect(callsOf(SYNC)).toHaveLength(expected);
  });

  test('429 with Retry-After is honoured', async () => {
    let count = 0;
    const { cluster, clock, callsOf } = tinyCluster({
      hooks: {
        [SYNC]() {
          count += 1;
          return count === 1
            ? otherAnswer({ statusCode: 429, headers: { 'retry-after': '7' }, body: '' })
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

  test('an error is retried after 5 ms, doubled each time, and forgotten with a success', async () => {
    let isBroken = true;
    const { cluster, clock, callsOf } = tinyCluster({
      hooks: {
        [SYNC]: () => (isBroken ? otherAnswer({ statusCode: 500, headers: {}, body: '' }) : { status: {} }),
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

  test('an answer later than the timeout is an error, though the service has decided', async () => {
    const { cluster, clock, callsOf } = tinyCluster({ hookMilliseconds: () => 40_000 });
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(65_000);
    expect(callsOf(CUSTOMIZE).length).toBeGreaterThanOrEqual(2);
    expect(callsOf(SYNC)).toHaveLength(0);
    expect(cluster.metacontroller.failures()[0]?.message).toContain('deadline exceeded');
    expect(cluster.metacontroller.failures()[0]?.atMilliseconds).toBe(START_MILLISECONDS + 30_020);
  });
});

describe('workers', () => {
  test('one parent is never synced by two at once, and a wake meanwhile is kept', async () => {
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

  test.each([1, 5])('%s workers sync as many parents of a controller at once', async (workers) => {
    const { cluster, clock, callsOf } = tinyCluster({ workers, hookMilliseconds: () => 1000 });
    // A kind without a customize hook, so that the first call of each parent is its sync.
    const prometheus = { endpoint: 'http://prometheus', query: 'up' };
    const spec = { sources: [{ type: 'prometheus', prometheus }] };
    for (let index = 0; index < 10; index += 1) cluster.apply(ours('DiscoveryPolicy', `policy-${index}`, spec));
    await clock.runFor(900);
    expect(callsOf('/hooks/discoverypolicies/sync')).toHaveLength(workers);
  });
});
