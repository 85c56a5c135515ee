// Responses of Prometheus: image labels become normalised references, values become scores, the rest becomes remarks.
import { describe, expect, it, test } from 'vitest';
import { allowsQuery } from '../../../../hooks/discovery-policy/query-types/query-types.ts';
import { HOUR, MINUTE, NOON } from '../../builders/wire.ts';
import {
  conditionOf,
  type Fields,
  found,
  planned,
  prometheus,
  reduced,
  series,
  seriesOf,
  sourceOf,
} from '../policies.ts';

const digest = `sha256:${'0f'.repeat(32)}`;
const policy = (fields: Fields = {}) => ({ sources: [prometheus('a', fields)] });

describe('an image label', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['team/app', 'docker.io/team/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    [`nginx:1.25@${digest}`, `docker.io/library/nginx@${digest}`],
  ])('%s becomes the reference %s', (label, image) => {
    expect(found(reduced(policy(), {}, [series({ [label]: 7 })]))).toEqual([`${image} 7`]);
  });

  it('is merged with the other labels of the same image', () => {
    const response = series({ nginx: 1, 'docker.io/nginx:latest': 2, 'docker.io/library/nginx': 4, alpine: 5 });
    expect(found(reduced(policy(), {}, [response]))).toEqual([
      'docker.io/library/nginx:latest 7',
      'docker.io/library/alpine:latest 5',
    ]);
  });
});

describe('the score of an image', () => {
  const response = series({ 'r.io/a:1': [1, 2, 6], 'r.io/b:1': [4, 4], 'r.io/c:1': 5 });
  it.each([
    ['sum', 'r.io/a:1 9, r.io/b:1 8, r.io/c:1 5', 100_000],
    ['count', 'r.io/a:1 3, r.io/b:1 2, r.io/c:1 1', 100_000],
    ['avg', 'r.io/c:1 5, r.io/b:1 4, r.io/a:1 3', 1],
    ['max', 'r.io/a:1 6, r.io/c:1 5, r.io/b:1 4', 1],
  ])('is the %s of its values', (aggregationMethod, scores, ofManySeries) => {
    const fields = { lookback: '1h', aggregationMethod };
    const texts = found(reduced(policy(fields), {}, [response]));
    expect(texts.join(', ')).toBe(scores);
    const manySeries = Array.from({ length: 50_000 }, () => seriesOf('r.io/a:1', [1, 1]));
    const status = reduced(policy(fields), {}, [series({}, { series: manySeries })]);
    expect(found(status)).toEqual([`r.io/a:1 ${ofManySeries}`]);
  });
});

interface RemarkRow {
  readonly what: string;
  readonly response: ReturnType<typeof series>;
  readonly images: number;
  readonly reason: string;
  readonly message: string;
}

