// Answers of which only a part can be used, or sources of which only a part was asked: what is kept, and what is said of the rest.
import { describe, expect, it, test } from 'vitest';
import {
  conditionOf,
  type Fields,
  found,
  type Outcomes,
  prometheus,
  reduced,
  registry,
  series,
  sourceOf,
  tags,
} from './policies.ts';

const one = { sources: [prometheus('a')] };

test('the best images of each source are kept, not the first ones that came', () => {
  const status = reduced({ ...one, maxImages: 2 }, {}, [
    series({ 'r.io/low:1': 1, 'r.io/high:1': 9, 'r.io/middle:1': 5, 'r.io/least:1': 0 }),
  ]);
  const best = [
    { image: 'r.io/high:1', score: 9 },
    { image: 'r.io/middle:1', score: 5 },
  ];
  expect(sourceOf(status)).toMatchObject({ imageCount: 2, images: best });
  expect(found(status)).toEqual(best.map(({ image, score }) => [image, score]));
});

test('an image has its highest score, although the source of a lower one comes first by name', () => {
  const spec = { sources: [prometheus('b'), prometheus('a')] };
  const { discoveredImages } = reduced(spec, {}, [series({ 'r.io/x:1': 5 }), series({ 'r.io/x:1': 3 })]);
  expect(discoveredImages).toEqual([{ image: 'r.io/x:1', score: 5, source: 'https://b.example.com' }]);
});

test('an image that was found in a registry says in which', () => {
  const { discoveredImages } = reduced({ sources: [registry()] }, {}, [tags({ app: ['v1'] })]);
  expect(discoveredImages).toEqual([
    { image: 'registry.example.com/app:v1', score: 1, source: 'https://registry.example.com' },
  ]);
});

test('of a source that was not asked yet nothing is said but that', () => {
  const status = reduced({ sources: [prometheus('a'), prometheus('b')] }, {}, [series({ 'r.io/x:1': 1 })]);
  expect(sourceOf(status, 1)).toMatchObject({
    healthy: false,
    reason: 'Pending',
    message: 'not asked yet',
    failures: 0,
    images: [],
  });
  expect(conditionOf(status, 'Source1')).toMatchObject({
    status: 'False',
    reason: 'Pending',
    message: 'https://b.example.com: not asked yet',
  });
});

interface Row {
  readonly what: string;
  readonly spec: Fields;
  readonly outcomes: Outcomes;
  readonly reason: string;
  readonly message: string;
}

const badTemplate = registry({ repositories: ['app', 'old'], imageTemplate: 'Not an image {{ .Tag }}' });
const rows: Row[] = [
  {
    what: 'one result without the label and one that is no reference',
    spec: one,
    outcomes: [series({ 'Not an image': 1 }, { seriesWithoutImage: 1 })],
    reason: 'BadResponse',
    message: '1 result without an image label; 1 image label not a reference',
  },
  {
    what: 'tags that give no reference, beside a repository without tags',
    spec: { sources: [badTemplate] },
    outcomes: [tags({ app: ['v1'], old: [] })],
    reason: 'BadResponse',
    message: '1 tag gave no image reference: check imageTemplate',
  },
  {
    what: 'a warning and no result: an answer, not a failure',
    spec: one,
    outcomes: [series({}, { warnings: ['a part did not answer'] })],
    reason: 'Synced',
    message: 'nothing came',
  },
];

describe('an answer without any image', () => {
  it.each(rows)('$what', ({ spec, outcomes, reason, message }) => {
    expect(sourceOf(reduced(spec, {}, outcomes))).toMatchObject({ reason, message, imageCount: 0 });
  });
});
