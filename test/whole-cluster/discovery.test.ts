// Discovery in a whole simulated cluster: sources change, sets follow, and nodes pull.
import { expect, test } from 'vitest';
import { API_VERSION } from '../../crds/kind.ts';
import {
  applyDiscovery,
  applySet,
  children,
  discoveryOf,
  listed,
  MIMIR,
  phaseOf,
  readyOf,
  referenceOf,
  replaceSet,
  sourceAt,
  startDiscovery,
  startWarm,
  THANOS,
} from './discovery-scenario.ts';

import { allCached, applyPolicy, HOUR, isOnNode, MINUTE, SECOND, startedTwice } from './scenario.ts';

/** The longest interval of a policy with a syncInterval of 10 minutes. */
/** After this time, kubelets and Inventories have reported every pull, and the policy that it is idle. */
const REPORTING = 12 * MINUTE;

const INTERVAL = 11 * MINUTE;

test('a discovered image is pulled to every node, and the statuses report it', async () => {
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

test('the cluster follows images that appear, rise and drop out of a source', async () => {
  const { cluster, clock, responses } = await startWarm();
  const startsBefore = cluster.podStarts.length;
  responses.set(MIMIR, { ants: 9, bees: 5, cats: 7 });
  await clock.runFor(INTERVAL);
  expect(children(cluster)).toEqual(['listed', 'ants', 'cats', 'bees']);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  responses.set(MIMIR, { bees: 50, cats: 7, dogs: 1 });
  await clock.runFor(INTERVAL);
  expect(children(cluster)).toEqual(['listed', 'bees', 'cats', 'dogs']);
  expect(await clock.runUntil(() => allCached(cluster), 5 * MINUTE)).toBe(true);
  const later = cluster.podStarts.slice(startsBefore);
  expect(later.map(({ reference }) => reference).sort()).toEqual(['cats', 'cats', 'dogs', 'dogs'].map(referenceOf));
  expect(startedTwice(cluster.podStarts)).toEqual([]);
});

test('images with a higher score are pulled first on every node', async () => {
  const { cluster, clock, responses } = startDiscovery({ paused: true, minDelayBetweenPulls: '1s' });
  responses.set(MIMIR, { ants: 1, bees: 3, cats: 2, dogs: 4 });
  applyDiscovery(cluster);
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(cluster.podStarts).toEqual([]);
  applyPolicy(cluster, 'default', { paused: false });
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  const order = [...new Set(cluster.podStarts.map(({ reference }) => reference))];
  expect(order).toEqual(['listed', 'dogs', 'bees', 'cats', 'ants'].map(referenceOf));
});

test('a change of rank starts no pull and writes no status of an image', async () => {
  const { cluster, clock, responses } = await startWarm();
  await clock.runFor(REPORTING);
  const starts = cluster.podStarts.length;
  const statuses = () => cluster.store.list('CachedImage').map(({ metadata, status }) => [metadata.uid, status]);
  const statusesBefore = statuses();
  responses.set(MIMIR, { ants: 1, bees: 5 });
  await clock.runFor(INTERVAL);
  expect(children(cluster)).toEqual(['listed', 'bees', 'ants']);
  expect(cluster.podStarts).toHaveLength(starts);
  expect(statuses()).toEqual(statusesBefore);
});

test('a source that fails or returns nothing keeps the children, and the set reports the reason', async () => {
  const { cluster, clock, responses } = await startWarm();
  for (const [response, reason] of [
    ['ServerError', 'ServerError'],
    [{}, 'EmptyResult'],
  ] as const) {
    responses.set(MIMIR, response);
    await clock.runFor(INTERVAL);
    expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
    expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({ reason });
    expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({
      reason: 'AllReady',
      message: `3 of 3 images on all nodes (DiscoveryPolicy popular: ${reason})`,
    });
  }
  responses.set(MIMIR, { bees: 1 });
  await clock.runFor(INTERVAL);
  expect(children(cluster)).toEqual(['listed', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')?.message).toBe('2 of 2 images on all nodes');
});

test('when one of two sources fails, the other is followed and the images of both stay', async () => {
  const { cluster, clock, responses, queriedAt } = startDiscovery();
  responses.set(MIMIR, { ants: 9 });
  responses.set(THANOS, { bees: 5 });
  applyDiscovery(cluster, { sources: [sourceAt(MIMIR), sourceAt(THANOS)] });
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  responses.set(MIMIR, 'Timeout');
  responses.set(THANOS, { cats: 5 });
  await clock.runFor(INTERVAL);
  expect(children(cluster)).toEqual(['listed', 'ants', 'cats']);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({
    reason: 'Timeout',
    message: `1 of 2 sources failing: ${MIMIR}: no response`,
  });
  expect(queriedAt.get(THANOS)).toHaveLength(2);
  expect(queriedAt.get(MIMIR)?.length).toBeGreaterThan(2);
});

test('a deleted policy keeps the children, and a new policy is followed after its first result', async () => {
  const { cluster, clock, responses } = await startWarm();
  cluster.remove({ kind: 'DiscoveryPolicy', name: 'popular' });
  await clock.runFor(HOUR);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'DiscoveryPolicyNotFound' });
  responses.set(MIMIR, 'DNSError');
  applyDiscovery(cluster);
  await clock.runFor(5 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({
    reason: 'DNSError',
    message: `DiscoveryPolicy popular: 1 of 1 source failing: ${MIMIR}: no response`,
  });
  expect(phaseOf(cluster, 'ci')).toBe('Degraded');
  responses.set(MIMIR, { bees: 1 });
  await clock.runFor(10 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'bees']);
});

test('a set without discoveryPolicyRef drops discovered children and keeps listed ones', async () => {
  const { cluster, clock } = await startWarm();
  const starts = cluster.podStarts.length;
  replaceSet(cluster, { images: listed });
  await clock.runFor(MINUTE);
  expect(children(cluster)).toEqual(['listed']);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'AllReady' });
  expect(cluster.podStarts).toHaveLength(starts);
});

