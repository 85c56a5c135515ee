// Whole clusters that follow what the world outside says: the service asks, the set follows, the nodes pull.
import { expect, test } from 'vitest';
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { API_VERSION } from '../../crds/kind.ts';
import type { FailureReason, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import type { RunDiscovery } from '../../service/discovery-runner.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  allCached,
  applyPolicy,
  HOUR,
  isOnNode,
  MINUTE,
  publish,
  type Scenario,
  SECOND,
  START,
  startedTwice,
  startScenario,
} from './scenario.ts';

/** What a source says: scores by the name of the image, or why it says nothing. */
type Saying = Readonly<Record<string, number>> | FailureReason;

interface World extends Scenario {
  /** What each source says from now on, by its endpoint. */
  readonly sayings: Map<string, Saying>;
  /** When each source was asked, in seconds since the start. */
  readonly asked: ReadonlyMap<string, readonly number[]>;
}

const MIMIR = 'https://mimir.example.com';
const THANOS = 'https://thanos.example.com';
const referenceOf = (name: string) => `registry.example.com/${name}:v1`;

function outcomeOf(saying: Saying): SourceOutcome {
  if (typeof saying === 'string') return { ok: false, reason: saying, message: 'it says nothing today' };
  const series = Object.entries(saying).map(([name, score]) => ({ image: referenceOf(name), values: [score] }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

/** A cluster with two nodes and a world outside in which every image exists and every source is silent. */
function startWorld(defaultPolicy: Readonly<Record<string, unknown>> = { minDelayBetweenPulls: '1s' }): World {
  const sayings = new Map<string, Saying>();
  const asked = new Map<string, number[]>();
  const runDiscovery: RunDiscovery = async (queries) =>
    new Map(
      queries.map((query) => {
        const endpoint = query.url;
        asked.set(endpoint, [...(asked.get(endpoint) ?? []), (scenario.clock.now() - START) / SECOND]);
        return [query.source, outcomeOf(sayings.get(endpoint) ?? 'ConnectionRefused')];
      }),
    );
  const scenario = startScenario({ nodes: 2, defaultPolicy, runDiscovery });
  for (const name of ['ants', 'bees', 'cats', 'dogs', 'listed']) publish(scenario.cluster, name);
  return { ...scenario, sayings, asked };
}

const sourceAt = (endpoint: string) => ({ type: 'prometheus', prometheus: { endpoint, query: 'up' } });

function applyDiscovery(cluster: Cluster, spec: Readonly<Record<string, unknown>> = {}): void {
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'DiscoveryPolicy',
    metadata: { name: 'popular' },
    spec: { syncInterval: '10m', sources: [sourceAt(MIMIR)], ...spec },
  });
}

const listed = [{ image: 'registry.example.com/listed', tag: 'v1' }];

function applySet(cluster: Cluster, spec: Readonly<Record<string, unknown>> = {}): void {
  const full = { discoveryPolicyRef: { name: 'popular' }, images: listed, ...spec };
  cluster.apply({ apiVersion: API_VERSION, kind: 'CachedImageSet', metadata: { name: 'ci' }, spec: full });
}

/** The same, but whole: fields that are not given are gone. */
function replaceSet(cluster: Cluster, spec: Readonly<Record<string, unknown>>): void {
  const set = cluster.store.get({ kind: 'CachedImageSet', name: 'ci' });
  cluster.store.update({ ...set, spec });
}

/** Names of the images that the set has children of, in their rank. */
function children(cluster: Cluster): string[] {
  return cluster.store
    .list('CachedImage')
    .map(({ metadata, spec }) => ({
      rank: Number(metadata.annotations?.['drop.corewire.io/rank'] ?? 0),
      name: String((spec as { image: string }).image.split('/').at(-1)),
    }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ name }) => name);
}

interface Conditioned {
  readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
}

const readyOf = (cluster: Cluster, kind: string, name: string) =>
  (cluster.store.find({ kind, name })?.status as Conditioned | undefined)?.conditions?.find(
    ({ type }) => type === 'Ready',
  );

const discoveryOf = (cluster: Cluster) =>
  cluster.store.find({ kind: 'DiscoveryPolicy', name: 'popular' })?.status as DiscoveryPolicyStatus;

