// What becomes of an answer: images in one spelling, with scores, and a word on everything that could not be used.
import { describe, expect, it, test } from 'vitest';
import { HOUR, NOON } from '../builders/wire.ts';
import {
  conditionOf,
  type Fields,
  failure,
  found,
  prometheus,
  reduced,
  registry,
  series,
  sourceOf,
  tags,
} from './policies.ts';

const digest = `sha256:${'0f'.repeat(32)}`;
const one = (fields: Fields = {}) => ({ sources: [prometheus('a', fields)] });

describe('an image has one spelling', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.25', 'docker.io/library/nginx:1.25'],
    ['team/app', 'docker.io/team/app:latest'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    [`nginx:1.25@${digest}`, `docker.io/library/nginx@${digest}`],
    [`quay.io/a/b@${digest}`, `quay.io/a/b@${digest}`],
  ])('%s is %s', (label, image) => {
    expect(found(reduced(one(), {}, [series({ [label]: 7 })]))).toEqual([[image, 7]]);
  });

  it('and spellings of one image are one image', () => {
    const answer = series({ nginx: 1, 'docker.io/nginx:latest': 2, 'docker.io/library/nginx': 4, alpine: 5 });
    expect(found(reduced(one(), {}, [answer]))).toEqual([
      ['docker.io/library/nginx:latest', 7],
      ['docker.io/library/alpine:latest', 5],
    ]);
  });
});

describe('values become a score', () => {
  const values = { 'r.io/a:1': [1, 2, 6], 'r.io/b:1': [4, 4], 'r.io/c:1': 5 };
  it.each([
    [
      'sum',
      [
        ['r.io/a:1', 9],
        ['r.io/b:1', 8],
        ['r.io/c:1', 5],
      ],
    ],
    [
      'count',
      [
        ['r.io/a:1', 3],
        ['r.io/b:1', 2],
        ['r.io/c:1', 1],
      ],
    ],
    [
      'avg',
      [
        ['r.io/c:1', 5],
        ['r.io/b:1', 4],
        ['r.io/a:1', 3],
      ],
    ],
    [
      'max',
      [
        ['r.io/a:1', 6],
        ['r.io/c:1', 5],
        ['r.io/b:1', 4],
      ],
    ],
  ])('%s', (aggregationMethod, scores) => {
    expect(found(reduced(one({ lookback: '1h', aggregationMethod }), {}, [series(values)]))).toEqual(scores);
  });

  it.each(['sum', 'count', 'avg', 'max'])('%s of 50,000 series of one image', (aggregationMethod) => {
    const answer = series({}, { series: Array.from({ length: 50_000 }, () => ({ image: 'nginx', values: [1, 1] })) });
    const score = { sum: 100_000, count: 100_000, avg: 1, max: 1 }[aggregationMethod];
    expect(found(reduced(one({ aggregationMethod }), {}, [answer]))).toEqual([
      ['docker.io/library/nginx:latest', score],
    ]);
  });
});

interface RemarkRow {
  readonly what: string;
  readonly answer: ReturnType<typeof series>;
  readonly images: number;
  readonly reason: string;
  readonly message: string;
}

const remarkTable: RemarkRow[] = [
  { what: 'all of it usable', answer: series({ nginx: 1 }), images: 1, reason: 'Synced', message: '' },
  {
    what: 'a series without an image label',
    answer: series({ nginx: 1 }, { seriesWithoutImage: 1 }),
    images: 1,
    reason: 'Synced',
    message: '1 result without an image label',
  },
  {
    what: 'only series without an image label',
    answer: series({}, { seriesWithoutImage: 3 }),
    images: 0,
    reason: 'BadResponse',
    message: '3 results without an image label',
  },
  {
    what: 'labels that are no reference',
    answer: series({ nginx: 1, 'Not An Image': 5, '': 6, 'a/b:c:d': 7 }),
    images: 1,
    reason: 'Synced',
    message: '3 image labels not a reference',
  },
  {
    what: 'only labels that are no reference',
    answer: series({ 'Not an image': 1 }),
    images: 0,
    reason: 'BadResponse',
    message: '1 image label not a reference',
  },
  {
    what: 'an image ID, which cAdvisor gives where it knows no name',
    answer: series({ nginx: 1, [digest]: 9 }),
    images: 1,
    reason: 'Synced',
    message: '1 image label not a reference',
  },
  {
    what: 'values that are no numbers',
    answer: series({ nginx: 1, alpine: [] }, { valuesDropped: 2 }),
    images: 1,
    reason: 'Synced',
    message: '2 values not finite',
  },
  {
    what: 'only values that are no numbers',
    answer: series({ alpine: [] }, { valuesDropped: 1 }),
    images: 0,
    reason: 'BadResponse',
    message: '1 value not finite',
  },
  {
    what: 'a sum beyond all numbers',
    answer: series({ nginx: 1, alpine: [Number.MAX_VALUE, Number.MAX_VALUE] }),
    images: 1,
    reason: 'Synced',
    message: '1 score not finite',
  },
  {
    what: 'warnings, the first of them',
    answer: series({ nginx: 1 }, { warnings: ['metric might not be a counter', 'and 9 more'] }),
    images: 1,
    reason: 'Synced',
    message: 'metric might not be a counter',
  },
  {
    what: 'several of these',
    answer: series({ nginx: 1, '-': 1 }, { seriesWithoutImage: 1, valuesDropped: 1, warnings: ['slow'] }),
    images: 1,
    reason: 'Synced',
    message: '1 result without an image label; 1 image label not a reference; 1 value not finite; slow',
  },
  { what: 'nothing', answer: series({}), images: 0, reason: 'Synced', message: 'nothing came' },
];

