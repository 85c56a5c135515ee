// Registry queries: what the service sends, and how tags become images with values.
import { describe, expect, it, test } from 'vitest';
import { InvalidFieldError } from '../../../../hooks/discovery-policy/compiled-field.ts';
import { allowsQuery } from '../../../../hooks/discovery-policy/query-types/query-types.ts';
import type { RegistryResponse } from '../../../../hooks/discovery-policy/query-types/registry.ts';
import { NOON } from '../../builders/wire.ts';
import { type Fields, tags, tagsWithout } from '../policies.ts';
import { compiled, origin, valuesOf } from './compiled.ts';

const url = 'https://registry.example.com';
const registry = (fields: Fields = {}) => compiled('registry', { url, repositories: ['a'], ...fields });
const parse = (fields: Fields, response: RegistryResponse) => registry(fields).parse(response, NOON);

test.each<[what: string, fields: Fields, sent: object]>([
  ['with defaults reads 1000 tags of each repository', {}, { maxScan: 1000 }],
  ['with its own fields sends them', { tagSeek: 'v1', maxScan: 2 }, { tagSeek: 'v1', maxScan: 2 }],
  ['with an empty tagSeek begins with the first tag', { tagSeek: '' }, { maxScan: 1000, tagSeek: undefined }],
])('a query %s', (_what, fields, sent) => {
  const expected = { ...origin, type: 'registry', url, repositories: ['a'], ...sent };
  expect(registry(fields).query(origin, NOON)).toEqual(expected);
});

test.each<[what: string, fields: Fields, message: string | RegExp]>([
  ['a bad tagFilter', { tagFilter: '(' }, 'spec.queries.0.registry.tagFilter: missing ): ('],
  ['a bad versionPattern', { versionPattern: 'v(' }, 'spec.queries.0.registry.versionPattern: missing ): v('],
  ['a look-ahead in versionPattern', { versionPattern: '^(?=v)v' }, /^spec\.queries\.0\.registry\.versionPattern: /],
  [
    'a bad imageTemplate',
    { imageTemplate: '{{ .Digest }}' },
    /^spec\.queries\.0\.registry\.imageTemplate: unknown field/,
  ],
  ['a URL without a scheme', { url: 'registry' }, 'spec.queries.0.registry.url: must be an http or https URL'],
])('a query with %s is invalid', (_what, fields, message) => {
  expect(() => registry(fields)).toThrow(message);
  expect(() => registry(fields)).toThrow(InvalidFieldError);
});

interface TagRow {
  readonly what: string;
  readonly fields?: Fields;
  readonly response: RegistryResponse;
  readonly values: readonly string[];
}

const at = (reference: string) => `registry.example.com/${reference}`;

