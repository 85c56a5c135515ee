// Merging the statuses of two replicas: the latest images stay, whichever replica found them.
import { describe, expect, it, test } from 'vitest';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { mergeDiscoveryStatuses } from '../../../hooks/discovery-policy/merge.ts';

const noon = '2026-11-21T12:00:00Z';
const later = '2026-11-21T12:05:00Z';

const source = (hash: string, images: readonly string[], lastSuccessTime?: string, more: object = {}) => ({
  type: 'prometheus' as const,
  target: `https://${hash}.example.com`,
  hash,
  healthy: true,
  reason: 'Synced',
  message: '',
  failures: 0,
  lastSuccessTime,
  imageCount: images.length,
  images: images.map((image) => ({ image, score: 1 })),
  ...more,
});
const status = (
  revision: number,
  ...sources: DiscoveryPolicyStatus['sources'] & object
): Partial<DiscoveryPolicyStatus> => ({ revision, sources });
const fails = { healthy: false, reason: 'Timeout', failures: 2 };

test.each([
  {
    what: 'a remembered status with a higher revision is returned unchanged',
    observed: status(4, source('a', ['x'], noon)),
    remembered: status(5, source('a', ['y'], later)),
    merged: status(5, source('a', ['y'], later)),
  },
  {
    what: 'a status without sources is returned unchanged',
    observed: {},
    remembered: { revision: 1 },
    merged: { revision: 1 },
  },
  {
    what: 'a newer status without images gets those of the older status',
    observed: status(7, source('a', [], later)),
    remembered: status(5, source('a', ['x'], noon)),
    merged: status(8, source('a', ['x'], later)),
  },
  {
    what: 'a newer status of a failing source gets the images of the older status',
    observed: status(4, source('a', ['x'], noon)),
    remembered: status(5, source('a', [], undefined, fails)),
    merged: status(6, source('a', ['x'], undefined, fails)),
  },
  {
    what: 'the images of the later success win, and the failure remains',
    observed: status(7, source('a', ['x'], noon, fails)),
    remembered: status(5, source('a', ['y', 'z'], later)),
    merged: status(8, source('a', ['y', 'z'], noon, fails)),
  },
  {
    what: 'the images of an earlier success are ignored',
    observed: status(7, source('a', ['x'], later)),
    remembered: status(5, source('a', ['y'], noon)),
    merged: status(7, source('a', ['x'], later)),
  },
  {
    what: 'images without a time of success lose to images with one',
    observed: status(7, source('a', ['x'])),
    remembered: status(5, source('a', ['y'], noon)),
    merged: status(8, source('a', ['y'])),
  },
  {
    what: 'images without a time of success change nothing',
    observed: status(7, source('a', ['x'])),
    remembered: status(5, source('a', ['y'])),
    merged: status(7, source('a', ['x'])),
  },
  {
    what: 'a status without images adds nothing',
    observed: status(7, source('a', [], noon)),
    remembered: status(5, source('a', [], later)),
    merged: status(7, source('a', [], noon)),
  },
  {
    what: 'sources are matched by hash, so an edited source gets no images',
    observed: status(7, source('b', [], later), source('c', [], later)),
    remembered: status(5, source('a', ['x'], noon), source('b', ['y'], noon)),
    merged: status(8, source('b', ['y'], later), source('c', [], later)),
  },
])('$what', ({ observed, remembered, merged }) => {
  expect(mergeDiscoveryStatuses(observed, remembered)).toEqual(merged);
});

describe('the statuses of a policy with queries', () => {
  const result = (hash: string, lastSuccessTime = noon) => ({
    name: hash,
    type: 'prometheus',
    status: 'success',
    hash,
    lastSuccessTime,
  });
  const ranking = (
    revision: number,
    images: readonly string[] | undefined,
    more: Partial<DiscoveryPolicyStatus> = {},
  ) => ({
    revision,
    queryResults: [result('a'), result('b')],
    ...(images === undefined
      ? {}
      : {
          lastSyncTime: noon,
          imageCount: images.length,
          discoveredImages: images.map((image, index) => ({ image, rank: index + 1, raw: [1, null], values: [2] })),
          signalBounds: [{ signal: 's', hash: 'h', min: 2, max: 2 }],
        }),
    ...more,
  });

  it('keep the newer status, unless the older one has a later ranking', () => {
    const newer = ranking(7, ['x'], { lastSyncTime: later });
    expect(mergeDiscoveryStatuses(newer, ranking(5, ['y']))).toEqual(newer);
    expect(mergeDiscoveryStatuses(newer, ranking(5, ['y'], { lastSyncTime: later }))).toEqual(newer);
    const older = ranking(5, ['y', 'z'], { lastSyncTime: '2026-11-21T12:09:00Z' });
    expect(mergeDiscoveryStatuses(newer, older)).toEqual({ ...older, revision: 8 });
  });

  it('keep the results of the newer status with the ranking of the older one', () => {
    const failing = { ...result('b'), status: 'failed', reason: 'Timeout' };
    const newer = ranking(7, undefined, { queryResults: [result('a', later), failing] });
    const older = ranking(5, ['y']);
    const { discoveredImages, signalBounds, imageCount, lastSyncTime } = older;
    const expected = { ...newer, discoveredImages, signalBounds, imageCount, lastSyncTime, revision: 8 };
    expect(mergeDiscoveryStatuses(newer, older)).toEqual(expected);
  });

  it.each([
    ['with other queries', [result('c'), result('b')]],
    ['with the queries in another order', [result('b'), result('a')]],
    ['with fewer queries', [result('a')]],
  ])('ignore a ranking %s, because its numbers belong to them', (_what, queryResults) => {
    const newer = ranking(7, undefined, { queryResults });
    expect(mergeDiscoveryStatuses(newer, ranking(5, ['y']))).toEqual(newer);
  });

  it('keep an empty ranking', () => {
    const newer = ranking(7, [], { lastSyncTime: later });
    expect(mergeDiscoveryStatuses(newer, ranking(5, ['y']))).toEqual(newer);
  });

  it('are not merged with those of a policy with sources', () => {
    const withQueries = ranking(7, undefined);
    const withSources = status(5, source('a', ['x'], noon));
    expect(mergeDiscoveryStatuses(withQueries, withSources)).toEqual(withQueries);
    expect(mergeDiscoveryStatuses({ ...withSources, revision: 9 }, withQueries)).toEqual({
      ...withSources,
      revision: 9,
    });
  });
});
