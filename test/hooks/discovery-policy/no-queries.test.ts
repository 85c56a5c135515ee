// A policy without sources and queries finds no images, and is synced.
import { expect, it, test } from 'vitest';
import { discoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { readStatus } from '../../../crds/observed.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { originalReady, originalStatus } from '../../crds/original-status.ts';
import { HOUR, MINUTE, NOON } from '../builders/wire.ts';
import { type Fields, observed, prometheus } from './policies.ts';

function sync(spec: Fields, status: unknown = undefined, at = NOON) {
  const parent = observed(spec, status, { generation: 3 });
  const { response, logFields } = syncDiscoveryPolicy(parent, new Map(), at);
  return { response, logFields, planned: planDiscovery(parent, at) };
}

test('the whole status of the original Drop is read', () => {
  expect(readStatus(discoveryPolicyStatus, originalStatus)).toEqual(originalStatus);
});

it.each([
  ['an empty spec', {}],
  ['empty lists', { queries: [], signals: [] }],
  ['a filter', { imageFilter: 'team' }],
])('a policy with %s is synced and has no images', (_content, spec) => {
  const { response, planned, logFields } = sync(spec);
  expect(planned).toEqual([]);
  expect(response).toEqual({
    status: {
      revision: 1,
      observedGeneration: 3,
      lastSyncTime: '2026-11-21T12:00:00Z',
      imageCount: 0,
      sourceCount: 0,
      discoveredImages: [],
      sources: [],
      conditions: [
        { ...originalReady('True', 'Synced', 'no sources and no queries'), lastTransitionTime: '2026-11-21T12:00:00Z' },
      ],
    },
    children: [],
  });
  expect(logFields).toEqual({ reason: 'Synced' });
  expect(sync(spec, response.status, NOON + HOUR).response).toEqual(response);
});

test('a policy without queries drops what its queries found', () => {
  const { response } = sync({}, { ...originalStatus, queryResults: [], signalBounds: [] });
  expect(response.status).toMatchObject({ imageCount: 0, discoveredImages: [] });
  expect(response.status).not.toHaveProperty('queryResults');
  expect(response.status).not.toHaveProperty('signalBounds');
});

test('a policy that gets its first sources queries them at once', () => {
  const parent = observed({ sources: [prometheus('a')] }, sync({}).response.status, { generation: 4 });
  expect(planDiscovery(parent, NOON + MINUTE)).toHaveLength(1);
});

test('a policy with empty lists of queries and signals queries its sources', () => {
  expect(sync({ queries: [], signals: [], sources: [prometheus('a')] }).planned).toHaveLength(1);
});
