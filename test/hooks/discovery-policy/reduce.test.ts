// The status after all kinds of outcomes: a failing source keeps its images, and conditions name the failing sources.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import { readStatus } from '../../../crds/observed.ts';
import type { FailureReason, SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  conditionOf,
  type Fields,
  failure,
  found,
  imagesOf,
  type Outcomes,
  prometheus,
  reduced,
  registry,
  type Status,
  series,
  seriesOf,
  sourceOf,
  statusAfter,
  tags,
} from './policies.ts';

const one = { syncInterval: '1h', sources: [prometheus('a')] };
const two = { syncInterval: '1h', sources: [prometheus('a'), prometheus('b')] };
const goodImages = series({ 'r.io/build:1': 9, 'r.io/test:1': 4 });
const synced = statusAfter(one, [{ outcomes: [goodImages], at: NOON }]);

describe('a source that fails', () => {
  it('keeps the images of its last success and reports the failure', () => {
    const status = reduced(one, synced, [failure('Unauthorized', 'wrong password')], NOON + HOUR);
    expect(found(status)).toEqual(found(synced));
    expect(status).toMatchObject({ imageCount: 2, lastSyncTime: '2026-11-21T12:00:00Z' });
    expect(sourceOf(synced).hash).toMatch(/^[0-9a-f]{16}$/);
    expect(sourceOf(status)).toEqual({
      ...sourceOf(synced),
      healthy: false,
      reason: 'Unauthorized',
      message: 'wrong password',
      failures: 1,
      lastAttemptTime: '2026-11-21T13:00:00Z',
      failingSince: '2026-11-21T13:00:00Z',
      retryTime: '2026-11-21T13:00:10Z',
    });
    expect(conditionOf(status)).toEqual({
      type: 'Ready',
      status: 'False',
      observedGeneration: 1,
      reason: 'Unauthorized',
      message: '1 of 1 source failing: https://a.example.com: wrong password',
      lastTransitionTime: '2026-11-21T13:00:00Z',
    });
    expect(conditionOf(status, 'Source0')).toEqual({
      type: 'Source0',
      status: 'False',
      observedGeneration: 1,
      reason: 'Unauthorized',
      message: 'failing since 2026-11-21T13:00:00Z: https://a.example.com: wrong password',
      lastTransitionTime: '2026-11-21T13:00:00Z',
    });
  });

  it('has no images and no lastSyncTime before its first success', () => {
    const status = reduced(one, {}, [failure()]);
    expect(status).toMatchObject({ imageCount: 0, discoveredImages: [] });
    expect(status.lastSyncTime).toBeUndefined();
    expect(conditionOf(status)).toMatchObject({ status: 'False', reason: 'ConnectionRefused' });
  });

  it('is named once if its message contains its URL', () => {
    const status = reduced(
      one,
      synced,
      [failure('Timeout', 'no response from https://a.example.com/api')],
      NOON + HOUR,
    );
    expect(conditionOf(status)?.message).toBe('1 of 1 source failing: no response from https://a.example.com/api');
  });

  it('reports the time of its first failure and the reason of its latest', () => {
    const status = statusAfter(one, [
      { outcomes: [goodImages], at: NOON },
      { outcomes: [failure('Timeout')], at: NOON + HOUR },
      { outcomes: [failure('Unauthorized')], at: NOON + HOUR + 10 * SECOND },
    ]);
    expect(sourceOf(status)).toMatchObject({
      reason: 'Unauthorized',
      failures: 2,
      failingSince: '2026-11-21T13:00:00Z',
      lastSuccessTime: '2026-11-21T12:00:00Z',
    });
    expect(conditionOf(status)).toMatchObject({ lastTransitionTime: '2026-11-21T13:00:00Z' });
  });

  it('has no trace of the failure after its next success', () => {
    const status = statusAfter(one, [
      { outcomes: [failure()], at: NOON - HOUR },
      { outcomes: [goodImages], at: NOON },
    ]);
    expect(sourceOf(status)).toEqual(sourceOf(synced));
    expect(conditionOf(status)).toMatchObject({
      status: 'True',
      reason: 'Synced',
      message: '2 images from 1 source',
      lastTransitionTime: '2026-11-21T12:00:00Z',
    });
    expect(conditionOf(status, 'Source0')).toMatchObject({
      status: 'True',
      reason: 'Synced',
      message: 'https://a.example.com: 2 images',
    });
  });
});

