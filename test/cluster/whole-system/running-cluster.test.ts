// Installs Drop on a cluster whose nodes hold every image already, with a real API server and a real Metacontroller.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type ApiWrites, apiWrites, writesBetween } from './api-writes.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedImage, type PlayedNodes, playNodes } from './played-nodes.ts';
import { countStarts, type StartCount } from './start-count.ts';
import { createWatches, type Watches } from './watch.ts';

const NODES = 200;
/** Nodes that join at the same time. */
const JOINING_NODES = 20;
const IMAGES = 20;
const METACONTROLLER_QPS = 100;
const PULL_MILLISECONDS = 700;
const CACHED_LIMIT_MILLISECONDS = 180_000;
const IDLE_MILLISECONDS = 120_000;
/** An Inventory writes what is not urgent on the next whole minute. */
const SETTLING_LIMIT_MILLISECONDS = 100_000;
const CHECK_MILLISECONDS = 5_000;
const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';

const images: readonly PlayedImage[] = Array.from({ length: IMAGES }, (_, index) => ({
  repository: `registry.example.com/team/image-${index}`,
  tag: 'v1',
  digest: `sha256:${createHash('sha256').update(String(index)).digest('hex')}`,
  sizeBytes: 1_000_000 * (index + 1),
}));

const nameOf = (index: number) => `image-${index}`;

const cachedImages = (imagePullPolicy: string) =>
  images.map(({ repository, tag }, index) => ({
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: { name: nameOf(index) },
    spec: { image: repository, tag, imagePullPolicy, policyRef: { name: 'wide' } },
  }));

const wide = {
  apiVersion: API_VERSION,
  kind: 'PullPolicy',
  metadata: { name: 'wide' },
  spec: { maxConcurrentNodes: 10, minDelayBetweenPulls: '0s' },
};

const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

describeWith(['controlPlane', 'helm', 'metacontroller'], 'a running cluster that holds every image', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;
  let count: StartCount;

  beforeAll(async () => {
    installation = await install({ metacontrollerQps: METACONTROLLER_QPS });
    ({ cluster } = installation);
    watches = createWatches(cluster);
    const pullMilliseconds = PULL_MILLISECONDS;
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds, images });
    const names = Array.from({ length: NODES }, (_, index) => `played-${index}`);
    for (let start = 0; start < NODES; start += JOINING_NODES) {
      await Promise.all(names.slice(start, start + JOINING_NODES).map((name) => nodes.join(name)));
    }
    await cluster.apply([wide]);
    await eventually(async () => {
      const { status } = await cluster.get(`${GROUP_PATH}/fleets/default`);
      expect(JSON.stringify(status).match(/played-\d+ /g)).toHaveLength(NODES);
    }, CACHED_LIMIT_MILLISECONDS);
  }, 2 * CACHED_LIMIT_MILLISECONDS);
  beforeEach(() => {
    count = countStarts(watches, NAMESPACE_PATH);
  });
  afterAll(async () => {
    await nodes.stop();
    await watches.close();
    await installation.remove();
  }, CACHED_LIMIT_MILLISECONDS);

  /** Applies the images and resolves once all of them are on all nodes. */
  async function cache(imagePullPolicy: string): Promise<void> {
    await cluster.apply(cachedImages(imagePullPolicy));
    await eventually(async () => {
      const all = await cluster.list(`${GROUP_PATH}/cachedimages`);
      expect(all.map(({ status }) => status?.ready)).toEqual(images.map(() => `${NODES}/${NODES}`));
    }, CACHED_LIMIT_MILLISECONDS);
  }

  it(
    'is Cached without any Pod with IfNotPresent',
    async () => {
      await cache('IfNotPresent');
      expect(count.starts).toEqual([]);
      await cluster.kubectl(['delete', 'cachedimages', '--all', '--timeout=60s']);
    },
    2 * CACHED_LIMIT_MILLISECONDS,
  );

  it(
    'is Cached after one pull of each image with Always',
    async () => {
      await cache('Always');
      expect(count.starts.map(({ image }) => image).sort()).toEqual(images.map((_, index) => nameOf(index)).sort());
      await eventually(() => expect(count.living.size).toBe(0));
    },
    2 * CACHED_LIMIT_MILLISECONDS,
  );

  it(
    'causes no write of Metacontroller or the service while nothing changes',
    async () => {
      const deadline = Date.now() + SETTLING_LIMIT_MILLISECONDS + IDLE_MILLISECONDS;
      let before: ApiWrites = await apiWrites(cluster);
      let since = Date.now();
      let writes: Readonly<Record<string, number>> = {};
      while (Date.now() - since < IDLE_MILLISECONDS && Date.now() < deadline) {
        await sleep(CHECK_MILLISECONDS);
        const after = await apiWrites(cluster);
        const added = writesBetween(before, after);
        if (Object.keys(added).length === 0) continue;
        [before, since, writes] = [after, Date.now(), added];
      }
      expect(Date.now() - since, `last writes: ${JSON.stringify(writes)}`).toBeGreaterThanOrEqual(IDLE_MILLISECONDS);
    },
    SETTLING_LIMIT_MILLISECONDS + 2 * IDLE_MILLISECONDS,
  );
});
