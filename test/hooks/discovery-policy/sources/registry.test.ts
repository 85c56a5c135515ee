// Responses of registries: the newest tags become images, and tags without a valid reference become remarks.
import { describe, expect, it, test } from 'vitest';
import { allowsQuery } from '../../../../hooks/discovery-policy/query-types/query-types.ts';
import { HOUR, NOON } from '../../builders/wire.ts';
import { type Fields, found, planned, reduced, registry, sourceOf, tags } from '../policies.ts';

interface TagRow {
  readonly what: string;
  readonly fields: Fields;
  readonly response: ReturnType<typeof tags>;
  readonly images: readonly string[];
}

test.each<TagRow>([
  {
    what: 'the newest of n tags has the score n',
    fields: {},
    response: tags({ app: ['v1.0.0', 'v3.0.0', 'v2.0.0'] }),
    images: [
      'registry.example.com/app:v3.0.0 3',
      'registry.example.com/app:v2.0.0 2',
      'registry.example.com/app:v1.0.0 1',
    ],
  },
  {
    what: 'topX applies to each repository',
    fields: { topX: 1 },
    response: tags({ b: ['v1', 'v2'], a: ['v8', 'v9'] }),
    images: ['registry.example.com/a:v9 1', 'registry.example.com/b:v2 1'],
  },
  {
    what: 'tagFilter applies before topX',
    fields: { tagFilter: '^(?!.*-rc)v', topX: 2 },
    response: tags({ app: ['v1', 'latest', 'v2', '9.9', 'v3', 'v4-rc1'] }),
    images: ['registry.example.com/app:v3 2', 'registry.example.com/app:v2 1'],
  },
  ...['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'].map((host) => ({
    what: `the registry of an image at ${host} is Docker Hub`,
    fields: { url: `https://${host}` },
    response: tags({ nginx: ['1.25'] }),
    images: ['docker.io/library/nginx:1.25 1'],
  })),
  {
    what: 'the registry of an image is the host and port of the URL',
    fields: { url: 'http://registry.example.com:5000/path' },
    response: tags({ app: ['v1'] }),
    images: ['registry.example.com:5000/app:v1 1'],
  },
  {
    what: 'an image made from several tags has the highest score',
    fields: { imageTemplate: 'r.io/{{ .Repository }}:stable' },
    response: tags({ app: ['v1', 'v2', 'v3'] }),
    images: ['r.io/app:stable 3'],
  },
])('$what', ({ fields, response, images }) => {
  expect(found(reduced({ sources: [registry(fields)] }, {}, [response]))).toEqual(images);
});

describe('tags that do not become images', () => {
  it.each([
    {
      what: 'some tags are invalid',
      response: tags({ app: ['v1', '$&', 'a b'], old: [] }),
      imageCount: 1,
      reason: 'Synced',
      message: '2 tags without a valid image reference: check imageTemplate',
    },
    {
      what: 'all tags are invalid',
      response: tags({ App: ['v1'], old: [] }),
      imageCount: 0,
      reason: 'BadResponse',
      message: '1 tag without a valid image reference: check imageTemplate',
    },
    {
      what: 'the repository has no tags',
      response: tags({ app: [] }),
      imageCount: 0,
      reason: 'Synced',
      message: 'empty result',
    },
  ])('are reported if $what', ({ response, imageCount, reason, message }) => {
    expect(sourceOf(reduced({ sources: [registry()] }, {}, [response]))).toMatchObject({ imageCount, reason, message });
  });

  it('are an empty result if no tag matches tagFilter any more', () => {
    const spec = { sources: [registry({ tagFilter: '^v' })] };
    const before = reduced(spec, {}, [tags({ app: ['v1'] })]);
    const status = reduced(spec, before, [tags({ app: ['latest'] })], NOON + HOUR);
    expect(sourceOf(status)).toMatchObject({ reason: 'EmptyResult' });
    expect(found(status)).toEqual(['registry.example.com/app:v1 1']);
  });
});

test('the query of a registry has its URL, its repositories and the name of the Secret', () => {
  const source = { ...registry({ repositories: ['b', 'a'], tagFilter: '^v', topX: 3 }), secretRef: { name: 'login' } };
  const url = 'https://registry.example.com';
  expect(planned({ sources: [source] }, {}, NOON)).toEqual([
    { list: 'sources', index: 0, secretName: 'login', type: 'registry', url, repositories: ['b', 'a'] },
  ]);
});

test.each<[what: string, allowed: boolean, stored: unknown]>([
  ['more repositories', true, { url: 'https://r.io/', repositories: ['a', 'b', 'c'] }],
  ['fewer repositories', false, { url: 'https://r.io', repositories: ['a'] }],
  ['another URL', false, { url: 'https://r.io.example.com', repositories: ['a', 'b'] }],
  ['no repositories', false, { url: 'https://r.io' }],
])('a stored source with %s allows the query: %s', (_what, allowed, stored) => {
  const query = { list: 'sources', index: 0, secretName: 'login', type: 'registry', url: 'https://r.io' } as const;
  expect(allowsQuery(stored, { ...query, repositories: ['a', 'b'] })).toBe(allowed);
});
