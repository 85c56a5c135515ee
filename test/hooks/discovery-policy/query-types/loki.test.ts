// Loki queries: their defaults, what the service sends, and the samples of each image in the lines of a response.
import { describe, expect, it, test } from 'vitest';
import type { LogLine, LokiResponse } from '../../../../hooks/discovery-policy/query-types/loki.ts';
import { allowsQuery } from '../../../../hooks/discovery-policy/query-types/query-types.ts';
import { HOUR, NOON } from '../../builders/wire.ts';
import type { Fields } from '../policies.ts';
import { compiled, origin, valuesOf } from './compiled.ts';

const url = 'https://loki.example.com/base';
const block = { endpoint: url, query: '{job="events"}' };
const loki = (fields: Fields = {}) => compiled('loki', { ...block, ...fields });
const withParser = (fields: Fields = {}) => loki({ parser: { type: 'kubernetesEvents', ...fields } });

test.each<[what: string, query: ReturnType<typeof loki>, lookback: number, labels: readonly string[]]>([
  ['without a parser reads the image label over 24 h', loki(), 24 * HOUR, ['image']],
  ['with a lookback of zero reads 24 h', loki({ lookback: '0' }), 24 * HOUR, ['image']],
  ['with a lookback has it', loki({ queryType: 'range', lookback: '168h' }), 168 * HOUR, ['image']],
  ['with a parser reads its labels', withParser(), 24 * HOUR, ['reason', 'message']],
  [
    'with the fields of a parser reads them',
    withParser({ reasonField: 'why', messageField: 'msg', imageField: 'img', podField: 'name' }),
    24 * HOUR,
    ['why', 'msg', 'img'],
  ],
])('a query %s', (_what, query, lookback, labels) => {
  expect(query.query(origin, NOON)).toEqual({
    ...origin,
    type: 'loki',
    url,
    query: '{job="events"}',
    startMilliseconds: NOON - lookback,
    endMilliseconds: NOON,
    labels,
  });
});

test.each<[what: string, fields: Fields, message: string]>([
  ['a lookback in days', { lookback: '1d' }, 'lookback: must be a duration such as 30s, 5m or 1h30m'],
  ['an endpoint without a scheme', { endpoint: 'loki:3100' }, 'endpoint: must be an http or https URL'],
  ['a user in the endpoint', { endpoint: 'http://me@loki' }, 'endpoint: must not hold credentials: use secretRef'],
])('a query with %s is invalid', (_what, fields, message) => {
  expect(() => loki(fields)).toThrow(`spec.queries.0.loki.${message}`);
});

test('a query without its block is invalid', () => {
  expect(() => compiled('loki', undefined)).toThrow('spec.queries.0.loki: required by type loki');
});

const line = (time: number, labels: Readonly<Record<string, string>>, text = ''): LogLine => ({ time, labels, text });
const response = (lines: readonly LogLine[], missing?: string): LokiResponse => ({
  ok: true,
  type: 'loki',
  lines,
  ...(missing === undefined ? {} : { missing }),
});

describe('without a parser', () => {
  it('each line with an image label is a sample of 1 at its time', () => {
    const lines = [line(5, { image: 'a' }), line(3, { image: 'b:1' }), line(2, { image: 'a' })];
    const data = loki().parse(response(lines), NOON);
    expect([...data.images]).toEqual([
      ['a', { times: [5, 2], values: [1, 1], sizes: [] }],
      ['b:1', { times: [3], values: [1], sizes: [] }],
    ]);
    expect(data).toMatchObject({ remarks: [], isEmpty: false });
  });

  it('lines without an image and invalid images are counted', () => {
    const lines = [line(1, {}), line(2, { image: '' }), line(3, { image: 'Not An Image' }), line(4, { image: 'a' })];
    const data = loki().parse(response(lines), NOON);
    expect(valuesOf(data)).toEqual(['a = 1']);
    expect(data.remarks).toEqual(['2 lines without an image label', '1 invalid image reference']);
  });
});

describe('with the parser of Events', () => {
  const pulled = (image: string, rest: string) => `Successfully pulled image "${image}" ${rest}`;
  const event = (time: number, message: string) => line(time, { reason: 'Pulled', message });

  it('durations are samples with times, and sizes have a list of their own', () => {
    const lines = [
      event(9, pulled('a:1', 'in 1m2.345s (1m2.345s including waiting). Image size: 999 bytes.')),
      event(8, pulled('a:1', 'in 704ms')),
      event(7, pulled('b:1', 'Image size: 5 bytes')),
      event(6, 'Container image "c:1" already present on machine'),
    ];
    expect([...withParser().parse(response(lines), NOON).images]).toEqual([
      ['a:1', { times: [9, 8], values: [62.345, 0.704], sizes: [999] }],
      ['b:1', { times: [], values: [], sizes: [5] }],
    ]);
  });

  it('invalid references are counted, and other Events are not', () => {
    const lines = [event(3, pulled('Not An Image', 'in 1s')), event(2, pulled('a:1', 'in 2s')), event(1, 'other')];
    const data = withParser().parse(response(lines), NOON);
    expect(valuesOf(data)).toEqual(['a:1 = 2']);
    expect(data.remarks).toEqual(['1 invalid image reference']);
  });

  it('lines without any pull are an empty response that is reported', () => {
    const present = 'Container image "a:1" already present on machine';
    const data = withParser().parse(response([event(2, present), event(1, 'y')]), NOON);
    const emptyRemark = 'no pull in 2 lines: check query and parser if there were pulls';
    expect(data).toMatchObject({ remarks: [], isEmpty: true, emptyRemark });
  });

  it('50,000 lines are all read', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => event(index, pulled(`r.io/a:${index % 500}`, 'in 2s')));
    const { images } = withParser().parse(response(lines), NOON);
    expect(images.size).toBe(500);
    expect(images.get('r.io/a:7')?.values).toHaveLength(100);
  });
});

test('a response without lines is empty', () => {
  expect(loki().parse(response([]), NOON)).toMatchObject({ remarks: [], isEmpty: true });
});

test('lines that were not read are reported last', () => {
  const { remarks } = loki().parse(response([line(1, {})], 'only the newest line was read'), NOON);
  expect(remarks).toEqual(['1 line without an image label', 'only the newest line was read']);
});

test.each<[what: string, allowed: boolean, stored: unknown]>([
  ['the same endpoint and query', true, { endpoint: `${url}/`, query: ' {job="events"}\n' }],
  ['another parser', true, { ...block, parser: { type: 'kubernetesEvents' } }],
  ['another query', false, { ...block, query: '{job="secrets"}' }],
  ['another path', false, { ...block, endpoint: 'https://loki.example.com' }],
  ['a missing query', false, { endpoint: url }],
  ['a missing block', false, undefined],
])('a stored query with %s allows the query: %s', (_what, allowed, stored) => {
  expect(allowsQuery(stored, loki().query(origin, NOON))).toBe(allowed);
});
