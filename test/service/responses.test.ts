// An invalid spec becomes a condition of the object, an internal error becomes HTTP 500 without details.
import { describe, expect, it } from 'vitest';
import { alpine, appWithLog, authorized, NOW } from './app-with-log.ts';

const image = (spec: unknown, status: unknown = {}) => ({ ...alpine, spec, status });
const policy = (spec: unknown) => ({ kind: 'PullPolicy', metadata: { name: 'default', uid: 'p' }, spec });
const discovery = (spec: unknown) => ({ kind: 'DiscoveryPolicy', metadata: { name: 'popular', uid: 'd' }, spec });
const set = (spec: unknown) => ({ kind: 'CachedImageSet', metadata: { name: 'tools', uid: 's' }, spec });

interface Status {
  readonly status: { readonly revision: number; readonly conditions?: readonly Readonly<Record<string, string>>[] };
}

async function send(url: string, payload: object): Promise<Status> {
  const response = await appWithLog().app.inject({ method: 'POST', url, headers: authorized, payload });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  return response.json();
}

describe('an invalid spec becomes a Ready condition', () => {
  const images = '/hooks/cachedimages/sync';
  const policies = '/hooks/pullpolicies/sync';
  const sets = '/hooks/cachedimagesets/sync';
  const discoveries = '/hooks/discoverypolicies/sync';
  const sources = [{ type: 'registry', registry: { url: 'https://registry.example.com', repositories: ['app'] } }];
  const upperCase = 'the repository name "Team/App" must be in lower case';
  it.each<[title: string, url: string, parent: object, reason: string, message: string]>([
    [
      'an image without a spec',
      images,
      image(null),
      'InvalidSpec',
      'spec.image: Invalid input: expected string, received undefined',
    ],
    ['an image name in upper case', images, image({ image: 'docker.io/Team/App' }), 'InvalidImageName', upperCase],
    [
      'a policy with an invalid delay',
      policies,
      policy({ minDelayBetweenPulls: 'soon' }),
      'InvalidSpec',
      'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
    ],
    [
      'a set with an image that is not an object',
      sets,
      set({ images: ['alpine'] }),
      'InvalidSpec',
      'spec.images.0: Invalid input: expected object, received string',
    ],
    [
      'a set with an image name in upper case',
      sets,
      set({ images: [{ image: 'docker.io/Team/App' }] }),
      'InvalidSpec',
      `spec.images.0.image: ${upperCase}`,
    ],
    [
      'a DiscoveryPolicy with an empty list of sources',
      discoveries,
      discovery({ sources: [] }),
      'InvalidSpec',
      'spec.sources: Too small: expected array to have >=1 items',
    ],
    [
      'a DiscoveryPolicy with an unsupported filter',
      discoveries,
      discovery({ sources, imageFilter: 'a(?=b)' }),
      'InvalidSpec',
      'spec.imageFilter: look-ahead at position 1: only look-aheads directly after a leading ^ are supported',
    ],
  ])('%s', async (...[, url, parent, reason, message]) => {
    const groups = { 'Fleet.drop.corewire.io/v1alpha1': {}, 'CachedImage.drop.corewire.io/v1alpha1': {}, 'Pod.v1': {} };
    const { status } = await send(url, { parent, children: groups, related: groups });
    expect(status.conditions?.[0]).toEqual({
      type: 'Ready',
      status: 'False',
      observedGeneration: expect.any(Number),
      reason,
      message,
      lastTransitionTime: '2026-11-21T23:16:20Z',
    });
  });

  it('an invalid spec keeps the ledger', async () => {
    const cached = [{ digest: 'sha256:a', since: '2026-11-21T23:00:00Z', nodes: 'aaaaaaaaaaaa' }];
    const status = { revision: 7, image: 'docker.io/library/alpine:3.20', cached };
    const response = await send('/hooks/cachedimages/sync', { parent: image({ image: 'alpine:3' }, status) });
    expect(response.status).toMatchObject({ revision: 8, image: 'docker.io/library/alpine:3.20', cached });
  });
});

describe('an internal error', () => {
  const failing = () =>
    appWithLog({
      clock: () => {
        throw new Error('the clock failed at /private/path');
      },
    });
  const request = {
    method: 'POST',
    url: '/hooks/cachedimages/sync',
    headers: authorized,
    payload: { parent: alpine },
  } as const;

  it('is HTTP 500 without a stack, is counted, and is logged once, with its stack', async () => {
    const { app, entries, metrics } = failing();
    const response = await app.inject(request);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({ error: 'internal error; see the log of the service' });
    expect(entries()).toEqual([
      expect.objectContaining({
        level: 50,
        msg: 'internal error',
        hook: '/hooks/cachedimages/sync',
        err: expect.objectContaining({
          message: 'the clock failed at /private/path',
          stack: expect.stringContaining('responses.test.ts'),
        }),
      }),
    ]);
    expect(await metrics.registry.metrics()).toContain(
      'drop_hook_duration_seconds_count{hook="/hooks/cachedimages/sync",code="500"} 1',
    );
  });
});

describe('the status of the last response', () => {
  const url = '/hooks/cachedimages/sync';
  const related = { 'Pod.v1': {} };

  it('replaces an older observed status of the same parent for 30 seconds', async () => {
    let now = NOW;
    const { app } = appWithLog({ clock: () => now });
    const send = async (parent: object) =>
      (await app.inject({ method: 'POST', url, headers: authorized, payload: { parent, related } })).json<Status>();
    const stored = { revision: 4, image: 'docker.io/library/alpine:3.20', consecutiveFailures: 3 };
    const first = await send(image(alpine.spec, stored));
    expect(first.status).toMatchObject({ revision: 5, consecutiveFailures: 3 });
    const stale = await send(image(alpine.spec));
    expect(stale.status).toEqual(first.status);
    const other = await send({ ...image(alpine.spec), metadata: { ...alpine.metadata, uid: 'another' } });
    expect(other.status).toMatchObject({ revision: 1, consecutiveFailures: 0 });
    now += 30_000;
    const forgotten = await send(image(alpine.spec));
    expect(forgotten.status).toMatchObject({ revision: 1, consecutiveFailures: 0 });
  });
});