test.each<TagRow>([
  {
    what: 'the newest of n tags of a repository has the value n',
    response: tags({ a: ['v1.0', 'v1.1', 'v1.2', 'v1.3', 'latest'], c: ['9.0', '9.1'] }),
    values: ['a:v1.3 = 5', 'a:v1.2 = 4', 'a:v1.1 = 3', 'a:v1.0 = 2', 'a:latest = 1', 'c:9.1 = 2', 'c:9.0 = 1'].map(at),
  },
  {
    what: 'tagFilter applies before topX',
    fields: { tagFilter: '^(?!.*-rc)v', topX: 2 },
    response: tags({ a: ['v1', 'latest', 'v2', '9.9', 'v3', 'v4-rc1'] }),
    values: ['a:v3 = 2', 'a:v2 = 1'].map(at),
  },
  {
    what: 'versionPattern decides which tags are the newest',
    fields: { versionPattern: 'x86_64-v(.+)', topX: 2 },
    response: tags({ a: ['x86_64-v17.4.0', 'x86_64-v17.10.0', 'ubuntu-v99.0.0', 'x86_64-v17.5.0'] }),
    values: ['a:x86_64-v17.10.0 = 2', 'a:x86_64-v17.5.0 = 1'].map(at),
  },
  {
    what: 'a slash at the end of the URL and its scheme are no part of the image',
    fields: { url: 'http://registry.example.com:5000/' },
    response: tags({ a: ['1'] }),
    values: ['registry.example.com:5000/a:1 = 1'],
  },
  {
    what: 'the path of the URL is a part of the image',
    fields: { url: 'https://registry.example.com/mirror' },
    response: tags({ a: ['1'] }),
    values: ['registry.example.com/mirror/a:1 = 1'],
  },
  {
    what: 'the registry in a template has no scheme',
    fields: { url: 'https://registry.gitlab.com', imageTemplate: '{{.Registry}}/{{.Repository}}:{{.Tag}}' },
    response: tags({ 'team/app': ['1'] }),
    values: ['registry.gitlab.com/team/app:1 = 1'],
  },
  {
    what: 'the image is not normalised',
    fields: { imageTemplate: 'nginx:{{ .Tag }}' },
    response: tags({ a: ['1'] }),
    values: ['nginx:1 = 1'],
  },
  {
    what: 'an image of several tags has the highest value only',
    fields: { imageTemplate: 'r.io/app:stable' },
    response: tags({ a: ['v1', 'v2', 'v3'], b: ['v1'] }),
    values: ['r.io/app:stable = 3'],
  },
])('$what', ({ fields = {}, response, values }) => {
  expect(valuesOf(parse(fields, response))).toEqual(values);
});

test('each tag is one sample with the time of the query and its repository', () => {
  const { images } = parse({}, tags({ a: ['1'] }));
  expect([...images.values()]).toEqual([{ times: [NOON / 1000], values: [1], sizes: [], repository: 'a' }]);
});

describe('the remarks of a response', () => {
  const cut = (...names: readonly string[]): RegistryResponse => ({
    ok: true,
    type: 'registry',
    repositories: ['a', 'b', 'c'].map((repository) => ({
      repository,
      tags: ['1', '2'],
      ...(names.includes(repository) ? { isCut: true } : {}),
    })),
  });

  it.each([
    ['no list that ends at maxScan', cut(), []],
    ['one', cut('b'), ['maxScan reached in b: tags after the first 2 were not read']],
    ['two', cut('a', 'c'), ['maxScan reached in 2 repositories: tags after the first 2 were not read']],
  ])('name %s', (_what, response, remarks) => {
    expect(parse({ maxScan: 2 }, response).remarks).toEqual(remarks);
  });

  it('count tags without a valid reference', () => {
    const data = parse({}, tags({ a: ['1', '$&'] }));
    expect(data.remarks).toEqual(['1 tag without a valid image reference: check imageTemplate']);
    expect(valuesOf(data)).toEqual([at('a:1 = 2')]);
  });
});

test('a query counts as failed if the registry did not find a repository', () => {
  const { incomplete } = parse({}, tagsWithout(['b'], { a: ['1'] }));
  expect(incomplete?.failure).toEqual({ reason: 'NotFound', message: 'repository b: not found (HTTP 404)' });
  expect(incomplete?.keeps({ image: 'x', repository: 'b' })).toBe(true);
  expect(incomplete?.keeps({ image: 'x', repository: 'a' })).toBe(false);
});

test.each([
  ['no tags', tags({ a: [], b: [] }), true],
  ['a tag', tags({ a: [], b: ['1'] }), false],
])('a response with %s is empty: %s', (_what, response, isEmpty) => {
  expect(parse({}, response).isEmpty).toBe(isEmpty);
});

test.each<[what: string, allowed: boolean, stored: unknown]>([
  ['more repositories', true, { url: `${url}/`, repositories: ['a', 'b'] }],
  ['another maxScan', true, { url, repositories: ['a'], maxScan: 3 }],
  ['other repositories', false, { url, repositories: ['b'] }],
  ['another URL', false, { url: 'https://r.io', repositories: ['a'] }],
])('a stored query with %s allows the query: %s', (_what, allowed, stored) => {
  expect(allowsQuery(stored, registry().query(origin, NOON))).toBe(allowed);
});