describe('an empty result', () => {
  const empty = series({});

  it('is a success if there were no images', () => {
    const status = reduced(one, {}, [empty]);
    expect(status).toMatchObject({ lastSyncTime: '2026-11-21T12:00:00Z', imageCount: 0, discoveredImages: [] });
    expect(conditionOf(status)).toMatchObject({ status: 'True', reason: 'Synced', message: '0 images from 1 source' });
  });

  it('is a failure that keeps the previous images', () => {
    const status = reduced(one, synced, [empty], NOON + HOUR);
    expect(found(status)).toEqual(found(synced));
    expect(status.lastSyncTime).toBe('2026-11-21T12:00:00Z');
    expect(conditionOf(status)).toMatchObject({
      status: 'False',
      reason: 'EmptyResult',
      message: '1 of 1 source failing: https://a.example.com: empty result; keeping the previous 2 images',
    });
  });

  it('keeps the images of the last success also after other failures', () => {
    const status = statusAfter(one, [
      { outcomes: [goodImages], at: NOON },
      { outcomes: [failure()], at: NOON + HOUR },
      { outcomes: [empty], at: NOON + 2 * HOUR },
    ]);
    expect(sourceOf(status)).toMatchObject({ reason: 'EmptyResult', failures: 2, imageCount: 2 });
  });

  it('of imageFilter is a success', () => {
    const status = reduced({ ...one, imageFilter: 'nowhere' }, synced, [goodImages], NOON + HOUR);
    expect(status).toMatchObject({ imageCount: 0, lastSyncTime: '2026-11-21T13:00:00Z' });
    expect(conditionOf(status)?.reason).toBe('Synced');
  });
});

interface RankingRow {
  readonly what: string;
  readonly spec: Fields;
  readonly outcomes: Outcomes;
  /** Image, score and the first label of the source's host. */
  readonly images: readonly string[];
}

test.each<RankingRow>([
  {
    what: 'an image has its highest score and the source with that score',
    spec: two,
    outcomes: [series({ 'r.io/x:1': 5, 'r.io/y:1': 1 }), series({ 'r.io/x:1': 3, 'r.io/y:1': 2 })],
    images: ['r.io/x:1 5 a', 'r.io/y:1 2 b'],
  },
  {
    what: 'a higher score wins over a source whose name comes first',
    spec: { sources: [prometheus('b'), prometheus('a')] },
    outcomes: [series({ 'r.io/x:1': 5 }), series({ 'r.io/x:1': 3 })],
    images: ['r.io/x:1 5 b'],
  },
  {
    what: 'an image with equal scores has the source whose name comes first',
    spec: { sources: [prometheus('b'), prometheus('a')] },
    outcomes: [series({ 'r.io/x:1': 7 }), series({ 'r.io/x:1': 7 })],
    images: ['r.io/x:1 7 a'],
  },
  {
    what: 'images with equal scores are sorted by name',
    spec: two,
    outcomes: [series({ 'r.io/z:1': 7, 'r.io/c:1': 7 }), series({ 'r.io/b:1': 7 })],
    images: ['r.io/b:1 7 b', 'r.io/c:1 7 a', 'r.io/z:1 7 a'],
  },
  {
    what: 'different spellings in two sources are one image',
    spec: two,
    outcomes: [series({ nginx: 1 }), series({ 'docker.io/library/nginx:latest': 2 })],
    images: ['docker.io/library/nginx:latest 2 b'],
  },
  {
    what: 'scores may be negative or fractions',
    spec: one,
    outcomes: [series({ 'r.io/x:1': -1, 'r.io/y:1': 0.25, 'r.io/z:1': 0 })],
    images: ['r.io/y:1 0.25 a', 'r.io/z:1 0 a', 'r.io/x:1 -1 a'],
  },
  {
    what: 'images of a registry are found beside those of Prometheus',
    spec: { sources: [prometheus('a'), registry()] },
    outcomes: [series({ 'r.io/x:1': 3 }), tags({ app: ['v1'] })],
    images: ['r.io/x:1 3 a', 'registry.example.com/app:v1 1 registry'],
  },
  {
    what: 'imageFilter is unanchored and applies to the normalised reference',
    spec: { ...two, imageFilter: 'library/(nginx|alpine):' },
    outcomes: [series({ nginx: 5, 'quay.io/team/nginx:1': 9 }), series({ 'alpine:3': 1, 'busybox:1': 9 })],
    images: ['docker.io/library/nginx:latest 5 a', 'docker.io/library/alpine:3 1 b'],
  },
  {
    what: 'maxImages applies after imageFilter and the merge',
    spec: { ...two, maxImages: 2, imageFilter: '^r' },
    outcomes: [series({ 'q.io/x:1': 99, 'r.io/x:1': 3, 'r.io/y:1': 2 }), series({ 'r.io/x:1': 4, 'r.io/z:1': 1 })],
    images: ['r.io/x:1 4 b', 'r.io/y:1 2 a'],
  },
  {
    what: 'the images of one source are found while another fails',
    spec: two,
    outcomes: [failure(), series({ 'r.io/x:1': 3 })],
    images: ['r.io/x:1 3 b'],
  },
])('$what', ({ spec, outcomes, images }) => {
  const { discoveredImages, imageCount } = reduced(spec, {}, outcomes);
  const found = discoveredImages?.map(
    ({ image, score, source = '' }) => `${image} ${score} ${/\w+(?=\.)/.exec(source)}`,
  );
  expect(found).toEqual(images);
  expect(imageCount).toBe(images.length);
});

