// Images that no source is known to have found: the original Drop found them, or queries before an edit. They stay
// until every source has succeeded.
import { expect, test } from 'vitest';
import { syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { MINUTE, NOON } from '../builders/wire.ts';
import { byIndex, failure, found, type Outcomes, observed, prometheus, type Status, series } from './policies.ts';

const spec = { sources: [prometheus('a'), prometheus('b')] };

const condition = (status: 'True' | 'False', reason: string) => ({
  type: 'Ready',
  status,
  observedGeneration: 1,
  reason,
  message: '',
  lastTransitionTime: '2026-08-21T11:00:00Z',
});

const images = [
  { image: 'registry.example.com/app:v1', score: 9 },
  { image: 'nginx:1.25', rank: 2, finalScore: '0.5' },
];
const synced = {
  lastSyncTime: '2026-08-21T11:00:00Z',
  imageCount: 2,
  discoveredImages: images,
  conditions: [condition('True', 'Synced')],
};
const failed = { lastSyncTime: '2026-08-21T11:00:00Z', conditions: [condition('False', 'DNSError')] };

function sync(status: Status, outcomes: Outcomes, at = NOON, generation = 1): Status {
  return syncDiscoveryPolicy(observed(spec, status, { generation }), byIndex(outcomes), at).response.status as Status;
}

test('the images of the original stay while every source fails', () => {
  const first = sync(synced, [failure(), failure()]);
  expect(first).toMatchObject({ lastSyncTime: synced.lastSyncTime, imageCount: 2, discoveredImages: images });
  expect(first.conditions?.[0]).toMatchObject({ status: 'False', reason: 'ConnectionRefused' });
  const second = sync(first, [failure('Timeout'), failure('Timeout')], NOON + MINUTE, 2);
  expect(second).toMatchObject({ imageCount: 2, discoveredImages: images });
});

test('the images of the original follow those of a source that succeeds, until every source has succeeded', () => {
  const first = sync(synced, [failure(), failure()]);
  const second = sync(first, [failure(), series({ 'r.io/a:1': 3 })], NOON + MINUTE);
  expect(second.discoveredImages?.map(({ image, rank }) => `${rank} ${image}`)).toEqual([
    '1 r.io/a:1',
    '2 registry.example.com/app:v1',
    '3 nginx:1.25',
  ]);
  expect(second.imageCount).toBe(3);
  const third = sync(second, [failure(), series({ 'r.io/a:1': 3 })], NOON + 3 * MINUTE);
  expect(third.discoveredImages).toEqual(second.discoveredImages);
  const last = sync(third, [series({ 'r.io/b:1': 4 }), series({ 'r.io/a:1': 3 })], NOON + 5 * MINUTE);
  expect(found(last)).toEqual(['r.io/b:1 4', 'r.io/a:1 3']);
});

test('the images of queries stay beside the first success of a source after an edit from queries to sources', () => {
  const ofQueries = {
    ...synced,
    revision: 4,
    discoveredImages: images.map((each, index) => ({ ...each, rank: index + 1, raw: [9 - index], values: [9] })),
    queryResults: [{ name: 'usage', type: 'prometheus' as const, status: 'success' as const, imageCount: 2 }],
  };
  const edited = sync(ofQueries, [failure(), series({ 'nginx:1.25': 3 })], NOON, 2);
  expect(edited.discoveredImages?.map(({ image }) => image)).toEqual([
    'docker.io/library/nginx:1.25',
    'registry.example.com/app:v1',
  ]);
  const recovered = sync(edited, [series({ 'r.io/b:1': 4 }), series({ 'nginx:1.25': 3 })], NOON + 5 * MINUTE, 2);
  expect(found(recovered)).toEqual(['r.io/b:1 4', 'docker.io/library/nginx:1.25 3']);
});

test('images without a source leave when the list exceeds maxImages', () => {
  const small = { ...spec, maxImages: 2 };
  const outcomes = byIndex([failure(), series({ 'r.io/a:1': 3 })]);
  const cut = syncDiscoveryPolicy(observed(small, synced), outcomes, NOON).response.status as Status;
  expect(cut.discoveredImages?.map(({ image }) => image)).toEqual(['r.io/a:1', 'registry.example.com/app:v1']);
});

test('an empty source does not keep the images of the original once the other sources have succeeded', () => {
  const first = sync(synced, [series({}), series({ 'r.io/a:1': 3 })]);
  expect(first.imageCount).toBe(3);
  const second = sync(first, [series({}), series({ 'r.io/a:1': 3 })], NOON + 20 * MINUTE);
  expect(found(second)).toEqual(['r.io/a:1 3']);
  expect(second.conditions?.[0]).toMatchObject({ status: 'True' });
});

test('the images of the original stay while every source returns an empty result', () => {
  const first = sync(synced, [series({}), series({})]);
  expect(first).toMatchObject({ imageCount: 2, discoveredImages: images });
  expect(first.conditions?.[0]).toMatchObject({ status: 'False', reason: 'EmptyResult' });
  const second = sync(first, [series({}), series({})], NOON + MINUTE);
  expect(second).toMatchObject({ imageCount: 2, discoveredImages: images });
});

test('the time of a failed attempt of the original is not the time of a success', () => {
  const first = sync(failed, [failure(), failure()]);
  expect(JSON.parse(JSON.stringify(first))).not.toHaveProperty('lastSyncTime');
  const second = sync(first, [series({ 'r.io/a:1': 3 }), failure()], NOON + MINUTE);
  expect(second.lastSyncTime).toBe('2026-11-21T12:01:00Z');
  expect(sync(second, [failure(), failure()], NOON + 2 * MINUTE).lastSyncTime).toBe('2026-11-21T12:01:00Z');
});
