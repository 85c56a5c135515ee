// A registry source that does not find some of its repositories: their images stay, the others are followed.
import { describe, expect, it, test } from 'vitest';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  conditionOf,
  type Fields,
  failure,
  found,
  imagesOf,
  type Outcomes,
  planned,
  prometheus,
  reduced,
  registry,
  type Status,
  series,
  sourceOf,
  statusAfter,
  tags,
  tagsWithout,
} from './policies.ts';

const policyOf = (fields: Fields = {}, spec: Fields = {}) => ({
  syncInterval: '1h',
  sources: [registry({ repositories: ['web', 'db'], topX: 2, ...fields })],
  ...spec,
});
const policy = policyOf();
const before = statusAfter(policy, [{ outcomes: [tags({ web: ['v1', 'v2'], db: ['v7'] })], at: NOON }]);
const later = NOON + HOUR;
const image = (name: string) => `registry.example.com/${name}`;

describe('a repository that the registry does not find', () => {
  const status = reduced(policy, before, [tagsWithout(['db'], { web: ['v2', 'v3'] })], later);

  it('keeps its images, and those of the other repository are followed', () => {
    expect(found(status)).toEqual([`${image('web:v3')} 2`, `${image('db:v7')} 1`, `${image('web:v2')} 1`]);
    expect(status.lastSyncTime).toBe('2026-11-21T13:00:00Z');
  });

  it('makes the source fail with NotFound, and the message names it', () => {
    expect(sourceOf(status)).toMatchObject({
      healthy: false,
      reason: 'NotFound',
      message: 'repository db: not found (HTTP 404)',
      failures: 1,
      failingSince: '2026-11-21T13:00:00Z',
      lastSuccessTime: '2026-11-21T13:00:00Z',
      imageCount: 3,
    });
    for (const type of ['Ready', 'Source0']) {
      const message = expect.stringContaining('repository db: not found (HTTP 404)');
      expect(conditionOf(status, type)).toMatchObject({ status: 'False', reason: 'NotFound', message });
    }
  });

  it('is retried like a failure', () => {
    expect(planned(policy, status, later + 9 * SECOND)).toEqual([]);
    expect(planned(policy, status, later + 10 * SECOND)).toHaveLength(1);
    const again = reduced(policy, status, [tagsWithout(['db'], { web: ['v3'] })], later + 10 * SECOND);
    expect(sourceOf(again)).toMatchObject({ failures: 2, retryTime: '2026-11-21T13:00:30Z' });
  });

  it('is followed again as soon as the registry finds it', () => {
    const found = reduced(policy, status, [tags({ web: ['v3'], db: ['v8'] })], later + MINUTE);
    expect(imagesOf(found)).toEqual([image('db:v8'), image('web:v3')]);
    expect(sourceOf(found)).toMatchObject({ healthy: true, reason: 'Synced', failures: 0 });
    expect(sourceOf(found)).not.toHaveProperty('retryTime');
  });
});

test('each image of a registry source carries its repository', () => {
  expect(sourceOf(before).images).toEqual([
    { image: image('web:v2'), score: 2, repository: 'web' },
    { image: image('db:v7'), score: 1, repository: 'db' },
    { image: image('web:v1'), score: 1, repository: 'web' },
  ]);
  expect(before.discoveredImages?.[0]).not.toHaveProperty('repository');
});

test('an image that a template takes from two repositories carries the one with its score', () => {
  const merged = policyOf({ imageTemplate: 'r.io/app:{{ .Tag }}' });
  const status = reduced(merged, {}, [tags({ web: ['v1'], db: ['v1', 'v2'] })]);
  expect(sourceOf(status).images).toContainEqual({ image: 'r.io/app:v1', score: 1, repository: 'web' });
});

interface Row {
  readonly what: string;
  readonly spec?: Fields;
  readonly status?: Status;
  readonly outcomes: Outcomes;
  readonly images: readonly string[];
  readonly reason?: string;
}

const withoutRepositories: Status = {
  ...before,
  sources: [{ ...sourceOf(before), images: sourceOf(before).images.map(({ image, score }) => ({ image, score })) }],
};

test.each<Row>([
  {
    what: 'its images stay through several responses',
    status: statusAfter(policy, [
      { outcomes: [tags({ web: ['v1'], db: ['v7'] })], at: NOON },
      { outcomes: [tagsWithout(['db'], { web: ['v2'] })], at: NOON + MINUTE },
      { outcomes: [failure('Timeout')], at: NOON + 2 * MINUTE },
    ]),
    outcomes: [tagsWithout(['db'], { web: ['v3'] })],
    images: ['db:v7', 'web:v3'],
  },
  {
    what: 'its images stay while another repository is missing later',
    status: reduced(policy, before, [tagsWithout(['db'], { web: ['v3'] })], NOON + MINUTE),
    outcomes: [tagsWithout(['web'], { db: ['v8'] })],
    images: ['db:v8', 'web:v3'],
  },
  {
    what: 'it adds nothing if it never had images',
    status: {},
    outcomes: [tagsWithout(['db'], { web: ['v1'] })],
    images: ['web:v1'],
  },
  {
    what: 'no image is dropped if the others have no tags',
    outcomes: [tagsWithout(['db'], { web: [] })],
    images: ['web:v2', 'db:v7', 'web:v1'],
  },
  {
    what: 'its images are cut at maxImages, and a new image wins if scores are equal',
    spec: policyOf({}, { maxImages: 1 }),
    status: statusAfter(policyOf({}, { maxImages: 1 }), [{ outcomes: [tags({ db: ['v7'] })], at: NOON }]),
    outcomes: [tagsWithout(['db'], { web: ['v1'] })],
    images: ['web:v1'],
  },
  {
    what: 'its images must match an edited imageFilter',
    spec: policyOf({}, { imageFilter: 'web' }),
    outcomes: [tagsWithout(['db'], { web: ['v3'] })],
    images: ['web:v3'],
  },
  {
    what: 'images whose repository is unknown stay',
    status: withoutRepositories,
    outcomes: [tagsWithout(['db'], { web: ['v2', 'v3'] })],
    images: ['web:v3', 'db:v7', 'web:v1', 'web:v2'],
  },
  {
    what: 'a source whose repositories are all missing keeps all images',
    outcomes: [failure('NotFound')],
    images: ['web:v2', 'db:v7', 'web:v1'],
  },
  {
    what: 'another source is not affected',
    spec: { ...policy, sources: [...policy.sources, prometheus('a')] },
    outcomes: [tagsWithout(['db'], { web: ['v3'] }), series({ [image('busy:1')]: 9 })],
    images: ['busy:1', 'db:v7', 'web:v3'],
  },
])('with a missing repository, $what', ({ spec = policy, status = before, outcomes, images }) => {
  const after = reduced(spec, status, outcomes, later);
  expect(imagesOf(after)).toEqual(images.map(image));
  expect(sourceOf(after)).toMatchObject({ healthy: false, reason: 'NotFound' });
});

test('a policy whose first response lacks a repository has synced', () => {
  const status = reduced(policy, {}, [tagsWithout(['db'], { web: ['v1'] })]);
  expect(status.lastSyncTime).toBe('2026-11-21T12:00:00Z');
  const nothing = reduced(policy, {}, [tagsWithout(['db'], { web: [] })]);
  expect(nothing.lastSyncTime).toBeUndefined();
});