test('a source keeps its images with the highest scores', () => {
  const outcome = series({ 'r.io/low:1': 1, 'r.io/high:1': 9, 'r.io/middle:1': 5, 'r.io/least:1': 0 });
  expect(sourceOf(reduced({ ...one, maxImages: 2 }, {}, [outcome]))).toMatchObject({
    imageCount: 2,
    images: [
      { image: 'r.io/high:1', score: 9 },
      { image: 'r.io/middle:1', score: 5 },
    ],
  });
});

interface ReadyRow {
  readonly what: string;
  readonly outcomes: Outcomes;
  readonly ready: Fields;
  readonly each: readonly string[];
}

const three = { sources: [prometheus('a'), prometheus('b'), registry()] };
const tagResponse = tags({ app: ['v1'] });

test.each<ReadyRow>([
  {
    what: 'True if all sources succeeded',
    outcomes: [goodImages, series({}), tagResponse],
    ready: { status: 'True', reason: 'Synced', message: '3 images from 3 sources' },
    each: ['Ready True Synced', 'Source0 True Synced', 'Source1 True Synced', 'Source2 True Synced'],
  },
  {
    what: 'False with the reason of the first of two failures',
    outcomes: [goodImages, failure('Timeout', 'no response'), failure('NotFound', 'no such repository')],
    ready: {
      status: 'False',
      reason: 'Timeout',
      message: '2 of 3 sources failing: https://b.example.com: no response',
    },
    each: ['Ready False Timeout', 'Source0 True Synced', 'Source1 False Timeout', 'Source2 False NotFound'],
  },
  {
    what: 'False if a source was not queried yet',
    outcomes: [goodImages, undefined, tagResponse],
    ready: {
      status: 'False',
      reason: 'Pending',
      message: '1 of 3 sources failing: https://b.example.com: not queried yet',
    },
    each: ['Ready False Pending', 'Source0 True Synced', 'Source1 False Pending', 'Source2 True Synced'],
  },
])('Ready is $what', ({ outcomes, ready, each }) => {
  const status = reduced(three, {}, outcomes);
  expect(conditionOf(status)).toMatchObject(ready);
  expect(status.conditions?.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`)).toEqual(each);
  expect(status.sourceCount).toBe(3);
});

test.each<{ readonly what: string; readonly outcomes: Outcomes; readonly moves: boolean }>([
  { what: 'one source succeeds and one fails', outcomes: [failure(), goodImages], moves: true },
  { what: 'the only source that was queried succeeds', outcomes: [undefined, goodImages], moves: true },
  { what: 'the only source that was queried fails', outcomes: [undefined, failure()], moves: false },
  { what: 'both results are empty', outcomes: [series({}), series({})], moves: false },
  { what: 'no source was queried', outcomes: [], moves: false },
])('lastSyncTime moves if $what: $moves', ({ outcomes, moves }) => {
  const before = statusAfter(two, [{ outcomes: [goodImages, goodImages], at: NOON }]);
  const { lastSyncTime } = reduced(two, before, outcomes, NOON + 30 * MINUTE);
  expect(lastSyncTime).toBe(moves ? '2026-11-21T12:30:00Z' : '2026-11-21T12:00:00Z');
});

interface EditRow {
  readonly what: string;
  readonly spec: Fields;
  readonly outcomes: Outcomes;
  readonly images: readonly string[];
}

const bothSynced = statusAfter(two, [
  { outcomes: [series({ 'r.io/x:1': 5, 'q.io/x:1': 4 }), series({ 'r.io/y:1': 3 })], at: NOON },
]);

test.each<EditRow>([
  {
    what: 'a removed source loses its images',
    spec: { ...two, sources: [prometheus('b')] },
    outcomes: [],
    images: ['r.io/y:1'],
  },
  {
    what: 'reordered sources keep their images, also if they fail',
    spec: { ...two, sources: [prometheus('b'), prometheus('a')] },
    outcomes: [failure(), undefined],
    images: ['r.io/x:1', 'q.io/x:1', 'r.io/y:1'],
  },
  {
    what: 'a source with another query loses its images',
    spec: { ...two, sources: [prometheus('a', { query: 'up' }), prometheus('b')] },
    outcomes: [failure(), undefined],
    images: ['r.io/y:1'],
  },
  {
    what: 'an edited imageFilter applies to the kept images of a failing source',
    spec: { ...two, imageFilter: '^r' },
    outcomes: [failure(), failure()],
    images: ['r.io/x:1', 'r.io/y:1'],
  },
  {
    what: 'a lower maxImages applies to the kept images of a failing source',
    spec: { ...two, maxImages: 1 },
    outcomes: [failure(), failure()],
    images: ['r.io/x:1'],
  },
])('after an edit, $what', ({ spec, outcomes, images }) => {
  const status = reduced(spec, bothSynced, outcomes, NOON + MINUTE);
  expect(imagesOf(status)).toEqual(images);
  const { sources } = spec as { sources: readonly unknown[] };
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Ready', ...sources.map((_, index) => `Source${index}`)]);
});

test('a status contains no credentials', () => {
  const secrets = 'Get "https://admin:hunter2@a.example.com/api?token=hunter2": Authorization: Bearer hunter2hunter2';
  const spec = { sources: [prometheus('a', { endpoint: 'https://a.example.com/api?token=hunter2' })] };
  const healthy = reduced(spec, {}, [series({ nginx: 1 }, { warnings: [secrets] })]);
  const failed = reduced(spec, healthy, [failure('Unauthorized', secrets)], NOON + HOUR);
  expect(JSON.stringify([healthy, failed])).not.toContain('hunter2');
  expect(sourceOf(healthy).target).toBe('https://a.example.com/api?…');
  expect(healthy.discoveredImages?.[0]?.source).toBe('https://a.example.com/api?…');
});

test('messages are cut at the limit, with the time of the first failure in front', () => {
  const spec = { sources: [prometheus('a', { endpoint: `https://a.example.com/${'path/'.repeat(100)}` })] };
  const status = reduced(spec, {}, [failure('ServerError', 'long '.repeat(1000))]);
  const messages = [...(status.conditions ?? []), sourceOf(status)].map(({ message }) => message);
  expect(messages.map(({ length }) => length)).toEqual(messages.map(() => MESSAGE_LIMIT_CHARACTERS));
  expect(sourceOf(status).target).toHaveLength(MESSAGE_LIMIT_CHARACTERS);
  expect(conditionOf(status, 'Source0')?.message).toMatch(/^failing since 2026-11-21T12:00:00Z: https:/);
});

const someReasons: readonly FailureReason[] = ['Timeout', 'RateLimited', 'SecretNotFound'];

const labels = fc.oneof(
  fc.constantFrom('nginx', 'nginx:1', 'docker.io/library/nginx', 'r.io/a:1', 'r.io/b:1', 'r.io/b@sha256:0', 'q.io/c'),
  fc.string(),
);
const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const someSeries = fc.record({
  ok: fc.constant(true as const),
  type: fc.constant('prometheus' as const),
  series: fc.array(
    fc.tuple(labels, fc.array(numbers, { maxLength: 3 })).map((parts) => seriesOf(...parts)),
    { maxLength: 6 },
  ),
  seriesWithoutImage: fc.nat(2),
  valuesDropped: fc.nat(2),
  warnings: fc.array(fc.string(), { maxLength: 2 }),
  isPartial: fc.boolean(),
});
const someFailure = fc
  .tuple(fc.constantFrom(...someReasons), fc.string({ maxLength: 400 }), fc.option(fc.nat(HOUR), { nil: undefined }))
  .map(([reason, message, retryAfter]) => failure(reason, message, retryAfter));
const someOutcome: fc.Arbitrary<SourceOutcome | undefined> = fc.oneof(someSeries, someFailure, fc.constant(undefined));
const histories = fc.array(
  fc.record({
    outcomes: fc.tuple(someOutcome, someOutcome, someOutcome),
    minutes: fc.double({ min: 0, max: 60, noNaN: true }),
  }),
  { minLength: 1, maxLength: 4 },
);
const specs = fc.record({
  aggregationMethod: fc.constantFrom('sum', 'count', 'avg', 'max'),
  maxImages: fc.integer({ min: 1, max: 5 }),
  imageFilter: fc.constantFrom('.', '^r', '^(?!r)'),
});

type History = typeof histories extends fc.Arbitrary<infer Value> ? Value : never;

function specOf(choice: typeof specs extends fc.Arbitrary<infer Value> ? Value : never): Fields {
  const { aggregationMethod, ...fields } = choice;
  const names = ['a', 'b', 'c'];
  return { ...fields, sources: names.map((name) => prometheus(name, { aggregationMethod, lookback: '1h' })) };
}

/** Returns the status after the outcomes, and the time of the last of them. */
function replay(spec: Fields, history: History): { readonly status: Status; readonly now: number } {
  let now = NOON;
  let status: Status = {};
  for (const { outcomes, minutes } of history) {
    now += Math.round(minutes * MINUTE);
    // As the API server returns it.
    status = JSON.parse(JSON.stringify(reduced(spec, status, outcomes, now)));
  }
  return { status, now };
}

test('any outcomes lead to a status that matches its schema and limits', () => {
  fc.assert(
    fc.property(specs, histories, (choice, history) => {
      const spec = specOf(choice);
      const { status } = replay(spec, history);
      const parsed: DiscoveryPolicyStatus = discoveryPolicyStatus.parse(status);
      expect(parsed).toEqual(status);
      expect(readStatus(discoveryPolicyStatus, status)).toEqual(status);
      expect(status.discoveredImages?.length).toBeLessThanOrEqual(spec.maxImages as number);
      expect(new Set(imagesOf(status)).size).toBe(imagesOf(status).length);
      const scores = status.discoveredImages?.map(({ score = 0 }) => score) ?? [];
      expect(scores).toEqual([...scores].sort((left, right) => right - left));
    }),
  );
});

test('the status is deterministic, and a sync without outcomes does not change it', () => {
  fc.assert(
    fc.property(specs, histories, (choice, history) => {
      const spec = specOf(choice);
      const { status, now } = replay(spec, history);
      expect(replay(spec, history).status).toEqual(status);
      expect(JSON.parse(JSON.stringify(reduced(spec, status, [], now + MINUTE)))).toEqual(status);
    }),
  );
});

test('discovered images have their position as rank, and their score as text', () => {
  const { discoveredImages } = reduced({ sources: [prometheus('a')] }, {}, [
    series({ 'r.io/a:1': [0.1, 0.2], 'r.io/b:1': 1e21, 'r.io/c:1': 0 }),
  ]);
  const source = 'https://a.example.com';
  expect(discoveredImages).toEqual([
    { image: 'r.io/b:1', rank: 1, finalScore: '1000000000000000000000', score: 1e21, source },
    { image: 'r.io/a:1', rank: 2, finalScore: '0.30000000000000004', score: 0.1 + 0.2, source },
    { image: 'r.io/c:1', rank: 3, finalScore: '0', score: 0, source },
  ]);
});

test('the order of the sources does not affect the discovered images', () => {
  fc.assert(
    fc.property(specs, fc.tuple(someOutcome, someOutcome, someOutcome), (choice, outcomes) => {
      const spec = specOf(choice);
      const { sources } = spec as { sources: readonly unknown[] };
      const forward = reduced(spec, {}, outcomes);
      const backward = reduced({ ...spec, sources: [...sources].reverse() }, {}, [...outcomes].reverse());
      expect(backward.discoveredImages).toEqual(forward.discoveredImages);
      expect(backward.sources).toEqual([...(forward.sources ?? [])].reverse());
    }),
  );
});

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

test('the status and the outcomes are not modified', () => {
  const outcomes = freeze([series({ nginx: 2, 'docker.io/library/nginx': 1, alpine: 9 }), tags({ app: ['v1', 'v2'] })]);
  const spec = { sources: [prometheus('a'), registry({ topX: 1 })] };
  const status = freeze(reduced(spec, {}, outcomes));
  expect(imagesOf(reduced(spec, status, [outcomes[0], failure()]))).toEqual(imagesOf(status));
});
