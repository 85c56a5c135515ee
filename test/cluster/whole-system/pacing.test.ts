// Shows that caps and delays hold with a real API server and a real Metacontroller while programs are killed and
// policies are edited. The starts are count from watches.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedNodes, type PullEnding, playNodes } from './played-nodes.ts';
import { countStarts, type StartCount, startedTwice } from './start-count.ts';
import { createWatches, type Watches } from './watch.ts';

const NODES = 10;
const PULL_MILLISECONDS = 700;
const ROLLOUT_LIMIT_MILLISECONDS = 90_000;
/** Time for a response that was in flight when the policy was edited, and for its watch event. */
const IN_FLIGHT_MILLISECONDS = 1_500;
/** creationTimestamp has whole seconds, so a delay may be short by up to a second. */
const SECOND_MILLISECONDS = 1_000;

const images = (count: number, policy: string) =>
  Array.from({ length: count }, (_, index) => ({
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: { name: `${policy}-${index}` },
    spec: { image: `registry.example.com/${policy}/${index}`, tag: 'v1', policyRef: { name: policy } },
  }));

const policy = (name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind: 'PullPolicy',
  metadata: { name },
  spec,
});

const endings = new Map<string, PullEnding>();

describeWith(['controlPlane', 'helm', 'metacontroller'], 'ten nodes under a real Metacontroller', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;
  let count: StartCount;

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
    watches = createWatches(cluster);
    const endingOf = (reference: string) => endings.get(reference) ?? 'pulled';
    nodes = playNodes({
      client: cluster,
      watches,
      namespace: NAMESPACE_PATH,
      pullMilliseconds: PULL_MILLISECONDS,
      endingOf,
    });
    for (let index = 0; index < NODES; index += 1) await nodes.join(`played-${index}`);
  });
  beforeEach(() => {
    count = countStarts(watches, NAMESPACE_PATH);
  });
  afterEach(async () => {
    await installation.start();
    await cluster.kubectl(['delete', 'cachedimages,pullpolicies', '--all', '--timeout=60s']);
    await eventually(async () =>
      expect(await cluster.list(`${NAMESPACE_PATH}/pods?labelSelector=drop.corewire.io/policy`)).toEqual([]),
    );
  });
  afterAll(async () => {
    await nodes.stop();
    await watches.close();
    await installation.remove();
  });

  /** Resolves once all images of the policy are cached on `total` nodes. */
  const allCached = (name: string, total = NODES) =>
    eventually(async () => {
      const all = await cluster.list('/apis/drop.corewire.io/v1alpha1/cachedimages');
      const ours = all.filter(({ spec }) => spec.policyRef.name === name);
      expect(ours.map(({ status }) => status?.ready)).toEqual(ours.map(() => `${total}/${total}`));
    }, ROLLOUT_LIMIT_MILLISECONDS);

  it('pull each image once within the cap, and keep no Pod', async () => {
    await cluster.apply([policy('wide', { maxConcurrentNodes: 4, minDelayBetweenPulls: '0s' }), ...images(4, 'wide')]);
    await allCached('wide');
    expect(count.starts).toHaveLength(4 * NODES);
    expect(startedTwice(count.starts)).toEqual([]);
    expect(Math.max(...count.starts.map(({ pods }) => pods))).toBe(4);
    await eventually(() => expect(count.living.size).toBe(0));
  });

  it('start two pulls of a queue no closer than the delay', async () => {
    await cluster.apply([policy('slow', { maxConcurrentNodes: 4, minDelayBetweenPulls: '3s' }), ...images(1, 'slow')]);
    await eventually(() => expect(count.starts.length).toBeGreaterThanOrEqual(5), ROLLOUT_LIMIT_MILLISECONDS);
    const gaps = count.starts
      .slice(1)
      .map((start, index) => start.atMilliseconds - (count.starts[index]?.atMilliseconds ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000 - SECOND_MILLISECONDS);
  });

  it('follow a policy that is edited during a rollout: raised cap, lowered cap and pause', async () => {
    await cluster.apply([
      policy('edited', { maxConcurrentNodes: 1, minDelayBetweenPulls: '0s' }),
      ...images(8, 'edited'),
    ]);
    await eventually(() => expect(count.starts.length).toBeGreaterThanOrEqual(3));
    const edit = (spec: object) => cluster.patch('/apis/drop.corewire.io/v1alpha1/pullpolicies/edited', { spec });
    expect(Math.max(...count.starts.map(({ pods }) => pods))).toBe(1);
    await edit({ maxConcurrentNodes: 5 });
    await eventually(() => expect(Math.max(...count.starts.map(({ pods }) => pods))).toBe(5));
    await edit({ maxConcurrentNodes: 2 });
    const loweredAt = Date.now();
    const later = () =>
      count.starts.filter(({ atMilliseconds }) => atMilliseconds > loweredAt + IN_FLIGHT_MILLISECONDS);
    await eventually(() => expect(later().length).toBeGreaterThanOrEqual(4));
    expect(Math.max(...later().map(({ pods }) => pods))).toBe(2);
    await edit({ paused: true });
    const pausedAt = Date.now();
    await new Promise((done) => setTimeout(done, 3 * SECOND_MILLISECONDS));
    expect(count.starts.filter(({ atMilliseconds }) => atMilliseconds > pausedAt + IN_FLIGHT_MILLISECONDS)).toEqual([]);
    await edit({ paused: false, maxConcurrentNodes: 8 });
    await allCached('edited');
    expect(startedTwice(count.starts)).toEqual([]);
  });

  it.each<[program: string, kill: (installation: Installation) => Promise<void>]>([
    ['the service', ({ killService }) => killService()],
    ['Metacontroller', ({ killMetacontroller }) => killMetacontroller()],
  ])('complete a rollout within the cap and lose no record when %s is killed', async (_program, kill) => {
    await cluster.apply([
      policy('killed', { maxConcurrentNodes: 3, minDelayBetweenPulls: '0s' }),
      ...images(4, 'killed'),
    ]);
    await eventually(() => expect(count.starts.length).toBeGreaterThanOrEqual(8));
    await kill(installation);
    await new Promise((done) => setTimeout(done, 2 * SECOND_MILLISECONDS));
    await installation.start();
    await allCached('killed');
    expect(Math.max(...count.starts.map(({ pods }) => pods))).toBeLessThanOrEqual(3);
    // A restarted service may repeat the pulls whose outcome was not recorded yet, at most as many as the cap.
    expect(startedTwice(count.starts).length).toBeLessThanOrEqual(3);
    await eventually(() => expect(count.living.size).toBe(0));
  });

  it('pull again only onto a node that was deleted and created again', async () => {
    await cluster.apply([
      policy('rejoin', { maxConcurrentNodes: 5, minDelayBetweenPulls: '0s' }),
      ...images(2, 'rejoin'),
    ]);
    await allCached('rejoin');
    const before = count.starts.length;
    await nodes.leave('played-3');
    await allCached('rejoin', NODES - 1);
    await nodes.join('played-3');
    await allCached('rejoin');
    const again = count.starts.slice(before).map(({ image, node }) => `${image} ${node}`);
    expect(again.sort()).toEqual(['rejoin-0 played-3', 'rejoin-1 played-3']);
  });

  it('report a missing image, back off from it, and pull the other images at the same time', async () => {
    endings.set('registry.example.com/mixed/0:v1', 'not found');
    await cluster.apply([
      policy('mixed', { maxConcurrentNodes: 2, minDelayBetweenPulls: '0s' }),
      ...images(3, 'mixed'),
    ]);
    const path = '/apis/drop.corewire.io/v1alpha1/cachedimages';
    await eventually(async () => {
      expect((await cluster.get(`${path}/mixed-1`)).status?.ready).toBe('10/10');
      expect((await cluster.get(`${path}/mixed-2`)).status?.ready).toBe('10/10');
    }, ROLLOUT_LIMIT_MILLISECONDS);
    const table = await cluster.kubectl(['get', 'cachedimage', 'mixed-0', '-o', 'wide']);
    expect(table).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(table).toContain('not found');
    // The breaker: three nodes fail, then one node at a time is tried with a growing delay.
    expect(count.starts.filter(({ image }) => image === 'mixed-0').length).toBeLessThanOrEqual(6);
    const events = await eventually(async () => {
      const description = await cluster.kubectl(['describe', 'cachedimage', 'mixed-0']);
      expect(description).toMatch(/Warning\s+ErrImagePull/);
      return description;
    });
    expect(events).toContain('not found');
  });
});
