// The text of `rank` as a person reads it.
import { expect, test } from 'vitest';
import { rankOutput } from '../../../cli/rank/rank-command.ts';
import { rankReport } from '../../../cli/rank/rank-report.ts';
import { findPolicy } from '../../../cli/rank/ranked-policy.ts';
import { NOON, type NodeFacts } from '../../hooks/builders/wire.ts';
import {
  at,
  type PolicyFacts,
  policySnapshot,
  prometheus,
  queries,
  reached,
  signals,
  weighted,
} from './ranked-policies.ts';

function textOf(policy: PolicyFacts, image?: string, nodes?: readonly NodeFacts[]): string {
  const snapshot = policySnapshot([policy], nodes === undefined ? {} : { nodes });
  const report = rankReport({ policy: findPolicy(snapshot, 'ci'), nowMilliseconds: NOON });
  return `\n${rankOutput(report, { image, output: 'table' })}`;
}

test('a policy shows its queries, its signals, and each image with raw numbers, signals, weights and sum', () => {
  expect(textOf(weighted)).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Status           Timeout: 1 of 2 queries failing: http://loki: no response
    Last sync        2026-11-21T11:55:00Z (5m ago)
    Ranking          weightedSum
    Images           3 of at most 3

    Queries
      usage          prometheus: 3 images
      pulls          loki: Timeout since 2026-11-21T11:50:00Z (10m ago): no response
                     from http://loki within 40 s: check the network; its numbers of
                     2026-11-21T11:40:00Z (20m ago) are used; next query
                     2026-11-21T12:00:40Z (in 40s)

    Signals
      busy           aggregate of usage: 1000 to 10000
      cold           eventPullTime of pulls: 12 to 96

    Images
      1. r.io/a:1
         score  0.8607777777777779 = 0.7 x 0.8011 (busy 8210) + 0.3 x 1 (cold 96)
         raw    usage 42, pulls 95.5
      2. r.io/b:1
         score  0.8 = 0.7 x 1 (busy 10000) + 0.3 x 0.3333 (cold 40)
         raw    usage 50, pulls 40
      3. r.io/c:1
         score  0 = 0.7 x 0 (busy 1000) + 0.3 x 0 (cold 12)
         raw    usage 9, pulls 12
    "
  `);
});

test('one image shows the arithmetic of its score line by line', () => {
  expect(textOf(weighted, 'r.io/a:1')).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Image            r.io/a:1
    Rank             1 of 3
    Score            0.8607777777777779
    Ranking          weightedSum

    Highest raw numbers
      usage          42
      pulls          95.5

    Term 1: busy
      value       8210
      minimum     1000
      maximum     10000
      normalised  (8210 - 1000) / (10000 - 1000) = 0.8011111111111111
      weight      0.7
      product     0.7000000000000001 x 0.8011111111111111 = 0.5607777777777778

    Term 2: cold
      value       96
      minimum     12
      maximum     96
      normalised  (96 - 12) / (96 - 12) = 1
      weight      0.3
      product     0.3 x 1 = 0.3

    Sum
      score       0.5607777777777778 + 0.3 = 0.8607777777777779
    "
  `);
});

/** A policy whose images have the given scores and values. */
function policyOf(
  ranking: unknown,
  images: readonly Readonly<Record<string, unknown>>[],
  bounds?: unknown,
): PolicyFacts {
  return {
    spec: { queries, signals, ...(ranking === undefined ? {} : { ranking }) },
    status: {
      observedGeneration: 1,
      queryResults: [reached, { ...reached, name: 'pulls', type: 'loki' }],
      signalBounds: bounds ?? signals.map(({ name }) => ({ signal: name, hash: name })),
      discoveredImages: images.map((image, index) => ({ image: 'r.io/a:1', rank: index + 1, ...image })),
    },
  };
}

test('without a ranking the score is the highest raw number', () => {
  const policy = policyOf(undefined, [{ finalScore: '95.5', raw: [42, 95.5], values: [42, 95.5] }]);
  expect(textOf(policy, 'r.io/a:1')).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Image            r.io/a:1
    Rank             1 of 1
    Score            95.5
    Ranking          highest raw number of all queries

    Highest raw numbers
      usage          42
      pulls          95.5
    "
  `);
  expect(textOf(policy)).toContain('score  95.5 = highest raw number\n');
});

test('the score of strategy signal is the value of the signal, and 0 without a value', () => {
  const ranking = { strategy: 'signal', signal: 'busy' };
  const images = [
    { finalScore: '0.0000001', raw: [42, 95.5], values: [0.0000001, 1] },
    { image: 'r.io/b:1', finalScore: '0', raw: [null, 95.5], values: [null, 1] },
  ];
  const policy = policyOf(ranking, images);
  expect(textOf(policy)).toContain('score  0.0000001 = busy 0.0000001\n');
  expect(textOf(policy, 'r.io/b:1')).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Image            r.io/b:1
    Rank             2 of 2
    Score            0
    Ranking          signal

    Highest raw numbers
      usage          none
      pulls          95.5

    Signal busy
      value       none, counts as 0
      score       0
    "
  `);
});

