// The longest image references that a source can return become CachedImages that the API server accepts.
import { describe, expect, it } from 'vitest';
import { cachedImageKind } from '../../crds/cached-image.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { parseImageReference } from '../../kubernetes/image-reference.ts';
import { appWithLog, jsonHeaders } from '../service/app-with-log.ts';

const repeated = (piece: string, length: number) => piece.repeat(length).slice(0, length);
/** A DNS name of 253 characters and a port. */
const longestRegistry = `${repeated(`${repeated('r', 63)}.`, 253)}:65535`;
const longestRepository = repeated('r', 255);
const digest = `sha512:${repeated('a', 128)}`;

/** The specs of the children of a set whose DiscoveryPolicy has discovered this image. */
async function childSpecsOf(image: string): Promise<object[]> {
  const spec = { sources: [{ type: 'prometheus', prometheus: { endpoint: 'http://prometheus', query: 'images' } }] };
  const lastSyncTime = '2026-11-21T23:00:00Z';
  const status = { revision: 1, lastSyncTime, discoveredImages: [{ image, score: 1, source: 'prometheus' }] };
  const policy = { kind: 'DiscoveryPolicy', metadata: { name: 'popular', uid: 'd' }, spec, status };
  const body = {
    parent: {
      kind: 'CachedImageSet',
      metadata: { name: 'set', uid: 's' },
      spec: { discoveryPolicyRef: { name: 'popular' } },
    },
    children: { [`CachedImage.${API_VERSION}`]: {} },
    related: { [`DiscoveryPolicy.${API_VERSION}`]: { popular: policy } },
  };
  const { app } = appWithLog();
  const response = await app.inject({
    method: 'POST',
    url: '/hooks/cachedimagesets/sync',
    headers: jsonHeaders,
    payload: JSON.stringify(body),
  });
  expect(response.statusCode).toBe(200);
  return (response.json() as { children: { spec: object }[] }).children.map((child) => child.spec);
}

describe('a discovered image becomes a CachedImage with a valid spec', () => {
  it.each([
    ['with the shortest reference', 'a'],
    ['with the longest repository', `registry.example.com/${longestRepository}:v1`],
    ['with the longest tag', `registry.example.com/app:${repeated('t', 128)}`],
    ['with the longest digest', `registry.example.com/app@${digest}`],
    ['with the longest registry and a short repository', `${longestRegistry}/app:v1`],
    ['with the longest registry and repository', `${longestRegistry}/${longestRepository}:v1`],
    ['with the longest registry, repository and digest', `${longestRegistry}/${longestRepository}@${digest}`],
  ])('%s', async (_title, image) => {
    expect(parseImageReference(image)).toMatchObject({ ok: true });
    const specs = await childSpecsOf(image);
    expect(specs).toHaveLength(1);
    const problems = specs.map((spec) => cachedImageKind.spec.safeParse(spec).error?.issues[0]?.message);
    expect(problems).toEqual([undefined]);
  });
});
