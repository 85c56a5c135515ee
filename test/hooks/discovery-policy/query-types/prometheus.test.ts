// Prometheus queries: their defaults, what the service sends, and the samples of each image in a response.
import { describe, expect, it, test } from 'vitest';
import { allowsQuery } from '../../../../hooks/discovery-policy/query-types/query-types.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../builders/wire.ts';
import { type Fields, series, seriesOf } from '../policies.ts';
import { compiled, origin, valuesOf } from './compiled.ts';

const url = 'https://a.example.com/prometheus';
const block = { endpoint: url, query: 'up' };
const prometheus = (fields: Fields = {}) => compiled('prometheus', { ...block, ...fields });
const rangeOf = (lookback: number, step: number) => ({
  startMilliseconds: NOON - lookback,
  endMilliseconds: NOON,
  stepMilliseconds: step,
});

test.each<[what: string, fields: Fields, range: object | undefined]>([
  ['without a type is a range over 24 h in steps of 5 m', {}, rangeOf(24 * HOUR, 5 * MINUTE)],
  ['of type range has the same defaults', { queryType: 'range' }, rangeOf(24 * HOUR, 5 * MINUTE)],
  ['with a lookback and a step has both', { lookback: '168h', step: '1h30m' }, rangeOf(168 * HOUR, 90 * MINUTE)],
  ['with a step below a second has that step', { step: '500ms' }, rangeOf(24 * HOUR, SECOND / 2)],
  ['with zeros has the defaults', { lookback: '0s', step: '0' }, rangeOf(24 * HOUR, 5 * MINUTE)],
  ['with empty texts has the defaults', { lookback: '', step: '' }, rangeOf(24 * HOUR, 5 * MINUTE)],
  ['of type instant has no range', { queryType: 'instant' }, undefined],
  ['of type instant ignores the lookback', { queryType: 'instant', lookback: '1h', step: '1s' }, undefined],
])('a query %s', (_what, fields, range) => {
  const expected = { ...origin, type: 'prometheus', url, query: 'up', range };
  expect(prometheus(fields).query(origin, NOON)).toEqual(expected);
});

const DURATION = 'must be a duration such as 30s, 5m or 1h30m';

test.each<[what: string, fields: Fields, message: string]>([
  ['a lookback in days', { lookback: '1d' }, `lookback: ${DURATION}`],
  ['a negative lookback', { lookback: '-1h' }, `lookback: ${DURATION}`],
  ['a lookback of two years', { lookback: '17520h' }, 'lookback: must be a duration of at most a year (8760h)'],
  ['a step that is no duration', { step: 'often' }, `step: ${DURATION}`],
  ['an endpoint without a scheme', { endpoint: 'mimir:9009' }, 'endpoint: must be an http or https URL'],
  ['an endpoint of another scheme', { endpoint: 'ftp://mimir' }, 'endpoint: must be an http or https URL'],
  ['an endpoint without a host', { endpoint: 'http://:x' }, 'endpoint: must be an http or https URL'],
  [
    'a password in the endpoint',
    { endpoint: 'https://me:pw@mimir' },
    'endpoint: must not hold credentials: use secretRef',
  ],
])('a query with %s is invalid', (_what, fields, message) => {
  expect(() => prometheus(fields)).toThrow(`spec.queries.0.prometheus.${message}`);
});

test('a query without the block of its type is invalid', () => {
  const message = 'spec.queries.0.prometheus: required by type prometheus';
  expect(() => compiled('prometheus', undefined)).toThrow(message);
  expect(() => compiled('prometheus', undefined, { loki: { endpoint: 'x', query: 'y' } })).toThrow(message);
});

test('a block of another type is ignored', () => {
  const query = compiled('prometheus', block, { registry: { url: 'x', repositories: ['('], tagFilter: '(' } });
  expect(query.target).toBe(url);
});

test('the target of a query has no parameters', () => {
  expect(prometheus({ endpoint: 'https://a.example.com/x?token=geheim' }).target).not.toContain('geheim');
});

describe('the samples of a response', () => {
  const parse = (response: Parameters<ReturnType<typeof prometheus>['parse']>[0]) => prometheus().parse(response, NOON);

  it('are those of all series with the image, and an image without a value is a candidate', () => {
    const all = [
      seriesOf('a', [5]),
      seriesOf('b', []),
      seriesOf('c', []),
      seriesOf('d', [1]),
      seriesOf('d', [40]),
      seriesOf('e', []),
    ];
    const data = parse(series({}, { series: all, seriesWithoutImage: 1, valuesDropped: 5 }));
    expect(valuesOf(data)).toEqual(['a = 5', 'b = ', 'c = ', 'd = 1, 40', 'e = ']);
    expect(data).toMatchObject({
      remarks: ['1 result without an image label', '5 non-finite values'],
      warnings: [],
      isEmpty: false,
    });
  });

  it('have the times of their values', () => {
    const { images } = parse(series({}, { series: [seriesOf('a', [1, 2]), seriesOf('a', [3])] }));
    const noon = NOON / 1000;
    expect(images.get('a')).toEqual({ times: [noon, noon + 60, noon], values: [1, 2, 3], sizes: [] });
  });

  it('keep the text of the label, and other text than a reference is counted', () => {
    const digest = `sha256:${'0f'.repeat(32)}`;
    const labels = ['nginx', 'docker.io/library/nginx:latest', 'r.io/a:1@sha256:x', 'Not An Image', digest];
    const data = parse(series(Object.fromEntries(labels.map((label) => [label, 1]))));
    expect([...data.images.keys()]).toEqual(['nginx', 'docker.io/library/nginx:latest']);
    expect(data.remarks).toEqual(['3 invalid image labels']);
  });

  it('show the first warning apart from the remarks', () => {
    expect(parse(series({ a: 1 }, { warnings: ['slow', 'late'] }))).toMatchObject({
      remarks: [],
      warnings: ['warning: "slow"'],
    });
  });

  it.each([
    ['nothing', series({}), true],
    ['a series without an image', series({}, { seriesWithoutImage: 1 }), false],
    ['a series without a value', series({ a: [] }), false],
  ])('are missing from a response with %s, which is empty: %s', (_what, response, isEmpty) => {
    expect(parse(response).isEmpty).toBe(isEmpty);
  });

  it('of a partial response keep every image of before', () => {
    const { incomplete } = parse(series({ a: 1 }, { isPartial: true }));
    expect(incomplete?.keeps({ image: 'b' })).toBe(true);
    expect(incomplete?.failure).toBeUndefined();
    expect(parse(series({ a: 1 })).incomplete).toBeUndefined();
  });

  it('of an image with 50,000 series are all there', () => {
    const all = Array.from({ length: 50_000 }, (_, index) => seriesOf('a', [index, index]));
    expect(parse(series({}, { series: all })).images.get('a')?.values).toHaveLength(100_000);
  });
});

test.each<[what: string, allowed: boolean, stored: unknown]>([
  ['the same endpoint and query', true, { endpoint: 'https://a.example.com', query: 'up' }],
  ['another lookback', true, { endpoint: 'https://a.example.com', query: 'up', lookback: '9h' }],
  ['another query', false, { endpoint: 'https://a.example.com', query: 'down' }],
  ['another endpoint', false, { endpoint: 'https://a.example.com.evil.example.com', query: 'up' }],
])('a stored query with %s allows the query: %s', (_what, allowed, stored) => {
  const query = { ...origin, type: 'prometheus', url: 'https://a.example.com', query: 'up', range: undefined } as const;
  expect(allowsQuery(stored, query)).toBe(allowed);
});
