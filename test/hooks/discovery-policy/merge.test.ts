// Two replicas that answer in turn keep the last good images of each source, whichever of them saw these.
import { expect, test } from 'vitest';
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
): Partial<DiscoveryPolicyStatus> => ({
  revision,
  sources,
});
const fails = { healthy: false, reason: 'Timeout', failures: 2 };

test.each([
  {
    what: 'the caches are behind: the answer, as it was',
    observed: status(4, source('a', ['x'], noon)),
    remembered: status(5, source('a', ['y'], later)),
    joined: status(5, source('a', ['y'], later)),
  },
  {
    what: 'the caches show the answer: what is observed',
    observed: status(5, source('a', ['y'], later)),
    remembered: status(5, source('a', ['y'], later)),
    joined: status(5, source('a', ['y'], later)),
  },
  {
    what: 'nothing is known',
    observed: {},
    remembered: { revision: 1 },
    joined: { revision: 1 },
  },
  {
    what: 'the other replica wrote more often, and never saw the source give anything',
    observed: status(7, source('a', [], later)),
    remembered: status(5, source('a', ['x'], noon)),
    joined: status(8, source('a', ['x'], later)),
  },
  {
    what: 'the other replica wrote less often, and alone saw the source give something',
    observed: status(4, source('a', ['x'], noon)),
    remembered: status(5, source('a', [], undefined, fails)),
    joined: status(6, source('a', ['x'], undefined, fails)),
  },
  {
    what: 'of what both saw, what the source gave later; that it fails now stays said',
    observed: status(7, source('a', ['x'], noon, fails)),
    remembered: status(5, source('a', ['y', 'z'], later)),
    joined: status(8, source('a', ['y', 'z'], noon, fails)),
  },
  {
    what: 'what the source gave earlier is of no use',
    observed: status(7, source('a', ['x'], later)),
    remembered: status(5, source('a', ['y'], noon)),
    joined: status(7, source('a', ['x'], later)),
  },
  {
    what: 'of which nobody knows when it was given neither',
    observed: status(7, source('a', ['x'])),
    remembered: status(5, source('a', ['y'])),
    joined: status(7, source('a', ['x'])),
  },
  {
    what: 'what was given at a known time is later than what was given nobody knows when',
    observed: status(7, source('a', ['x'])),
    remembered: status(5, source('a', ['y'], noon)),
    joined: status(8, source('a', ['y'])),
  },
  {
    what: 'and not the other way round',
    observed: status(7, source('a', ['x'], noon)),
    remembered: status(5, source('a', ['y'])),
    joined: status(7, source('a', ['x'], noon)),
  },
  {
    what: 'where neither saw it give anything there is no news',
    observed: status(7, source('a', [], noon)),
    remembered: status(5, source('a', [], later)),
    joined: status(7, source('a', [], noon)),
  },
  {
    what: 'of two sources each its own; one that was edited is another',
    observed: status(7, source('b', [], later), source('c', [], later)),
    remembered: status(5, source('a', ['x'], noon), source('b', ['y'], noon)),
    joined: status(8, source('b', ['y'], later), source('c', [], later)),
  },
])('$what', ({ observed, remembered, joined }) => {
  expect(mergeDiscoveryStatuses(observed, remembered)).toEqual(joined);
});
