// A policy with sources whose status the original Drop wrote: its images count until a source has succeeded.
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

test('the images of the original go with the first success of a source', () => {
  const first = sync(synced, [failure(), failure()]);
  const second = sync(first, [failure(), series({ 'r.io/a:1': 3 })], NOON + MINUTE);
  expect(found(second)).toEqual(['r.io/a:1 3']);
  expect(second.imageCount).toBe(1);
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