/** A world in which ants and bees were found and are on all nodes. */
async function startWarm(): Promise<World> {
  const world = startWorld();
  world.sayings.set(MIMIR, { ants: 9, bees: 5 });
  applyDiscovery(world.cluster);
  applySet(world.cluster);
  await world.clock.runFor(SECOND);
  expect(await world.clock.runUntil(() => allCached(world.cluster), 5 * MINUTE)).toBe(true);
  await world.clock.runFor(10 * SECOND);
  return world;
}

test('what is discovered is pulled, and the set says so', async () => {
  const { cluster } = await startWarm();
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  for (const name of ['listed', 'ants', 'bees']) {
    for (const node of ['node-0', 'node-1']) expect(isOnNode(cluster, node, referenceOf(name))).toBe(true);
  }
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'AllReady' });
  expect(cluster.store.get({ kind: 'CachedImageSet', name: 'ci' }).status).toMatchObject({
    ready: '3/3',
    imagesManaged: 3,
    imagesDiscovered: 2,
  });
  expect(discoveryOf(cluster)).toMatchObject({
    imageCount: 2,
    sourceCount: 1,
    lastSyncTime: '2026-11-21T12:00:00Z',
    discoveredImages: [
      { image: referenceOf('ants'), score: 9, source: MIMIR },
      { image: referenceOf('bees'), score: 5, source: MIMIR },
    ],
  });
});

test('images appear, rise and fall out, and the cluster follows', async () => {
  const { cluster, clock, sayings } = await startWarm();
  const startsBefore = cluster.podStarts.length;
  sayings.set(MIMIR, { ants: 9, bees: 5, cats: 7 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'cats', 'bees']);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  sayings.set(MIMIR, { bees: 50, cats: 7, dogs: 1 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'bees', 'cats', 'dogs']);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  const later = cluster.podStarts.slice(startsBefore);
  expect(later.map(({ reference }) => reference).sort()).toEqual(['cats', 'cats', 'dogs', 'dogs'].map(referenceOf));
  expect(startedTwice(cluster.podStarts)).toEqual([]);
});

test('a higher score is pulled first, on every node, whatever the names', async () => {
  const { cluster, clock, sayings } = startWorld({ paused: true, minDelayBetweenPulls: '1s' });
  sayings.set(MIMIR, { ants: 1, bees: 3, cats: 2, dogs: 4 });
  applyDiscovery(cluster);
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(cluster.podStarts).toEqual([]);
  applyPolicy(cluster, 'default', { paused: false });
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  const order = [...new Set(cluster.podStarts.map(({ reference }) => reference))];
  expect(order).toEqual(['listed', 'dogs', 'bees', 'cats', 'ants'].map(referenceOf));
});

test('a change of rank restarts nothing and writes no status of an image', async () => {
  const { cluster, clock, sayings } = await startWarm();
  const starts = cluster.podStarts.length;
  const statuses = () => cluster.store.list('CachedImage').map(({ metadata, status }) => [metadata.uid, status]);
  const statusesBefore = statuses();
  sayings.set(MIMIR, { ants: 1, bees: 5 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'bees', 'ants']);
  expect(cluster.podStarts).toHaveLength(starts);
  expect(statuses()).toEqual(statusesBefore);
});