test('a set waits for a policy that is created later', async () => {
  const { cluster, clock, responses } = startDiscovery();
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({ reason: 'DiscoveryPolicyNotFound' });
  expect(children(cluster)).toEqual(['listed']);
  responses.set(MIMIR, { ants: 1 });
  applyDiscovery(cluster);
  await clock.runFor(10 * SECOND);
  expect(children(cluster)).toEqual(['listed', 'ants']);
});

test('an edited policy queries its source at once, and an invalid filter keeps the images', async () => {
  const { cluster, clock, queriedAt } = await startWarm();
  applyDiscovery(cluster, { imageFilter: 'bees(' });
  await clock.runFor(HOUR);
  expect(queriedAt.get(MIMIR)).toHaveLength(1);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({
    reason: 'InvalidSpec',
    message: 'spec.imageFilter: missing ): bees(',
  });
  applyDiscovery(cluster, { imageFilter: 'bees' });
  await clock.runFor(SECOND);
  expect(queriedAt.get(MIMIR)).toHaveLength(2);
  expect(children(cluster)).toEqual(['listed', 'bees']);
});

const gaps = (times: readonly number[] = []) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('a source is queried once per interval of its policy, even if the service restarts', async () => {
  const { clock, queriedAt, service } = await startWarm();
  for (let turn = 0; turn < 6; turn += 1) {
    await clock.runFor(INTERVAL);
    service.restart();
  }
  expect(queriedAt.get(MIMIR)).toHaveLength(7);
  const [first = Number.NaN, ...others] = gaps(queriedAt.get(MIMIR));
  expect(first).toBeGreaterThanOrEqual(600);
  expect(first).toBeLessThan(661);
  for (const gap of others) expect(Math.abs(gap - first)).toBeLessThan(2);
});

test('two policies of one syncInterval that were applied together query at different times', async () => {
  const { cluster, clock, queriedAt, responses } = startDiscovery();
  responses.set(MIMIR, { ants: 1 });
  responses.set(THANOS, { bees: 1 });
  applyDiscovery(cluster);
  applyDiscovery(cluster, { sources: [sourceAt(THANOS)] }, 'other');
  await clock.runFor(HOUR);
  const [mimir = [], thanos = []] = [queriedAt.get(MIMIR), queriedAt.get(THANOS)];
  expect(Math.abs((mimir[0] ?? 0) - (thanos[0] ?? 0))).toBeLessThan(1);
  const distances = mimir.slice(1, 5).map((seconds, index) => Math.abs(seconds - (thanos[index + 1] ?? 0)));
  for (const distance of distances) expect(distance).toBeGreaterThan(5);
});

test('a failing source is retried after 10 s, doubled each time up to syncInterval', async () => {
  const { cluster, clock, queriedAt, responses } = startDiscovery();
  applyDiscovery(cluster, { syncInterval: '2m' });
  await clock.runFor(10 * MINUTE);
  const expected = [10, 20, 40, 80, 120, 120, 120];
  const waits = gaps(queriedAt.get(MIMIR));
  expect(waits.map((wait, index) => wait - (expected[index] ?? 0) >= 0)).toEqual(expected.map(() => true));
  expect(waits.map((wait) => Math.floor(wait / 2) * 2)).toEqual(expected);
  responses.set(MIMIR, { ants: 1 });
  await clock.runFor(HOUR);
  // One retry, then a query every 130 s: syncInterval with the factor of the policy `popular`.
  expect(queriedAt.get(MIMIR)?.filter((seconds) => seconds > 600)).toHaveLength(28);
});

test('an unchanged discovery result writes only its own time', async () => {
  const { cluster, clock } = await startWarm();
  await clock.runFor(REPORTING);
  const writes: string[] = [];
  cluster.store.watch(({ object }) => {
    if (object.apiVersion === API_VERSION) writes.push(object.kind);
  });
  await clock.runFor(HOUR);
  expect(writes).toEqual(Array(5).fill('DiscoveryPolicy'));
});