test.each<RemarkRow>([
  {
    what: 'a usable response has no message',
    response: series({ nginx: 1 }),
    images: 1,
    reason: 'Synced',
    message: '',
  },
  {
    what: 'invalid image labels are counted',
    response: series({ nginx: 1, 'Not An Image': 5, '': 6, 'a/b:c:d': 7 }),
    images: 1,
    reason: 'Synced',
    message: '3 invalid image labels',
  },
  {
    what: 'an image ID, which cAdvisor reports for an image without a name, is not an image label',
    response: series({ nginx: 1, [digest]: 9 }),
    images: 1,
    reason: 'Synced',
    message: '1 invalid image label',
  },
  {
    what: 'a sum that overflows is counted',
    response: series({ nginx: 1, alpine: [Number.MAX_VALUE, Number.MAX_VALUE] }),
    images: 1,
    reason: 'Synced',
    message: '1 non-finite score',
  },
  {
    what: 'only the first warning is shown',
    response: series({ nginx: 1 }, { warnings: ['metric might not be a counter', 'and 9 more'] }),
    images: 1,
    reason: 'Synced',
    message: 'warning: "metric might not be a counter"',
  },
  {
    what: 'all remarks are shown in one message',
    response: series({ nginx: 1, '-': 1 }, { seriesWithoutImage: 1, valuesDropped: 2, warnings: ['slow'] }),
    images: 1,
    reason: 'Synced',
    message: '1 result without an image label; 1 invalid image label; 2 non-finite values; warning: "slow"',
  },
  {
    what: 'a response without any image label is a failure',
    response: series({}, { seriesWithoutImage: 3 }),
    images: 0,
    reason: 'BadResponse',
    message: '3 results without an image label',
  },
  {
    what: 'a response with only invalid image labels is a failure',
    response: series({ 'Not an image': 1 }, { seriesWithoutImage: 1 }),
    images: 0,
    reason: 'BadResponse',
    message: '1 result without an image label; 1 invalid image label',
  },
  {
    what: 'a response without any finite value is a failure',
    response: series({ alpine: [] }, { valuesDropped: 1 }),
    images: 0,
    reason: 'BadResponse',
    message: '1 non-finite value',
  },
  {
    what: 'an empty response is a success',
    response: series({}, { warnings: ['partial response'] }),
    images: 0,
    reason: 'Synced',
    message: 'empty result',
  },
])('$what', ({ response, images, reason, message }) => {
  const status = reduced(policy(), {}, [response]);
  expect(sourceOf(status)).toMatchObject({ imageCount: images, reason, message });
  expect(status.imageCount).toBe(images);
  expect(conditionOf(status)?.reason).toBe(reason);
});

const base = {
  list: 'sources',
  index: 0,
  secretName: undefined,
  type: 'prometheus',
  url: 'https://a.example.com',
  query: 'count(up) by (image)',
  range: undefined,
};
const week = { startMilliseconds: NOON - 168 * HOUR, endMilliseconds: NOON };

test.each([
  { what: 'a source without lookback sends an instant query', source: prometheus('a'), query: base },
  {
    what: 'a source of queryType instant sends an instant query',
    source: prometheus('a', { queryType: 'instant' }),
    query: base,
  },
  {
    what: 'a source with lookback sends a range query in steps of 5 minutes',
    source: prometheus('a', { lookback: '168h' }),
    query: { ...base, range: { ...week, stepMilliseconds: 5 * MINUTE } },
  },
  {
    what: 'a source of queryType range sends a range query with its own step',
    source: prometheus('a', { queryType: 'range', lookback: '168h', step: '1h30m' }),
    query: { ...base, range: { ...week, stepMilliseconds: 90 * MINUTE } },
  },
  {
    what: 'a query has the path of the endpoint and the name of the Secret',
    source: { ...prometheus('a', { endpoint: 'https://mimir:9009/prometheus' }), secretRef: { name: 'login' } },
    query: { ...base, secretName: 'login', url: 'https://mimir:9009/prometheus' },
  },
])('$what', ({ source, query }) => {
  expect(planned({ sources: [source] }, {}, NOON)).toEqual([query]);
});

test.each<[what: string, allowed: boolean, stored: unknown]>([
  ['the same endpoint and query', true, { endpoint: 'https://a.example.com', query: 'up' }],
  ['a trailing slash and blanks around the query', true, { endpoint: 'https://a.example.com/', query: ' up\n' }],
  ['the default port', true, { endpoint: 'https://A.example.com:443', query: 'up' }],
  ['another port', false, { endpoint: 'https://a.example.com:444', query: 'up' }],
  ['another scheme', false, { endpoint: 'http://a.example.com', query: 'up' }],
  ['another path', false, { endpoint: 'https://a.example.com/other', query: 'up' }],
  ['another query', false, { endpoint: 'https://a.example.com', query: 'down' }],
  ['a missing endpoint', false, { query: 'up' }],
  ['a missing block', false, undefined],
])('a stored source with %s allows the query: %s', (_what, allowed, stored) => {
  const query = {
    list: 'sources',
    index: 0,
    secretName: 'login',
    type: 'prometheus',
    url: 'https://a.example.com',
    query: 'up',
  } as const;
  expect(allowsQuery(stored, { ...query, range: undefined })).toBe(allowed);
});
