// Queries, signals and a ranking together: from the outcomes of one sync to the status.
import { describe, expect, it, test } from 'vitest';
import { discoveryPolicyStatus } from '../../../../crds/discovery-policy.ts';
import { MINUTE, NOON, type NodeFacts } from '../../builders/wire.ts';
import { type Fields, series, tags } from '../policies.ts';
import {
  bySignal,
  eventQuery,
  prometheusQuery,
  pulls,
  pullTimeOf,
  ranked,
  ready,
  registryQuery,
  sumOf,
  syncAll,
  syncOnce,
  weighted,
} from './query-policies.ts';

const usage = prometheusQuery('usage');
const events = eventQuery('pulls');

test('a weighted sum of two queries has raw numbers, values, bounds and ranks in the status', () => {
  const spec = {
    queries: [usage, events],
    signals: [sumOf('usage', 'total'), pullTimeOf('pulls', 'slow')],
    ranking: weighted({ total: '0.7', slow: '300m' }),
  };
  const outcomes = {
    usage: series({ 'r.io/a:1': [10, 20], 'r.io/b:1': [12], 'r.io/c:1': [1, 20] }),
    pulls: pulls({ 'r.io/a:1': 6, 'r.io/b:1': 3, 'r.io/c:1': 6 }),
  };
  const { status, queried, resyncAfterSeconds } = syncOnce(undefined, { at: NOON, spec, outcomes, generation: 4 });
  expect(queried).toEqual(['usage', 'pulls']);
  expect(resyncAfterSeconds).toBeGreaterThanOrEqual(1800);
  const hash = expect.stringMatching(/^[0-9a-f]{16}$/);
  const success = {
    status: 'success',
    reason: 'Synced',
    hash,
    failures: 0,
    imageCount: 3,
    lastAttemptTime: '2026-11-21T12:00:00Z',
    lastSuccessTime: '2026-11-21T12:00:00Z',
  };
  expect(status).toEqual({
    revision: 1,
    observedGeneration: 4,
    lastSyncTime: '2026-11-21T12:00:00Z',
    imageCount: 3,
    sourceCount: 2,
    discoveredImages: [
      { image: 'r.io/a:1', rank: 1, finalScore: '1', score: 1, raw: [20, 6], values: [30, 6] },
      { image: 'r.io/c:1', rank: 2, finalScore: '0.65', score: 0.65, raw: [20, 6], values: [21, 6] },
      { image: 'r.io/b:1', rank: 3, finalScore: '0', score: 0, raw: [12, 3], values: [12, 3] },
    ],
    queryResults: [
      { name: 'usage', type: 'prometheus', ...success },
      { name: 'pulls', type: 'loki', ...success },
    ],
    signalBounds: [
      { signal: 'total', hash, min: 12, max: 30 },
      { signal: 'slow', hash, min: 3, max: 6 },
    ],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        observedGeneration: 4,
        reason: 'Synced',
        message: '3 images from 2 queries',
        lastTransitionTime: '2026-11-21T12:00:00Z',
      },
    ],
  });
  expect(discoveryPolicyStatus.strict().safeParse(status).success).toBe(true);
});

interface Row {
  readonly what: string;
  readonly spec: Fields;
  readonly outcomes: Parameters<typeof syncOnce>[1]['outcomes'] & object;
  readonly images: readonly string[];
}

