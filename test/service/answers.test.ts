// Proves that a bad spec is a condition on the object and not an error, and that our own bug is an error without details.
import { describe, expect, it } from 'vitest';
import { alpine, appWithLog, authorized, NOW } from './app-with-log.ts';

const image = (spec: unknown, status: unknown = {}) => ({ ...alpine, spec, status });
const policy = (spec: unknown) => ({ kind: 'PullPolicy', metadata: { name: 'default', uid: 'p' }, spec });
const discovery = (spec: unknown) => ({ kind: 'DiscoveryPolicy', metadata: { name: 'popular', uid: 'd' }, spec });
const set = (spec: unknown) => ({ kind: 'CachedImageSet', metadata: { name: 'tools', uid: 's' }, spec });

interface Status {
  readonly status: { readonly revision: number; readonly conditions?: readonly Readonly<Record<string, string>>[] };
}

async function ask(url: string, payload: object): Promise<Status> {
  const response = await appWithLog().app.inject({ method: 'POST', url, headers: authorized, payload });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  return response.json();
}

describe('a spec that got past the API server', () => {
  const images = '/hooks/cachedimages/sync';
  const policies = '/hooks/pullpolicies/sync';
  const sets = '/hooks/cachedimagesets/sync';
  const discoveries = '/hooks/discoverypolicies/sync';
  const sources = [{ type: 'registry', registry: { url: 'https://registry.example.com', repositories: ['app'] } }];
  it.each<[string, string, object, string, string]>([
    ['no image', images, image({}), 'InvalidSpec', 'spec.image: Invalid input: expected string, received undefined'],
    ['no spec', images, image(null), 'InvalidSpec', 'spec.image: Invalid input: expected string, received undefined'],
    [
      'a tag in the image',
      images,
      image({ image: 'alpine:3' }),
      'InvalidSpec',
      'spec.image: must not have a tag: use the field tag',
    ],
    [
      'a repository in upper case',
      images,
      image({ image: 'docker.io/Team/App' }),
      'InvalidImageName',
      'the repository name "Team/App" must be in lower case',
    ],
    [
      'no concurrency',
      policies,
      policy({ maxConcurrentNodes: 0 }),
      'InvalidSpec',
      'spec.maxConcurrentNodes: Too small: expected number to be >=1',
    ],
    [
      'a delay that is none',
      policies,
      policy({ minDelayBetweenPulls: 'soon' }),
      'InvalidSpec',
      'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
    ],
    [
      'images that are none',
      sets,
      set({ images: ['alpine'] }),
      'InvalidSpec',
      'spec.images.0: Invalid input: expected object, received string',
    ],
    [
      'an image of a set in upper case',
      sets,
      set({ images: [{ image: 'docker.io/Team/App' }] }),
      'InvalidSpec',
      'spec.images.0.image: the repository name "Team/App" must be in lower case',
    ],
    [
      'nowhere to look',
      discoveries,
      discovery({}),
      'InvalidSpec',
      'spec.sources: Invalid input: expected array, received undefined',
    ],
    [
      'a filter that is none',
      discoveries,
      discovery({ sources, imageFilter: 'a(?=b)' }),
      'InvalidSpec',
      'spec.imageFilter: look-ahead at position 1: only look-aheads directly after a leading ^ are supported',
    ],
  ])('%s', async (...[, url, parent, reason, message]) => {
    const groups = { 'Fleet.drop.corewire.io/v1alpha1': {}, 'CachedImage.drop.corewire.io/v1alpha1': {}, 'Pod.v1': {} };
    const { status } = await ask(url, { parent, children: groups, related: groups });
    expect(status.conditions?.[0]).toEqual({
      type: 'Ready',
      status: 'False',
      reason,
      message,
      lastTransitionTime: '2026-11-21T23:16:20Z',
    });
  });

  it('keeps what the ledger knows', async () => {
    const cached = [{ digest: 'sha256:a', since: '2026-11-21T23:00:00Z', nodes: 'aaaaaaaaaaaa' }];
    const status = { revision: 7, image: 'docker.io/library/alpine:3.20', cached };
    const answer = await ask('/hooks/cachedimages/sync', { parent: image({ image: 'alpine:3' }, status) });
    expect(answer.status).toMatchObject({ revision: 8, image: 'docker.io/library/alpine:3.20', cached });
  });
});

describe('our own bug', () => {
  const failing = () =>
    appWithLog({
      clock: () => {
        throw new Error('the clock stands still at /work/secret/path');
      },
    });
  const request = {
    method: 'POST',
    url: '/hooks/cachedimages/sync',
    headers: authorized,
    payload: { parent: alpine },
  } as const;

  it('is a 500 without a stack', async () => {
    const response = await failing().app.inject(request);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({ error: 'internal error; the log of the service says more' });
  });

  it('is in the log, once, with its stack', async () => {
    const { app, entries } = failing();
    await app.inject(request);
    expect(entries()).toEqual([
      expect.objectContaining({
        level: 50,
        msg: 'internal error',
        hook: '/hooks/cachedimages/sync',
        err: expect.objectContaining({
          message: 'the clock stands still at /work/secret/path',
          stack: expect.stringContaining('answers.test.ts'),
        }),
      }),
    ]);
  });

  it('is counted', async () => {
    const { app, metrics } = failing();
    await app.inject(request);
    expect(await metrics.registry.metrics()).toContain(
      'drop_hook_duration_seconds_count{hook="/hooks/cachedimages/sync",code="500"} 1',
    );
  });
});

describe('our own writes', () => {
  const url = '/hooks/cachedimages/sync';
  const related = { 'Pod.v1': {} };

  it('are read although the caches do not show them yet', async () => {
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
