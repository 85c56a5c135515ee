// A DiscoveryPolicy with queries, which this version does not run: nothing that it stored is lost.
import { describe, expect, it, test } from 'vitest';
import { discoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { readStatus } from '../../../crds/observed.ts';
import { mergeDiscoveryStatuses } from '../../../hooks/discovery-policy/merge.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { originalReady, originalStatus } from '../../crds/original-status.ts';
import { HOUR, MINUTE, NOON } from '../builders/wire.ts';
import { type Fields, observed, prometheus, type Status } from './policies.ts';

const queries = [{ name: 'usage', type: 'prometheus', prometheus: { endpoint: 'https://a.example.com', query: 'up' } }];
const signals = [{ name: 'total', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }];
const ranking = { strategy: 'signal', signal: 'total' };
const withQueries = { queries, signals, ranking };

function sync(spec: Fields, status: unknown = undefined, at = NOON, metadata: Fields = { generation: 3 }) {
  const parent = observed(spec, status, metadata);
  const { response, logFields } = syncDiscoveryPolicy(parent, new Map(), at);
  return { response, status: response.status as Status, logFields, planned: planDiscovery(parent, at) };
}

const MESSAGE =
  'spec.queries is not supported by this version of Drop: nothing is queried, and the images that were found before ' +
  'are kept. Use spec.sources, or upgrade Drop';

describe('a policy with queries', () => {
  it('is read with the whole status of the original Drop', () => {
    expect(readStatus(discoveryPolicyStatus, originalStatus)).toEqual(originalStatus);
  });

  it('queries nothing, reports that, and keeps everything else of its status', () => {
    const { response, planned, logFields } = sync(withQueries, originalStatus);
    const { conditions: _, ...kept } = originalStatus;
    expect(planned).toEqual([]);
    expect(response).toEqual({
      status: {
        ...kept,
        revision: 1,
        observedGeneration: 3,
        conditions: [
          { ...originalReady('False', 'QueriesNotSupported', MESSAGE), lastTransitionTime: '2026-11-21T12:00:00Z' },
        ],
      },
      children: [],
    });
    expect(logFields).toEqual({ reason: 'QueriesNotSupported' });
  });

  it('writes its status once', () => {
    const { status } = sync(withQueries, originalStatus);
    expect(sync(withQueries, status, NOON + HOUR).status).toEqual(status);
  });

  it('that never found anything has a condition and nothing else', () => {
    const { status } = sync({ queries });
    expect(status).toEqual({ revision: 1, observedGeneration: 3, conditions: [expect.anything()] });
  });

  it('keeps its images when the status of the last response is merged', () => {
    const { status } = sync(withQueries, originalStatus);
    expect(mergeDiscoveryStatuses(originalStatus as Status, status)).toEqual(status);
  });

  it('has an invalid filter without losing anything', () => {
    const { status } = sync({ ...withQueries, imageFilter: '(' }, originalStatus);
    expect(status.conditions).toMatchObject([{ reason: 'QueriesNotSupported' }]);
    expect(status.discoveredImages).toEqual(originalStatus.discoveredImages);
  });

  it('and sources is invalid, and keeps its status', () => {
    const { status, planned } = sync({ queries, sources: [prometheus('a')] }, originalStatus);
    expect(planned).toEqual([]);
    expect(status).toMatchObject({
      discoveredImages: originalStatus.discoveredImages,
      queryResults: originalStatus.queryResults,
      conditions: [
        { reason: 'InvalidSpec', message: 'spec: sources and queries exclude each other: remove one of them' },
      ],
    });
  });
});

describe('a policy without sources and queries', () => {
  it.each([
    ['an empty spec', {}],
    ['empty lists', { queries: [], signals: [] }],
    ['signals and a ranking alone', { signals, ranking }],
  ])('with %s is synced and has no images', (_content, spec) => {
    const { response, planned } = sync(spec);
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
          {
            ...originalReady('True', 'Synced', 'no sources and no queries'),
            lastTransitionTime: '2026-11-21T12:00:00Z',
          },
        ],
      },
      children: [],
    });
    expect(sync(spec, response.status, NOON + HOUR).response).toEqual(response);
  });

  it('queries its sources at once when it gets some', () => {
    const { status } = sync({});
    const parent = observed({ sources: [prometheus('a')] }, status, { generation: 4 });
    expect(planDiscovery(parent, NOON + MINUTE)).toHaveLength(1);
  });
});

test('a policy with empty lists of queries and signals queries its sources', () => {
  expect(sync({ queries: [], signals: [], sources: [prometheus('a')] }).planned).toHaveLength(1);
});