test.each<Row>([
  {
    what: 'without a ranking, images are ranked by their greatest sample over all queries',
    spec: { queries: [usage, registryQuery('tags')] },
    outcomes: { usage: series({ 'r.io/a:1': [1, 7, 3], 'r.io/b:1': 2 }), tags: tags({ app: ['v1', 'v3', 'v2'] }) },
    images: [
      'r.io/a:1 7',
      'registry.example.com/app:v3 3',
      'r.io/b:1 2',
      'registry.example.com/app:v2 2',
      'registry.example.com/app:v1 1',
    ],
  },
  {
    what: 'a registry without signals and ranking gives the newest tags first',
    spec: { queries: [registryQuery('tags', { topX: 2 })] },
    outcomes: { tags: tags({ app: ['1.9.0', '1.10.0', 'latest'] }) },
    images: ['registry.example.com/app:1.10.0 2', 'registry.example.com/app:1.9.0 1'],
  },
  {
    what: 'an image without a sample is a candidate with score 0',
    spec: { queries: [usage] },
    outcomes: { usage: series({ 'r.io/a:1': [], 'r.io/b:1': -1 }) },
    images: ['r.io/a:1 0', 'r.io/b:1 -1'],
  },
  {
    what: 'an image without a value of the signal has score 0, above negative values',
    spec: {
      queries: [usage, prometheusQuery('more')],
      signals: [sumOf('usage')],
      ranking: bySignal('usage'),
    },
    outcomes: {
      usage: series({ 'r.io/b:1': 2, 'r.io/a:1': 2, 'r.io/c:1': -1, 'r.io/z:1': 5 }),
      more: series({ 'r.io/d:1': 9 }),
    },
    images: ['r.io/z:1 5', 'r.io/a:1 2', 'r.io/b:1 2', 'r.io/d:1 0', 'r.io/c:1 -1'],
  },
  {
    what: 'images beyond maxImages are cut, and references stay as the source wrote them',
    spec: { queries: [usage], maxImages: 2 },
    outcomes: { usage: series({ nginx: 3, 'docker.io/library/nginx:latest': 2, alpine: 1 }) },
    images: ['nginx 3', 'docker.io/library/nginx:latest 2'],
  },
  {
    what: 'bounds are those of the images that pass imageFilter',
    spec: {
      queries: [usage],
      signals: [sumOf('usage')],
      ranking: weighted({ usage: 1 }),
      imageFilter: 'team',
    },
    outcomes: { usage: series({ 'r.io/team/a:1': 4, 'r.io/team/b:1': 3, 'r.io/team/c:1': 2, 'r.io/other:1': 100 }) },
    images: ['r.io/team/a:1 1', 'r.io/team/b:1 0.5', 'r.io/team/c:1 0'],
  },
])('$what', ({ spec, outcomes, images }) => {
  expect(ranked(syncOnce(undefined, { at: NOON, spec, outcomes }).status)).toEqual(images);
});

describe('imageFilter', () => {
  const images = { nginx: 3, 'docker.io/library/alpine:3': 2, 'r.io/app:1': 1 };

  it.each<[filter: string, images: readonly string[]]>([
    ['^nginx', ['nginx']],
    ['^docker\\.io/library/nginx', ['nginx']],
    ['docker\\.io', ['nginx', 'docker.io/library/alpine:3']],
    ['^(?!.*docker\\.io)', ['r.io/app:1']],
    ['', ['nginx', 'docker.io/library/alpine:3', 'r.io/app:1']],
  ])('%s matches the original text or the normalised reference', (imageFilter, kept) => {
    const { status } = syncOnce(undefined, {
      at: NOON,
      spec: { queries: [usage], imageFilter },
      outcomes: { usage: series(images) },
    });
    expect(status.discoveredImages?.map(({ image }) => image)).toEqual(kept);
  });
});

test('what leaves the ranking is counted in the message', () => {
  const spec = {
    queries: [usage, prometheusQuery('more')],
    signals: [sumOf('usage'), sumOf('more')],
    ranking: weighted({ usage: 1, more: 1 }, { missingSignal: 'drop' }),
    imageFilter: '^(?!.*secret)',
  };
  const outcomes = {
    usage: series({
      'r.io/a:1': 1,
      'r.io/b:1': 2,
      'r.io/huge:1': [1.7e308, 1.7e308],
      'r.io/secret:1': 1,
      [`sha256:${'0'.repeat(64)}`]: 5,
    }),
    more: series({ 'r.io/a:1': 1, 'r.io/huge:1': 1, 'r.io/secret:2': 1 }, { seriesWithoutImage: 3 }),
  };
  const { status } = syncOnce(undefined, { at: NOON, spec, outcomes });
  expect(ready(status)?.message).toBe(
    '1 image from 2 queries; 2 images left out by imageFilter; 1 image left out without a value of every signal; ' +
      '1 image left out with a score that is not finite; usage: 1 invalid image label; ' +
      'more: 3 results without an image label',
  );
  expect(status.discoveredImages).toMatchObject([{ image: 'r.io/a:1', raw: [1, 1], values: [1, 1] }]);
});