test.each(remarkTable)('reported: $what', ({ answer, images, reason, message }) => {
  const status = reduced(one(), {}, [answer]);
  expect(sourceOf(status)).toMatchObject({ imageCount: images, reason, message });
  expect(status.imageCount).toBe(images);
  expect(conditionOf(status)?.reason).toBe(reason);
});

describe('tags become images', () => {
  interface TagRow {
    readonly what: string;
    readonly fields: Fields;
    readonly answer: ReturnType<typeof tags>;
    readonly images: readonly (readonly [string, number])[];
  }
  const rows: TagRow[] = [
    {
      what: 'the newest of n scores n',
      fields: {},
      answer: tags({ app: ['v1.0.0', 'v3.0.0', 'v2.0.0'] }),
      images: [
        ['registry.example.com/app:v3.0.0', 3],
        ['registry.example.com/app:v2.0.0', 2],
        ['registry.example.com/app:v1.0.0', 1],
      ],
    },
    {
      what: 'topX holds for each repository',
      fields: { topX: 1 },
      answer: tags({ b: ['v1', 'v2'], a: ['v8', 'v9'] }),
      images: [
        ['registry.example.com/a:v9', 1],
        ['registry.example.com/b:v2', 1],
      ],
    },
    {
      what: 'the filter comes before topX',
      fields: { tagFilter: '^v', topX: 2 },
      answer: tags({ app: ['v1', 'latest', 'v2', '9.9', 'v3'] }),
      images: [
        ['registry.example.com/app:v3', 2],
        ['registry.example.com/app:v2', 1],
      ],
    },
    {
      what: 'a filter with a look-ahead',
      fields: { tagFilter: '^(?!.*-rc)v' },
      answer: tags({ app: ['v1', 'v2-rc1'] }),
      images: [['registry.example.com/app:v1', 1]],
    },
    {
      what: 'the registry is host and port of the URL',
      fields: { url: 'http://registry.example.com:5000/path' },
      answer: tags({ app: ['v1'] }),
      images: [['registry.example.com:5000/app:v1', 1]],
    },
    {
      what: 'two tags that become one image: the higher score',
      fields: { imageTemplate: 'r.io/{{ .Repository }}:stable' },
      answer: tags({ app: ['v1', 'v2', 'v3'] }),
      images: [['r.io/app:stable', 3]],
    },
    {
      what: 'a tag that holds what a replacement would expand',
      fields: { imageTemplate: 'r.io/{{ .Repository }}:x-{{ .Tag }}', tagFilter: '^v' },
      answer: tags({ app: ['v1', '$&'] }),
      images: [['r.io/app:x-v1', 1]],
    },
  ];
  it.each(rows)('$what', ({ fields, answer, images }) => {
    expect(found(reduced({ sources: [registry(fields)] }, {}, [answer]))).toEqual(images);
  });

  it.each([
    [
      'some of them no images',
      tags({ app: ['v1', '$&', 'a b'] }),
      1,
      'Synced',
      '2 tags gave no image reference: check imageTemplate',
    ],
    [
      'none of them an image',
      tags({ App: ['v1'] }),
      0,
      'BadResponse',
      '1 tag gave no image reference: check imageTemplate',
    ],
    ['no tags', tags({ app: [] }), 0, 'Synced', 'nothing came'],
    ['no repositories', tags({}), 0, 'Synced', 'nothing came'],
  ])('%s', (...[, answer, imageCount, reason, message]) => {
    const status = reduced({ sources: [registry()] }, {}, [answer]);
    expect(sourceOf(status)).toMatchObject({ imageCount, reason, message });
  });

  it('a filter that nothing passes any more is an empty result', () => {
    const spec = { sources: [registry({ tagFilter: '^v' })] };
    const before = reduced(spec, {}, [tags({ app: ['v1'] })]);
    const status = reduced(spec, before, [tags({ app: ['latest'] })], NOON + HOUR);
    expect(sourceOf(status)).toMatchObject({ reason: 'EmptyResult' });
    expect(found(status)).toEqual([['registry.example.com/app:v1', 1]]);
  });
});

test('an answer of the other kind of source is not taken for images', () => {
  const status = reduced({ sources: [registry(), prometheus('a')] }, {}, [failure(), tags({ app: ['v1'] })]);
  expect(status.imageCount).toBe(0);
});