test('a missing value counts as 0 before it is normalised, so that its product may be negative', () => {
  const ranking = {
    strategy: 'weightedSum',
    weightedSum: {
      terms: [
        { signal: 'busy', weight: '500m' },
        { signal: 'cold', weight: '0.5' },
      ],
    },
  };
  const bounds = [
    { signal: 'busy', hash: 'a', min: 10, max: 30 },
    { signal: 'cold', hash: 'b', min: 2, max: 6 },
  ];
  const policy = policyOf(ranking, [{ finalScore: '0', raw: [20, null], values: [20, null] }], bounds);
  expect(textOf(policy, 'r.io/a:1')).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Image            r.io/a:1
    Rank             1 of 1
    Score            0
    Ranking          weightedSum

    Highest raw numbers
      usage          20
      pulls          none

    Term 1: busy
      value       20
      minimum     10
      maximum     30
      normalised  (20 - 10) / (30 - 10) = 0.5
      weight      0.5
      product     0.5 x 0.5 = 0.25

    Term 2: cold
      value       none, counts as 0
      minimum     2
      maximum     6
      normalised  (0 - 2) / (6 - 2) = -0.5
      weight      0.5
      product     0.5 x (-0.5) = -0.25

    Sum
      score       0.25 + (-0.25) = 0
    "
  `);
});

const exposureSignals = [
  { name: 'night', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } },
  { name: 'day', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } },
  { name: 'cold', query: 'pulls', type: 'eventPullTime', eventPullTime: { statistic: 'p50' } },
];

function exposure(nodes: unknown, finalScore: string): PolicyFacts {
  const modelExposure = {
    preWindowUsageSignal: 'night',
    targetWindowUsageSignal: 'day',
    pullTimeSignal: 'cold',
    nodes,
  };
  return {
    spec: { queries, signals: exposureSignals, ranking: { strategy: 'modelExposure', modelExposure } },
    status: {
      observedGeneration: 1,
      queryResults: [reached],
      signalBounds: exposureSignals.map(({ name }) => ({ signal: name, hash: name, min: 1, max: 5 })),
      discoveredImages: [{ image: 'r.io/a:1', rank: 1, finalScore, raw: [5, 1], values: [3, 4, 1] }],
    },
  };
}

test('modelExposure shows the number of nodes and the share that lacks the image', () => {
  expect(textOf(exposure({ count: 2 }, '0.5'), 'r.io/a:1')).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Image            r.io/a:1
    Rank             1 of 1
    Score            0.5
    Ranking          modelExposure

    Highest raw numbers
      usage          5

    Exposure
      before      night = 3
      target      day = 4
      pull time   cold = 1
      nodes       2
      cold share  (1 - 1/2)^3 = 0.125
      score       4 x 0.125 x 1 = 0.5
    "
  `);
  expect(textOf(exposure({ count: 2 }, '0.5'))).toContain('score  0.5 = day 4 x (1 - 1/2)^(night 3) x cold 1\n');
});

const selector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['build'] }] }] };
const build = { labels: { pool: 'build' } };

test('a selector counts the nodes of the Fleet', () => {
  const nodes = [{ name: 'a', ...build }, { name: 'b', ...build }, { name: 'c' }];
  expect(textOf(exposure({ selector }, '0.5'), 'r.io/a:1', nodes)).toContain('  nodes       2\n');
});

test('a number of nodes that has changed since the last run is noted, because the score differs', () => {
  const nodes = [{ name: 'a', ...build }];
  expect(textOf(exposure({ selector }, '0.5'), 'r.io/a:1', nodes)).toContain(
    'Note             these numbers give 0: the spec or the number of nodes has\n' +
      '                 changed since the last run\n',
  );
});

test('without the Fleet the count of the spec is used, which is noted', () => {
  expect(textOf(exposure({ selector, count: 2 }, '0.5'))).toContain(
    'Note             the nodes are unknown: using 2, the count of the spec\n',
  );
});

test('a policy with sources shows the score of each source', () => {
  const source = { target: 'http://prometheus', hash: 'a', healthy: true, reason: 'Synced', message: '', failures: 0 };
  const images = [{ image: 'r.io/a:1', score: 42 }];
  const registry = { url: 'http://registry', repositories: ['a'] };
  const policy: PolicyFacts = {
    spec: {
      sources: [
        { type: 'prometheus', prometheus },
        { type: 'registry', registry },
      ],
    },
    status: {
      observedGeneration: 1,
      sources: [
        { ...source, type: 'prometheus', lastAttemptTime: at(NOON), imageCount: 1, images },
        { ...source, type: 'registry', lastAttemptTime: at(NOON), imageCount: 1, images: [{ ...images[0], score: 1 }] },
      ],
      discoveredImages: [{ image: 'r.io/a:1', score: 42, source: 'http://prometheus' }],
    },
  };
  expect(textOf(policy)).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Status           not synced yet
    Ranking          highest score of all sources
    Images           1 of at most 50

    Sources
      source-0       prometheus: 1 image
      source-1       registry: 1 image

    Images
      1. r.io/a:1
         score  42 = highest score of a source
         raw    source-0 42, source-1 1
    "
  `);
});

test('a policy that was never synced, and one without a status of this version, show what they have', () => {
  expect(textOf({ spec: weighted.spec })).toMatchInlineSnapshot(`
    "
    DiscoveryPolicy  ci
    Status           not synced yet
    Ranking          weightedSum
    Images           0 of at most 3

    Queries
      usage          prometheus: not queried yet
      pulls          loki: not queried yet

    Signals
      busy           aggregate of usage: no value yet
      cold           eventPullTime of pulls: no value yet
    "
  `);
  const images = [{ image: 'r.io/a:1', rank: 1, finalScore: '25' }];
  expect(textOf({ spec: weighted.spec, status: { discoveredImages: images } })).toContain(
    'note   the status has no numbers of this image: it was written by another',
  );
});

test('an invalid spec keeps the images without arithmetic, and an older status is noted', () => {
  const { status } = weighted;
  const ranking = { strategy: 'signal', signal: 'absent' };
  const text = textOf({ spec: { queries, signals, ranking }, status, generation: 2 });
  expect(text).toContain('Note             the status is of an older spec\n');
  expect(text).toContain('     score  0.8607777777777779\n');
  expect(textOf({ spec: { maxImages: 0 }, status })).toContain('Ranking          the spec is not valid\n');
});
