// Proves the cluster as a whole with a tiny operator in place of the service: it converges, is the same for a seed, and is fast.
import { describe, expect, test } from 'vitest';
import type { ClusterOptions } from '../../simulator/cluster.ts';
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import { createRandom } from '../../simulator/random.ts';
import { appImage, type HookBody, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

const IMAGES = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages', labelSelector: {} };
const CACHES = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'nodecaches', labelSelector: {} };

/** Pulls every image onto every node, some at once, and remembers in this process what is done: enough to make events. */
function tinyOperator(slots: number) {
  const done = new Set<string>();
  const pairOf = (pod: Manifest) =>
    `${pod.metadata.labels?.['drop.corewire.io/cachedimage']} ${pod.metadata.labels?.node}`;

  function freePairs(body: HookBody, taken: Set<string>): readonly (readonly [string, string])[] {
    const images = Object.keys(body.related['CachedImage.drop.corewire.io/v1alpha1'] ?? {});
    const nodes = Object.keys(body.related['NodeCache.drop.corewire.io/v1alpha1'] ?? {});
    return images.flatMap((image) =>
      nodes
        .filter((node) => !done.has(`${image} ${node}`) && !taken.has(`${image} ${node}`))
        .map((node) => [image, node] as const),
    );
  }

  function podOf(slot: number, [image, node]: readonly [string, string]): Manifest {
    const pod = pullPod(`drop-default-${slot}`, node, `registry.example/${image}:v1`);
    const labels = {
      'drop.corewire.io/cachedimage': image,
      'drop.corewire.io/policy': 'default',
      'drop.corewire.io/slot': String(slot),
      node,
    };
    return { ...pod, metadata: { ...pod.metadata, labels } };
  }

  /** A Pod that is kept is wanted anew, from its labels. */
  function again({ metadata }: Manifest): Manifest {
    const labels = metadata.labels ?? {};
    return podOf(Number(labels['drop.corewire.io/slot']), [
      labels['drop.corewire.io/cachedimage'] ?? '',
      labels.node ?? '',
    ]);
  }

  return {
    done,
    hooks: {
      '/hooks/nodes/sync': ({ object }: HookBody) => ({
        attachments: [
          ours('NodeCache', object.metadata.name, {
            key: object.metadata.uid,
            ready: true,
            unschedulable: false,
            os: 'linux',
            taints: [],
            labels: {},
          }),
        ],
      }),
      '/hooks/pullpolicies/customize': () => ({ relatedResources: [IMAGES, CACHES] }),
      '/hooks/pullpolicies/sync'(body: HookBody) {
        const pods = Object.values(body.children['Pod.v1'] ?? {});
        for (const pod of pods) if (pod.status?.phase === 'Succeeded') done.add(pairOf(pod));
        const kept = pods.filter((pod) => pod.status?.phase !== 'Succeeded');
        const usedSlots = new Set(pods.map(({ metadata }) => metadata.name));
        const pairs = freePairs(body, new Set(kept.map(pairOf)));
        const free = Array.from({ length: slots }, (_, slot) => slot).filter(
          (slot) => !usedSlots.has(`drop-default-${slot}`),
        );
        const started = free.slice(0, pairs.length).map((slot, index) => podOf(slot, pairs[index] ?? ['', '']));
        return { status: { revision: done.size }, children: [...kept.map(again), ...started], resyncAfterSeconds: 5 };
      },
    },
  };
}

interface Size {
  readonly nodes: number;
  readonly images: number;
  readonly slots: number;
}

