// Specs with queries that the API server accepts and that cannot work: a condition names the field, nothing is queried,
// and what was found before stays.
import { describe, expect, it, test } from 'vitest';
import { originalStatus } from '../../../crds/original-status.ts';
import { HOUR, NOON } from '../../builders/wire.ts';
import { type Fields, prometheus, series } from '../policies.ts';
import {
  bySignal,
  eventQuery,
  prometheusQuery,
  pullTimeOf,
  ready,
  registryQuery,
  sumOf,
  syncAll,
  syncOnce,
  weighted,
} from './query-policies.ts';

const usage = prometheusQuery('usage');
const windowOf = (fields: Fields) => ({
  name: 'w',
  query: 'usage',
  type: 'windowAggregate',
  windowAggregate: { method: 'sum', ...fields },
});
const exposure = (fields: Fields = {}) => ({
  strategy: 'modelExposure',
  modelExposure: {
    preWindowUsageSignal: 'usage',
    targetWindowUsageSignal: 'usage',
    pullTimeSignal: 'usage',
    ...fields,
  },
});
const withSignals = (...signals: readonly Fields[]) => ({ queries: [usage], signals });
const withRanking = (ranking: Fields) => ({ ...withSignals(sumOf('usage')), ranking });

/** Problems that name a field. Each row is one of the rules between fields. */
const problems: readonly (readonly [what: string, spec: Fields, field: string])[] = [
  ['a Prometheus query without its block', { queries: [{ name: 'a', type: 'prometheus' }] }, 'queries.0.prometheus'],
  ['a Loki query without its block', { queries: [usage, { name: 'a', type: 'loki' }] }, 'queries.1.loki'],
  ['a registry query without its block', { queries: [{ name: 'a', type: 'registry' }] }, 'queries.0.registry'],
  ['a query with the block of another type only', { queries: [{ ...usage, type: 'registry' }] }, 'queries.0.registry'],
  ['a signal without its block', withSignals({ name: 's', query: 'usage', type: 'aggregate' }), 'signals.0.aggregate'],
  ['a signal of a query that does not exist', withSignals(sumOf('other')), 'signals.0.query'],
  ['a ranking by a signal that does not exist', withRanking(bySignal('other')), 'ranking.signal'],
  ['a ranking by no signal', withRanking({ strategy: 'signal' }), 'ranking.signal'],
  [
    'a term of a signal that does not exist',
    withRanking(weighted({ usage: 1, other: 1 })),
    'ranking.weightedSum.terms.1.signal',
  ],
  [
    'an exposure of a signal that does not exist',
    withRanking(exposure({ pullTimeSignal: 'other' })),
    'ranking.modelExposure.pullTimeSignal',
  ],
  ['a weighted sum without its block', withRanking({ strategy: 'weightedSum' }), 'ranking.weightedSum'],
  [
    'a weighted sum without terms',
    withRanking({ strategy: 'weightedSum', weightedSum: {} }),
    'ranking.weightedSum.terms',
  ],
  ['an exposure without its block', withRanking({ strategy: 'modelExposure' }), 'ranking.modelExposure'],
  ['two queries of one name', { queries: [usage, registryQuery('b'), { ...usage }] }, 'queries.2.name'],
  ['two signals of one name', withSignals(sumOf('usage', 's'), sumOf('usage', 's')), 'signals.1.name'],
  ['an invalid imageFilter', { queries: [usage], imageFilter: '(' }, 'imageFilter'],
  ['an invalid tagFilter', { queries: [registryQuery('a', { tagFilter: '(' })] }, 'queries.0.registry.tagFilter'],
  [
    'an invalid versionPattern',
    { queries: [registryQuery('a', { versionPattern: '[' })] },
    'queries.0.registry.versionPattern',
  ],
  [
    'a template with an unknown field',
    { queries: [registryQuery('a', { imageTemplate: '{{ .Digest }}' })] },
    'queries.0.registry.imageTemplate',
  ],
  [
    'an endpoint that is no URL',
    { queries: [prometheusQuery('a', { endpoint: 'mimir:9090' })] },
    'queries.0.prometheus.endpoint',
  ],
  [
    'a lookback that is no duration',
    { queries: [prometheusQuery('a', { lookback: 'a week' })] },
    'queries.0.prometheus.lookback',
  ],
  [
    'a time zone that does not exist',
    withSignals(windowOf({ window: { start: '09:00', end: '17:00' }, timezone: 'Mars/Base' })),
    'signals.0.windowAggregate.timezone',
  ],
  [
    'a window without a time zone',
    withSignals(windowOf({ window: { start: '09:00', end: '17:00' } })),
    'signals.0.windowAggregate.timezone',
  ],
  ['neither a window nor a relative window', withSignals(windowOf({})), 'signals.0.windowAggregate'],
  ['pull times of a Prometheus query', withSignals(pullTimeOf('usage')), 'signals.0.type'],
  [
    'a window over the tags of a registry',
    { queries: [registryQuery('usage')], signals: [windowOf({ relativeWindow: '2h' })] },
    'signals.0.type',
  ],
  ['signals without queries', { signals: [sumOf('usage')] }, 'signals.0.query'],
  ['a ranking without signals', { queries: [usage], ranking: bySignal('usage') }, 'ranking.signal'],
];