test('a number that JSON cannot hold is null in the status', () => {
  const spec = { queries: [usage], signals: [sumOf('usage')] };
  const { status } = syncOnce(undefined, { at: NOON, spec, outcomes: { usage: series({ a: [1.7e308, 1.7e308] }) } });
  expect(status.discoveredImages).toMatchObject([{ image: 'a', raw: [1.7e308], values: [null] }]);
  expect(status.signalBounds).toEqual([{ signal: 'usage', hash: expect.any(String) }]);
});

describe('modelExposure', () => {
  const selector = {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' }] },
    ],
  };
  const specOf = (nodes: Fields) => ({
    queries: [prometheusQuery('before'), prometheusQuery('after'), prometheusQuery('pulls')],
    signals: [sumOf('before'), sumOf('after'), sumOf('pulls')],
    ranking: {
      strategy: 'modelExposure',
      modelExposure: {
        preWindowUsageSignal: 'before',
        targetWindowUsageSignal: 'after',
        pullTimeSignal: 'pulls',
        nodes,
      },
    },
  });
  const outcomes = {
    before: series({ 'r.io/a:1': 1, 'r.io/b:1': 3 }),
    after: series({ 'r.io/a:1': 4, 'r.io/b:1': 4 }),
    pulls: series({ 'r.io/a:1': 1, 'r.io/b:1': 1 }),
  };
  const controlPlane: NodeFacts = { name: 'cp', labels: { 'node-role.kubernetes.io/control-plane': '' } };
  const twoWorkers: readonly NodeFacts[] = [controlPlane, { name: 'a' }, { name: 'b' }];
  const scores = (nodes: Fields, fleet: readonly NodeFacts[] | undefined) => {
    const sync = { at: NOON, spec: specOf(nodes), outcomes, ...(fleet === undefined ? {} : { nodes: fleet }) };
    return syncOnce(undefined, sync).status;
  };

  it('counts the ready nodes that the selector matches', () => {
    expect(ranked(scores({ selector }, twoWorkers))).toEqual(['r.io/a:1 2', 'r.io/b:1 0.5']);
  });

  it('ignores taints and cordons, but not readiness', () => {
    const cordoned = { name: 'a', unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] };
    expect(ranked(scores({ selector }, [controlPlane, cordoned, { name: 'b' }]))).toEqual([
      'r.io/a:1 2',
      'r.io/b:1 0.5',
    ]);
    expect(ranked(scores({ selector }, [controlPlane, { name: 'a' }, { name: 'b', ready: false }]))).toEqual([
      'r.io/a:1 0',
      'r.io/b:1 0',
    ]);
  });

  it('takes the count of the spec without a selector, whatever nodes there are', () => {
    expect(ranked(scores({ count: 2 }, undefined))).toEqual(['r.io/a:1 2', 'r.io/b:1 0.5']);
    expect(ranked(scores({ count: 2 }, [{ name: 'a' }]))).toEqual(['r.io/a:1 2', 'r.io/b:1 0.5']);
  });

  it('takes the count of the spec, and reports that, while the nodes are unknown', () => {
    const status = scores({ selector, count: 2 }, undefined);
    expect(ranked(status)).toEqual(['r.io/a:1 2', 'r.io/b:1 0.5']);
    expect(ready(status)).toMatchObject({
      status: 'True',
      message: '2 images from 3 queries; the nodes are unknown: using 2, the count of the spec',
    });
  });

  it('follows the number of nodes at the next run, and a change of a node alone ranks nothing anew', () => {
    const oneWorker = [controlPlane, { name: 'a' }, { name: 'b', ready: false }];
    const spec = specOf({ selector });
    const synced = syncAll([
      { at: NOON, spec, outcomes, nodes: twoWorkers },
      { at: NOON + MINUTE, nodes: oneWorker },
      { at: NOON + 40 * MINUTE },
    ]);
    expect(synced.map(({ status }) => ranked(status))).toEqual([
      ['r.io/a:1 2', 'r.io/b:1 0.5'],
      ['r.io/a:1 2', 'r.io/b:1 0.5'],
      ['r.io/a:1 0', 'r.io/b:1 0'],
    ]);
    expect(synced.map(({ queried }) => queried.length)).toEqual([3, 0, 3]);
    expect(synced[1]?.status).toEqual(synced[0]?.status);
  });
});