/** Runs a whole cluster until everything is pulled. */
async function warm(size: Size, options: Partial<ClusterOptions> = {}, pause: () => Promise<void> = async () => {}) {
  const operator = tinyOperator(size.slots);
  const sync = operator.hooks['/hooks/pullpolicies/sync'];
  const paused = { '/hooks/pullpolicies/sync': (body: HookBody) => pause().then(() => sync(body)) };
  const tiny = tinyCluster({ ...options, hooks: { ...operator.hooks, ...paused } });
  const { cluster, clock, store } = tiny;
  const events: string[] = [];
  store.watch(({ type, object }) => {
    const { name, resourceVersion, uid } = object.metadata;
    events.push(`${clock.now()} ${type} ${object.kind} ${name} ${uid} ${resourceVersion}`);
  });
  for (let index = 0; index < size.nodes; index += 1) cluster.addNode({ name: `node-${index}` });
  for (let index = 0; index < size.images; index += 1) {
    const name = `image-${index}`;
    const digest = `sha256:${String(index).padStart(64, '0')}`;
    cluster.registry.setTag(`registry.example/${name}:v1`, { ...appImage, digest });
    cluster.apply(ours('CachedImage', name, { image: `registry.example/${name}`, tag: 'v1' }));
  }
  cluster.apply(ours('PullPolicy', 'default', { maxConcurrentNodes: size.slots }));
  const pairs = size.nodes * size.images;
  const isWarm = await clock.runUntil(() => operator.done.size === pairs, 24 * 3_600_000);
  return { ...tiny, events, isWarm, pairs };
}

const SMALL: Size = { nodes: 5, images: 8, slots: 5 };

describe('a cluster', () => {
  test('warms every image on every node, and says which Pods were started', async () => {
    const { isWarm, cluster, pairs } = await warm(SMALL);
    expect(isWarm).toBe(true);
    const { podStarts } = cluster;
    const distinct = new Set(podStarts.map(({ image, node }) => `${image} ${node}`));
    expect(distinct.size).toBe(pairs);
    expect(podStarts[0]).toEqual({
      atMilliseconds: expect.any(Number),
      policy: 'default',
      slot: expect.any(Number),
      image: expect.stringMatching(/^image-\d$/),
      node: expect.stringMatching(/^node-\d$/),
      reference: expect.stringMatching(/^registry\.example\/image-\d:v1$/),
    });
    for (let index = 0; index < SMALL.nodes; index += 1) {
      expect(cluster.machine(`node-${index}`).images.byReference.size).toBe(SMALL.images);
    }
  });

  test('never has more Pods than there are names for, however far behind its caches are', async () => {
    const random = createRandom(5);
    const { cluster, store, isWarm } = await warm(SMALL, { lagMilliseconds: () => random.integer(0, 5000) });
    expect(isWarm).toBe(true);
    expect(store.list('Pod').length).toBeLessThanOrEqual(SMALL.slots);
    expect(cluster.metacontroller.counters.swallowedCreates).toBeGreaterThan(0);
  });

  /** Lags, latencies and faults that all come from one seed. */
  function chaotic(seed: number): Partial<ClusterOptions> {
    const random = createRandom(seed).fork('chaos');
    return {
      seed,
      lagMilliseconds: () => random.integer(1, 800),
      hookMilliseconds: () => random.integer(1, 50),
      requestMilliseconds: () => random.integer(1, 20),
      faults: {
        beforeSync: () => (random.chance(0.1) ? random.integer(0, 500) : 0),
        dropResponse: () => random.chance(0.05),
        repeatSync: () => random.chance(0.05),
        loseStatusWrite: () => random.chance(0.05),
      },
    };
  }

  test('the same seed gives the same events, another seed others', async () => {
    const first = await warm(SMALL, chaotic(11));
    const second = await warm(SMALL, chaotic(11));
    const other = await warm(SMALL, chaotic(12));
    expect(first.isWarm).toBe(true);
    expect(second.events).toEqual(first.events);
    expect(second.cluster.metacontroller.counters).toEqual(first.cluster.metacontroller.counters);
    expect(other.events).not.toEqual(first.events);
  });

  test('how long a hook really takes changes nothing', async () => {
    const size: Size = { nodes: 2, images: 2, slots: 2 };
    const quick = await warm(size);
    const slow = await warm(size, {}, () => new Promise((resolve) => setTimeout(resolve, 1)));
    expect(slow.events).toEqual(quick.events);
  });

  // They take a quarter of a second and three; the limits leave room for much else going on.
  test.each([
    [5, 8, 3],
    [50, 10, 30],
  ])('%s nodes x %s images take less than %s s', async (nodes, images, limitSeconds) => {
    const startedAt = performance.now();
    const { isWarm } = await warm({ nodes, images, slots: nodes });
    expect(isWarm).toBe(true);
    expect((performance.now() - startedAt) / 1000).toBeLessThan(limitSeconds);
  });
});
