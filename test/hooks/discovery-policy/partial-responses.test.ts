// A response that its server reports as partial: previous images stay until the next complete response.
import { describe, expect, it, test } from 'vitest';
import { HOUR, NOON } from '../builders/wire.ts';
import {
  conditionOf,
  type Fields,
  found,
  type Outcomes,
  planned,
  prometheus,
  reduced,
  type Status,
  series,
  sourceOf,
  statusAfter,
} from './policies.ts';

const policyOf = (fields: Fields = {}) => ({ syncInterval: '1h', maxImages: 3, sources: [prometheus('a')], ...fields });
const policy = policyOf();
const before = statusAfter(policy, [{ outcomes: [series({ 'r.io/a:1': 9, 'r.io/b:1': 5 })], at: NOON }]);
const later = NOON + HOUR;
const partial = (images: Readonly<Record<string, number>>) => series(images, { isPartial: true });

describe('a partial response', () => {
  const status = reduced(policy, before, [partial({ 'r.io/b:1': 6 })], later);

  it('keeps a missing image with its old score', () => {
    expect(found(status)).toEqual(['r.io/a:1 9', 'r.io/b:1 6']);
  });

  it('leaves the source healthy, and its message counts the kept images', () => {
    expect(sourceOf(status)).toMatchObject({
      healthy: true,
      reason: 'Synced',
      message: 'partial answer: 1 previous image kept',
      failures: 0,
      imageCount: 2,
      lastSuccessTime: '2026-11-21T13:00:00Z',
    });
    expect(conditionOf(status)).toMatchObject({ status: 'True', reason: 'Synced' });
    expect(status.lastSyncTime).toBe('2026-11-21T13:00:00Z');
    expect(planned(policy, status, later + 30_000)).toEqual([]);
  });

  it('keeps nothing beyond the next complete response', () => {
    const complete = reduced(policy, status, [series({ 'r.io/b:1': 6 })], later + HOUR);
    expect(found(complete)).toEqual(['r.io/b:1 6']);
    expect(sourceOf(complete).message).toBe('');
  });
});

interface Row {
  readonly what: string;
  readonly spec?: Fields;
  readonly status?: Status;
  readonly outcomes: Outcomes;
  readonly images: readonly string[];
  readonly message: string;
}

const kept = (count: number) => `partial answer: ${count} previous image${count === 1 ? '' : 's'} kept`;

test.each<Row>([
  {
    what: 'without previous images keeps none',
    status: {},
    outcomes: [partial({ 'r.io/a:1': 1 })],
    images: ['r.io/a:1 1'],
    message: kept(0),
  },
  {
    what: 'with all images keeps none',
    outcomes: [partial({ 'r.io/a:1': 1, 'r.io/b:1': 2 })],
    images: ['r.io/b:1 2', 'r.io/a:1 1'],
    message: kept(0),
  },
  {
    what: 'after another one keeps the images of both',
    status: reduced(policy, before, [partial({ 'r.io/b:1': 6 })], NOON + HOUR / 2),
    outcomes: [partial({ 'r.io/c:1': 7 })],
    images: ['r.io/a:1 9', 'r.io/c:1 7', 'r.io/b:1 6'],
    message: kept(2),
  },
  {
    what: 'is sorted with the kept images and cut at maxImages',
    spec: policyOf({ maxImages: 2 }),
    outcomes: [partial({ 'r.io/c:1': 7, 'r.io/d:1': 1 })],
    images: ['r.io/a:1 9', 'r.io/c:1 7'],
    message: kept(1),
  },
  {
    what: 'drops a kept image for a new one of the same score',
    spec: policyOf({ maxImages: 2 }),
    outcomes: [partial({ 'r.io/z:1': 5 })],
    images: ['r.io/a:1 9', 'r.io/z:1 5'],
    message: kept(1),
  },
  {
    what: 'cannot push out a kept image of a higher score',
    spec: policyOf({ maxImages: 2 }),
    outcomes: [partial({ 'r.io/z:1': 4 })],
    images: ['r.io/a:1 9', 'r.io/b:1 5'],
    message: kept(2),
  },
  {
    what: 'keeps no image that an edited imageFilter excludes',
    spec: policyOf({ imageFilter: 'b|c' }),
    outcomes: [partial({ 'r.io/c:1': 7 })],
    images: ['r.io/c:1 7', 'r.io/b:1 5'],
    message: kept(1),
  },
  {
    what: 'keeps the previous spelling of an image only if its normal form is missing',
    status: statusAfter(policy, [{ outcomes: [series({ nginx: 3 })], at: NOON }]),
    outcomes: [partial({ 'docker.io/library/nginx:latest': 1 })],
    images: ['docker.io/library/nginx:latest 1'],
    message: kept(0),
  },
  {
    what: 'reports the results that it could not use as well',
    outcomes: [series({ 'r.io/c:1': 7 }, { isPartial: true, seriesWithoutImage: 2 })],
    images: ['r.io/a:1 9', 'r.io/c:1 7', 'r.io/b:1 5'],
    message: `${kept(2)}; 2 results without an image label`,
  },
  {
    what: 'keeps only images of its own source',
    spec: policyOf({ sources: [prometheus('a'), prometheus('b')] }),
    status: statusAfter(policyOf({ sources: [prometheus('a'), prometheus('b')] }), [
      { outcomes: [series({ 'r.io/a:1': 9 }), series({ 'r.io/b:1': 5 })], at: NOON },
    ]),
    outcomes: [partial({ 'r.io/c:1': 7 }), series({ 'r.io/d:1': 4 })],
    images: ['r.io/a:1 9', 'r.io/c:1 7', 'r.io/d:1 4'],
    message: kept(1),
  },
])('a partial response $what', ({ spec = policy, status = before, outcomes, images, message }) => {
  const after = reduced(spec, status, outcomes, later);
  expect(found(after)).toEqual(images);
  expect(sourceOf(after)).toMatchObject({ healthy: true, reason: 'Synced', message });
});

test.each<{ readonly what: string; readonly status: Status; readonly images: number; readonly message: string }>([
  {
    what: 'keeps all previous images',
    status: before,
    images: 2,
    message: 'empty result; keeping the previous 2 images',
  },
  { what: 'is no result if there were none', status: {}, images: 0, message: 'empty result of a partial response' },
])('a partial response without images fails with EmptyResult and $what', ({ status, images, message }) => {
  const after = reduced(policy, status, [partial({})], later);
  expect(after.discoveredImages).toHaveLength(images);
  expect(after.lastSyncTime).toBe(status.lastSyncTime);
  expect(sourceOf(after)).toMatchObject({ healthy: false, reason: 'EmptyResult', message });
});

test('a partial response with unusable results only fails with BadResponse', () => {
  const after = reduced(policy, before, [series({}, { isPartial: true, seriesWithoutImage: 1 })], later);
  expect(found(after)).toEqual(found(before));
  expect(sourceOf(after)).toMatchObject({ healthy: false, reason: 'BadResponse' });
});
