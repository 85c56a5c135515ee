// What a status becomes when sources answer, fail, change or leave: what is found stays found until somebody says otherwise.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import { readStatus } from '../../../crds/observed.ts';
import type { FailureReason, SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { reasons } from '../../../hooks/reasons.ts';
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
  sourceOf,
  statusAfter,
  tags,
} from './policies.ts';

const one = { syncInterval: '1h', sources: [prometheus('a')] };
const two = { syncInterval: '1h', sources: [prometheus('a'), prometheus('b')] };
const goodImages = series({ 'r.io/build:1': 9, 'r.io/test:1': 4 });
const synced = statusAfter(one, [{ outcomes: [goodImages], at: NOON }]);

const failureReasons: readonly FailureReason[] = [
  'ConnectionRefused',
  'DNSError',
  'Timeout',
  'TLSError',
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'RateLimited',
  'ServerError',
  'BadResponse',
  'SecretNotFound',
];

describe('a source that fails keeps its last good images', () => {
  it.each(failureReasons)('%s', (reason) => {
    const status = reduced(one, synced, [failure(reason, 'what it said')], NOON + HOUR);
    expect(found(status)).toEqual(found(synced));
    expect(status).toMatchObject({ imageCount: 2, lastSyncTime: '2026-11-21T12:00:00Z' });
    expect(sourceOf(status)).toEqual({
      ...sourceOf(synced),
      healthy: false,
      reason,
      message: 'what it said',
      failures: 1,
      lastAttemptTime: '2026-11-21T13:00:00Z',
      failingSince: '2026-11-21T13:00:00Z',
      retryTime: '2026-11-21T13:00:10Z',
    });
    expect(conditionOf(status)).toEqual({
      type: 'Ready',
      status: 'False',
      reason,
      message: '1 of 1 source failing: https://a.example.com: what it said',
      lastTransitionTime: '2026-11-21T13:00:00Z',
    });
    expect(conditionOf(status, 'Source0')).toEqual({
      type: 'Source0',
      status: 'False',
      reason,
      message: 'failing since 2026-11-21T13:00:00Z: https://a.example.com: what it said',
      lastTransitionTime: '2026-11-21T13:00:00Z',
    });
  });

  it.each(failureReasons)('%s from the beginning: no images, no lastSyncTime', (reason) => {
    const status = reduced(one, {}, [failure(reason)]);
    expect(status).toMatchObject({ imageCount: 0, discoveredImages: [] });
    expect(status.lastSyncTime).toBeUndefined();
    expect(conditionOf(status)).toMatchObject({ status: 'False', reason });
  });

  it.each([...failureReasons, 'EmptyResult', 'Synced', 'InvalidSpec'])('%s is documented', (reason) => {
    expect(Object.keys(reasons)).toContain(reason);
  });

  it('is known by sixteen digits of a hash, whatever becomes of it', () => {
    const { hash } = sourceOf(synced);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(sourceOf(reduced(one, synced, [failure()], NOON + HOUR)).hash).toBe(hash);
  });

  it('and what it named already is not named twice', () => {
    const status = reduced(one, synced, [failure('Timeout', 'https://a.example.com/api did not answer')], NOON + HOUR);
    expect(conditionOf(status)?.message).toBe('1 of 1 source failing: https://a.example.com/api did not answer');
  });

  it('since the first failure, whatever the later ones say', () => {
    const status = statusAfter(one, [
      { outcomes: [goodImages], at: NOON },
      { outcomes: [failure('Timeout')], at: NOON + HOUR },
      { outcomes: [failure('Unauthorized', 'no')], at: NOON + HOUR + 10 * SECOND },
    ]);
    expect(sourceOf(status)).toMatchObject({
      reason: 'Unauthorized',
      failures: 2,
      failingSince: '2026-11-21T13:00:00Z',
      lastSuccessTime: '2026-11-21T12:00:00Z',
    });
    expect(conditionOf(status)).toMatchObject({ lastTransitionTime: '2026-11-21T13:00:00Z' });
  });

  it('until it answers: then nothing of the failure is left', () => {
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
  it('where nothing had been is an answer', () => {
    const status = reduced(one, {}, [empty]);
    expect(status).toMatchObject({ lastSyncTime: '2026-11-21T12:00:00Z', imageCount: 0, discoveredImages: [] });
    expect(conditionOf(status)).toMatchObject({ status: 'True', reason: 'Synced', message: '0 images from 1 source' });
  });

  it('where images had been is a failure that keeps them', () => {
    const status = reduced(one, synced, [empty], NOON + HOUR);
    expect(found(status)).toEqual(found(synced));
    expect(status.lastSyncTime).toBe('2026-11-21T12:00:00Z');
    expect(conditionOf(status)).toMatchObject({
      status: 'False',
      reason: 'EmptyResult',
      message:
        '1 of 1 source failing: https://a.example.com: nothing came where there had been 2 images; these are kept',
    });
  });

  it('after failures is still measured by the last good images', () => {
    const status = statusAfter(one, [
      { outcomes: [goodImages], at: NOON },
      { outcomes: [failure()], at: NOON + HOUR },
      { outcomes: [empty], at: NOON + 2 * HOUR },
    ]);
    expect(sourceOf(status)).toMatchObject({ reason: 'EmptyResult', failures: 2, imageCount: 2 });
  });

  it('that the filter made is what the user wanted', () => {
    const status = reduced({ ...one, imageFilter: 'nowhere' }, synced, [goodImages], NOON + HOUR);
    expect(status).toMatchObject({ imageCount: 0, lastSyncTime: '2026-11-21T13:00:00Z' });
    expect(conditionOf(status)?.reason).toBe('Synced');
  });
});

interface MergeRow {
  readonly what: string;
  readonly spec: Fields;
  readonly outcomes: Outcomes;
  readonly images: readonly (readonly [string, number, string])[];
}

const a = 'https://a.example.com';
const b = 'https://b.example.com';
const mergeTable: MergeRow[] = [
  {
    what: 'the table of the guide',
    spec: one,
    outcomes: [
      series({
        'registry.example.com/ci/lint:1.8.0': 900,
        'registry.example.com/ci/build:1.0.3': 4200,
        'registry.example.com/ci/test:2.4.1': 2500,
      }),
    ],
    images: [
      ['registry.example.com/ci/build:1.0.3', 4200, a],
      ['registry.example.com/ci/test:2.4.1', 2500, a],
      ['registry.example.com/ci/lint:1.8.0', 900, a],
    ],
  },
  {
    what: 'the highest score wins, and says where it is from',
    spec: two,
    outcomes: [series({ 'r.io/x:1': 5, 'r.io/y:1': 1 }), series({ 'r.io/x:1': 3, 'r.io/y:1': 2 })],
    images: [
      ['r.io/x:1', 5, a],
      ['r.io/y:1', 2, b],
    ],
  },
  {
    what: 'equal scores go by name',
    spec: two,
    outcomes: [series({ 'r.io/z:1': 7, 'r.io/c:1': 7 }), series({ 'r.io/b:1': 7 })],
    images: [
      ['r.io/b:1', 7, b],
      ['r.io/c:1', 7, a],
      ['r.io/z:1', 7, a],
    ],
  },
  {
    what: 'equal scores of one image: the source that comes first by name',
    spec: { sources: [prometheus('b'), prometheus('a')] },
    outcomes: [series({ 'r.io/x:1': 7 }), series({ 'r.io/x:1': 7 })],
    images: [['r.io/x:1', 7, a]],
  },
  {
    what: 'two sources of one image in two spellings',
    spec: two,
    outcomes: [series({ nginx: 1 }), series({ 'docker.io/library/nginx:latest': 2 })],
    images: [['docker.io/library/nginx:latest', 2, b]],
  },
  {
    what: 'scores below zero and between numbers',
    spec: one,
    outcomes: [series({ 'r.io/x:1': -1, 'r.io/y:1': 0.25, 'r.io/z:1': 0 })],
    images: [
      ['r.io/y:1', 0.25, a],
      ['r.io/z:1', 0, a],
      ['r.io/x:1', -1, a],
    ],
  },
  {
    what: 'imageFilter sees the whole reference and is unanchored',
    spec: { ...two, imageFilter: 'library/(nginx|alpine):' },
    outcomes: [series({ nginx: 5, 'quay.io/team/app:1': 9 }), series({ 'alpine:3': 1, 'busybox:1': 9 })],
    images: [
      ['docker.io/library/nginx:latest', 5, a],
      ['docker.io/library/alpine:3', 1, b],
    ],
  },
  {
    what: 'imageFilter with a look-ahead',
    spec: { ...one, imageFilter: String.raw`^(?!.*ecr\..*amazonaws\.com).*$` },
    outcomes: [series({ '1.dkr.ecr.eu.amazonaws.com/app:1': 9, 'r.io/app:1': 1 })],
    images: [['r.io/app:1', 1, a]],
  },
  {
    what: 'maxImages counts after filter and merge',
    spec: { ...two, maxImages: 2, imageFilter: '^r' },
    outcomes: [series({ 'q.io/x:1': 99, 'r.io/x:1': 3, 'r.io/y:1': 2 }), series({ 'r.io/x:1': 4, 'r.io/z:1': 1 })],
    images: [
      ['r.io/x:1', 4, b],
      ['r.io/y:1', 2, a],
    ],
  },
  {
    what: 'one fails: the images of the other are there',
    spec: two,
    outcomes: [failure(), series({ 'r.io/x:1': 3 })],
    images: [['r.io/x:1', 3, b]],
  },
];

test.each(mergeTable)('found: $what', ({ spec, outcomes, images }) => {
  const { discoveredImages, imageCount } = reduced(spec, {}, outcomes);
  expect(discoveredImages?.map(({ image, score, source }) => [image, score, source])).toEqual(images);
  expect(imageCount).toBe(images.length);
});

interface ReadyRow {
  readonly what: string;
  readonly outcomes: Outcomes;
  readonly ready: Fields;
  readonly each: readonly string[];
}

const three = { sources: [prometheus('a'), prometheus('b'), registry()] };
const tagAnswer = tags({ app: ['v1'] });
const readyTable: ReadyRow[] = [
  {
    what: 'all answered',
    outcomes: [goodImages, series({}), tagAnswer],
    ready: { status: 'True', reason: 'Synced', message: '3 images from 3 sources' },
    each: ['Ready True Synced', 'Source0 True Synced', 'Source1 True Synced', 'Source2 True Synced'],
  },
  {
    what: 'the second failed',
    outcomes: [goodImages, failure('Unauthorized', 'wrong password'), tagAnswer],
    ready: {
      status: 'False',
      reason: 'Unauthorized',
      message: '1 of 3 sources failing: https://b.example.com: wrong password',
    },
    each: ['Ready False Unauthorized', 'Source0 True Synced', 'Source1 False Unauthorized', 'Source2 True Synced'],
  },
  {
    what: 'two failed: the reason of the first',
    outcomes: [goodImages, failure('Timeout', 'no answer'), failure('NotFound', 'no such repository')],
    ready: { status: 'False', reason: 'Timeout', message: '2 of 3 sources failing: https://b.example.com: no answer' },
    each: ['Ready False Timeout', 'Source0 True Synced', 'Source1 False Timeout', 'Source2 False NotFound'],
  },
  {
    what: 'one was not asked yet',
    outcomes: [goodImages, undefined, tagAnswer],
    ready: { status: 'False', reason: 'Pending' },
    each: ['Ready False Pending', 'Source0 True Synced', 'Source1 False Pending', 'Source2 True Synced'],
  },
];

test.each(readyTable)('Ready: $what', ({ outcomes, ready, each }) => {
  const status = reduced(three, {}, outcomes);
  expect(conditionOf(status)).toMatchObject(ready);
  expect(status.conditions?.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`)).toEqual(each);
  expect(status.sourceCount).toBe(3);
});

interface TimeRow {
  readonly what: string;
  readonly outcomes: Outcomes;
  readonly lastSyncTime: string;
}

test.each<TimeRow>([
  { what: 'both answered', outcomes: [goodImages, goodImages], lastSyncTime: '2026-11-21T12:30:00Z' },
  { what: 'one answered', outcomes: [failure(), goodImages], lastSyncTime: '2026-11-21T12:30:00Z' },
  { what: 'one was asked and answered', outcomes: [undefined, goodImages], lastSyncTime: '2026-11-21T12:30:00Z' },
  { what: 'one was asked and failed', outcomes: [undefined, failure()], lastSyncTime: '2026-11-21T12:00:00Z' },
  { what: 'both failed', outcomes: [failure(), failure()], lastSyncTime: '2026-11-21T12:00:00Z' },
  { what: 'both came back empty', outcomes: [series({}), series({})], lastSyncTime: '2026-11-21T12:00:00Z' },
  { what: 'nobody was asked', outcomes: [], lastSyncTime: '2026-11-21T12:00:00Z' },
])('lastSyncTime moves with an answer only: $what', ({ outcomes, lastSyncTime }) => {
  const before = statusAfter(two, [{ outcomes: [goodImages, goodImages], at: NOON }]);
  expect(reduced(two, before, outcomes, NOON + 30 * MINUTE).lastSyncTime).toBe(lastSyncTime);
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
    what: 'a source that is gone takes its images along',
    spec: { ...two, sources: [prometheus('b')] },
    outcomes: [],
    images: ['r.io/y:1'],
  },
  {
    what: 'reordered sources keep theirs',
    spec: { ...two, sources: [prometheus('b'), prometheus('a')] },
    outcomes: [],
    images: ['r.io/x:1', 'q.io/x:1', 'r.io/y:1'],
  },
  {
    what: 'reordered sources keep theirs when both fail',
    spec: { ...two, sources: [prometheus('b'), prometheus('a')] },
    outcomes: [failure(), failure()],
    images: ['r.io/x:1', 'q.io/x:1', 'r.io/y:1'],
  },
  {
    what: 'a source with another query is another source',
    spec: { ...two, sources: [prometheus('a', { query: 'up' }), prometheus('b')] },
    outcomes: [failure(), undefined],
    images: ['r.io/y:1'],
  },
  {
    what: 'a filter that was tightened holds for what a failing source gave before',
    spec: { ...two, imageFilter: '^r' },
    outcomes: [failure(), failure()],
    images: ['r.io/x:1', 'r.io/y:1'],
  },
  {
    what: 'a lower maxImages holds at once',
    spec: { ...two, maxImages: 1 },
    outcomes: [failure(), failure()],
    images: ['r.io/x:1'],
  },
])('edited: $what', ({ spec, outcomes, images }) => {
  const status = reduced(spec, bothSynced, outcomes, NOON + MINUTE);
  expect(imagesOf(status)).toEqual(images);
  const { sources } = spec as { sources: readonly unknown[] };
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Ready', ...sources.map((_, index) => `Source${index}`)]);
});

describe('what a status says to people', () => {
  const secrets = 'Get "https://admin:hunter2@a.example.com/api?token=hunter2": Authorization: Bearer hunter2hunter2';
  it('has no credential in it', () => {
    const spec = { sources: [prometheus('a', { endpoint: 'https://a.example.com/api?token=hunter2' })] };
    const answered = reduced(spec, {}, [series({ nginx: 1 }, { warnings: [secrets] })]);
    const failed = reduced(spec, answered, [failure('Unauthorized', secrets)], NOON + HOUR);
    expect(JSON.stringify([answered, failed])).not.toContain('hunter2');
    expect(sourceOf(answered).target).toBe('https://a.example.com/api?…');
    expect(answered.discoveredImages?.[0]?.source).toBe('https://a.example.com/api?…');
  });

  it('is cut at the limit, and says since when first', () => {
    const spec = { sources: [prometheus('a', { endpoint: `https://a.example.com/${'path/'.repeat(100)}` })] };
    const status = reduced(spec, {}, [failure('ServerError', 'long '.repeat(1000))]);
    const texts = [...(status.conditions ?? []), sourceOf(status)].map(({ message }) => message);
    expect(texts.map(({ length }) => length)).toEqual(texts.map(() => MESSAGE_LIMIT_CHARACTERS));
    expect(sourceOf(status).target).toHaveLength(MESSAGE_LIMIT_CHARACTERS);
    expect(conditionOf(status, 'Source0')?.message).toMatch(/^failing since 2026-11-21T12:00:00Z: https:/);
  });
});

const labels = fc.oneof(
  fc.constantFrom('nginx', 'nginx:1', 'docker.io/library/nginx', 'r.io/a:1', 'r.io/b:1', 'r.io/b@sha256:0', 'q.io/c'),
  fc.string(),
);
const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const someSeries = fc.record({
  ok: fc.constant(true as const),
  kind: fc.constant('prometheus' as const),
  series: fc.array(fc.record({ image: labels, values: fc.array(numbers, { maxLength: 3 }) }), { maxLength: 6 }),
  seriesWithoutImage: fc.nat(2),
  valuesDropped: fc.nat(2),
  warnings: fc.array(fc.string(), { maxLength: 2 }),
});
const someFailure = fc
  .tuple(fc.constantFrom(...failureReasons), fc.string({ maxLength: 400 }), fc.option(fc.nat(HOUR), { nil: undefined }))
  .map(([reason, message, pause]) => failure(reason, message, pause));
const someOutcome: fc.Arbitrary<SourceOutcome | undefined> = fc.oneof(someSeries, someFailure, fc.constant(undefined));
const stories = fc.array(
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

interface Told {
  readonly spec: Fields;
  readonly status: Status;
  readonly now: number;
}

type Story = typeof stories extends fc.Arbitrary<infer Value> ? Value : never;

function specOf(choice: typeof specs extends fc.Arbitrary<infer Value> ? Value : never): Fields {
  const { aggregationMethod, ...fields } = choice;
  const names = ['a', 'b', 'c'];
  return { ...fields, sources: names.map((name) => prometheus(name, { aggregationMethod, lookback: '1h' })) };
}

function tell(spec: Fields, story: Story): Told {
  let now = NOON;
  let status: Status = {};
  for (const { outcomes, minutes } of story) {
    now += Math.round(minutes * MINUTE);
    // As it is when it comes back from the API server.
    status = JSON.parse(JSON.stringify(reduced(spec, status, outcomes, now)));
  }
  return { spec, status, now };
}

test('whatever comes back: the status has its shape, nothing of it is lost on the way, and its limits hold', () => {
  fc.assert(
    fc.property(specs, stories, (choice, story) => {
      const { status, spec } = tell(specOf(choice), story);
      const parsed: DiscoveryPolicyStatus = discoveryPolicyStatus.parse(status);
      expect(parsed).toEqual(status);
      expect(readStatus(discoveryPolicyStatus, status)).toEqual(status);
      expect(status.discoveredImages?.length).toBeLessThanOrEqual(spec.maxImages as number);
      expect(new Set(imagesOf(status)).size).toBe(imagesOf(status).length);
      const scores = found(status).map(([, score]) => score);
      expect(scores).toEqual([...scores].sort((left, right) => right - left));
    }),
  );
});

test('the same answers give the same status, and no answers change nothing', () => {
  fc.assert(
    fc.property(specs, stories, (choice, story) => {
      const { status, spec, now } = tell(specOf(choice), story);
      expect(tell(spec, story).status).toEqual(status);
      expect(JSON.parse(JSON.stringify(reduced(spec, status, [], now + MINUTE)))).toEqual(status);
    }),
  );
});

test('the order of the sources plays no part in what is found', () => {
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

test('what was given is left as it was', () => {
  const outcomes = freeze([series({ nginx: 2, 'docker.io/library/nginx': 1, alpine: 9 }), tags({ app: ['v1', 'v2'] })]);
  const spec = { sources: [prometheus('a'), registry({ topX: 1 })] };
  const status = freeze(reduced(spec, {}, outcomes));
  expect(imagesOf(reduced(spec, status, [outcomes[0], failure()]))).toEqual(imagesOf(status));
});