test('a source that fails or comes back empty keeps the children, and the set names the trouble', async () => {
  const { cluster, clock, sayings } = await startWarm();
  for (const [saying, reason] of [
    ['ServerError', 'ServerError'],
    [{}, 'EmptyResult'],
  ] as const) {
    sayings.set(MIMIR, saying);
    await clock.runFor(10 * MINUTE);
    expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
    expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({ reason });
    expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({
      reason: 'AllReady',
      message: `3 of 3 images on all nodes (DiscoveryPolicy popular: ${reason})`,
    });
  }
  sayings.set(MIMIR, { bees: 1 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')?.message).toBe('2 of 2 images on all nodes');
});

test('of two sources one fails: the other is followed, and the images of both stay', async () => {
  const { cluster, clock, sayings, asked } = startWorld();
  sayings.set(MIMIR, { ants: 9 });
  sayings.set(THANOS, { bees: 5 });
  applyDiscovery(cluster, { sources: [sourceAt(MIMIR), sourceAt(THANOS)] });
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  sayings.set(MIMIR, 'Timeout');
  sayings.set(THANOS, { cats: 5 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'cats']);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({
    reason: 'Timeout',
    message: `1 of 2 sources failing: ${MIMIR}: it says nothing today`,
  });
  expect(asked.get(THANOS)).toHaveLength(2);
  expect(asked.get(MIMIR)?.length).toBeGreaterThan(2);
});

test('a policy that is deleted leaves the children, and one that comes back is followed once it answered', async () => {
  const { cluster, clock, sayings } = await startWarm();
  cluster.remove({ kind: 'DiscoveryPolicy', name: 'popular' });
  await clock.runFor(HOUR);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'DiscoveryPolicyNotFound' });
  sayings.set(MIMIR, 'DNSError');
  applyDiscovery(cluster);
  await clock.runFor(5 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'DiscoveryPending' });
  sayings.set(MIMIR, { bees: 1 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'bees']);
});

test('without the reference the discovered children go and the listed ones stay', async () => {
  const { cluster, clock } = await startWarm();
  const starts = cluster.podStarts.length;
  replaceSet(cluster, { images: listed });
  await clock.runFor(MINUTE);
  expect(children(cluster)).toEqual(['listed']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'AllReady' });
  expect(cluster.podStarts).toHaveLength(starts);
});

test('a set whose policy comes later waits for it', async () => {
  const { cluster, clock, sayings } = startWorld();
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'DiscoveryPolicyNotFound' });
  expect(children(cluster)).toEqual(['listed']);
  sayings.set(MIMIR, { ants: 1 });
  applyDiscovery(cluster);
  await clock.runFor(10 * SECOND);
  expect(children(cluster)).toEqual(['listed', 'ants']);
});

test('an edited policy is asked again at once, one with a bad filter not at all, and nothing is lost', async () => {
  const { cluster, clock, asked } = await startWarm();
  applyDiscovery(cluster, { imageFilter: 'bees(' });
  await clock.runFor(HOUR);
  expect(asked.get(MIMIR)).toHaveLength(1);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({
    reason: 'InvalidSpec',
    message: 'spec.imageFilter: missing ): bees(',
  });
  applyDiscovery(cluster, { imageFilter: 'bees' });
  await clock.runFor(SECOND);
  expect(asked.get(MIMIR)).toHaveLength(2);
  expect(children(cluster)).toEqual(['listed', 'bees']);
});

const gaps = (times: readonly number[] = []) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('in an hour a source is asked as often as syncInterval says, by one replica after another', async () => {
  const { clock, asked, service } = await startWarm();
  for (let turn = 0; turn < 6; turn += 1) {
    await clock.runFor(10 * MINUTE);
    service.restart();
  }
  expect(asked.get(MIMIR)).toHaveLength(7);
  for (const gap of gaps(asked.get(MIMIR))) expect(Math.abs(gap - 600)).toBeLessThan(2);
});

test('a source that fails is asked after 10 s, then after twice as long each time, up to syncInterval', async () => {
  const { cluster, clock, asked, sayings } = startWorld();
  applyDiscovery(cluster, { syncInterval: '2m' });
  await clock.runFor(10 * MINUTE);
  const expected = [10, 20, 40, 80, 120, 120, 120];
  const waits = gaps(asked.get(MIMIR));
  expect(waits.map((wait, index) => wait - (expected[index] ?? 0) >= 0)).toEqual(expected.map(() => true));
  expect(waits.map((wait) => Math.floor(wait / 2) * 2)).toEqual(expected);
  sayings.set(MIMIR, { ants: 1 });
  await clock.runFor(HOUR);
  expect(asked.get(MIMIR)?.filter((seconds) => seconds > 600)).toHaveLength(30);
});

test('a discovery that says the same again writes nothing but its own time', async () => {
  const { cluster, clock } = await startWarm();
  const writes: string[] = [];
  cluster.store.watch(({ object }) => {
    if (object.apiVersion === API_VERSION) writes.push(object.kind);
  });
  await clock.runFor(HOUR);
  expect(writes).toEqual(Array(6).fill('DiscoveryPolicy'));
});