test.each(problems)('%s is an InvalidSpec that names the field and keeps what was found', (_what, spec, field) => {
  const { status, queried, resyncAfterSeconds } = syncOnce(originalStatus, { at: NOON, spec, generation: 3 });
  const { conditions: _, ...found } = originalStatus;
  expect(status).toMatchObject({ ...found, observedGeneration: 3 });
  expect(ready(status)).toMatchObject({ status: 'False', reason: 'InvalidSpec', observedGeneration: 3 });
  expect(ready(status)?.message).toMatch(new RegExp(`^spec\\.${field.replaceAll('.', '\\.')}: `));
  expect({ queried, resyncAfterSeconds }).toEqual({ queried: [], resyncAfterSeconds: undefined });
});

test.each([
  [
    'two queries of one name',
    { queries: [usage, usage] },
    'spec.queries.1.name: spec.queries.0 also has the name "usage"',
  ],
  ['a signal of an unknown query', withSignals(sumOf('other')), 'spec.signals.0.query: no query has the name "other"'],
  [
    'a signal that does not fit',
    withSignals(pullTimeOf('usage')),
    'spec.signals.0.type: eventPullTime needs a query of type loki, and the type of "usage" is prometheus',
  ],
  [
    'sources and queries',
    { sources: [prometheus('a')], queries: [usage] },
    'spec: sources and queries exclude each other: remove one of them',
  ],
  [
    'sources and signals',
    { sources: [prometheus('a')], signals: [sumOf('usage')] },
    'spec: sources and signals exclude each other: remove one of them',
  ],
  [
    'sources and a ranking',
    { sources: [prometheus('a')], ranking: bySignal('usage') },
    'spec: sources and ranking exclude each other: remove one of them',
  ],
])('%s have the message of the problem', (_what, spec, message) => {
  const { status, queried } = syncOnce(originalStatus, { at: NOON, spec });
  expect(ready(status)).toMatchObject({ reason: 'InvalidSpec', message });
  expect(queried).toEqual([]);
  expect(status.discoveredImages).toEqual(originalStatus.discoveredImages);
});

describe('what upstream accepts and ignores', () => {
  it.each<[what: string, spec: Fields]>([
    [
      'a block of another type beside that of the query',
      { queries: [{ ...usage, ...{ loki: eventQuery('x').loki } }] },
    ],
    [
      'a block of another type beside that of the signal',
      withSignals({ ...sumOf('usage'), eventPullTime: { statistic: 'p50' } }),
    ],
    [
      'a block of another strategy',
      withRanking({ ...bySignal('usage'), ...exposure({ pullTimeSignal: 'x' }), strategy: 'signal' }),
    ],
    ['zero durations', { queries: [prometheusQuery('usage', { lookback: '0s', step: '0s' })], syncInterval: '0s' }],
    [
      'empty texts',
      { queries: [prometheusQuery('usage', { lookback: '', step: '' })], syncInterval: '', imageFilter: '' },
    ],
    [
      'a window beside the relative window, which counts,',
      withSignals(windowOf({ window: { start: '09:00', end: '17:00' }, relativeWindow: '2h' })),
    ],
  ])('%s is no problem', (_what, spec) => {
    const { status, queried } = syncOnce(undefined, { at: NOON, spec, outcomes: { usage: series({ 'r.io/a:1': 1 }) } });
    expect(queried).toEqual(['usage']);
    expect(ready(status)).toMatchObject({ status: 'True', reason: 'Synced' });
    expect(status.imageCount).toBe(1);
  });
});

test('a spec that is corrected is queried at once', () => {
  const [invalid, corrected] = syncAll([
    { at: NOON, spec: withSignals(sumOf('other')), generation: 1, outcomes: { usage: series({ 'r.io/a:1': 2 }) } },
    { at: NOON + HOUR, spec: withSignals(sumOf('usage')), generation: 2 },
  ]);
  expect(invalid?.queried).toEqual([]);
  expect(invalid?.status).toEqual({ revision: 1, observedGeneration: 1, conditions: [expect.anything()] });
  expect(corrected?.queried).toEqual(['usage']);
  expect(corrected?.status).toMatchObject({ imageCount: 1, conditions: [{ reason: 'Synced' }] });
});
