// The numbers that a query gave last stand in for it while it fails.
import { describe, expect, it, test } from 'vitest';
import { originalStatus } from '../../../crds/original-status.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../builders/wire.ts';
import { type Fields, failure, prometheus, reduced, type Status, series, tags, tagsWithout } from '../policies.ts';
import {
  bySignal,
  eventQuery,
  prometheusQuery,
  pulls,
  pullTimeOf,
  ranked,
  ready,
  registryQuery,
  resultOf,
  statusAfter,
  sumOf,
  syncAll,
  weighted,
} from './query-policies.ts';

const usage = prometheusQuery('usage');
const events = eventQuery('pulls');
const exposure = {
  strategy: 'modelExposure',
  modelExposure: {
    preWindowUsageSignal: 'none',
    targetWindowUsageSignal: 'total',
    pullTimeSignal: 'slow',
    nodes: { count: 10 },
  },
};
const spec = {
  queries: [usage, events],
  signals: [sumOf('usage', 'total'), sumOf('usage', 'none'), pullTimeOf('pulls', 'slow')],
  ranking: exposure,
};
const good = {
  usage: series({ 'r.io/a:1': 1, 'r.io/b:1': 2, 'r.io/c:1': 3 }),
  pulls: pulls({ 'r.io/a:1': 90, 'r.io/b:1': 30, 'r.io/c:1': 1 }),
};
const firstRun = { at: NOON, spec, outcomes: good };
const later = NOON + 40 * MINUTE;
const found = ({ discoveredImages, signalBounds, imageCount, lastSyncTime }: Status) => ({
  discoveredImages,
  signalBounds,
  imageCount,
  lastSyncTime,
});

const noPulls = {
  ok: true,
  type: 'loki',
  lines: [
    { time: NOON / 1000, labels: { reason: 'Pulled' }, text: 'Container image "a:1" already present on machine' },
  ],
} as const;

test('a day without cold pulls keeps the pull times of before, and the policy stays Synced', () => {
  const [first, second] = syncAll([firstRun, { at: later, outcomes: { ...good, pulls: noPulls } }]);
  expect(second?.status.discoveredImages).toEqual(first?.status.discoveredImages);
  expect(ready(second?.status ?? {})).toMatchObject({ status: 'True', reason: 'Synced' });
  expect(resultOf(second?.status ?? {}, 'pulls')).toMatchObject({ status: 'success', imageCount: 3 });
});

test('an edited signal on a day without cold pulls has no values, and the ranking continues', () => {
  const slowest = { ...pullTimeOf('pulls', 'slow'), eventPullTime: { statistic: 'max' } };
  const signals = [...spec.signals.slice(0, 2), slowest];
  const status = statusAfter([
    firstRun,
    { at: later, generation: 2, spec: { ...spec, signals }, outcomes: { ...good, pulls: noPulls } },
  ]);
  expect(ready(status)).toMatchObject({ status: 'True', reason: 'Synced' });
  expect(ranked(status)).toEqual(['r.io/a:1 0', 'r.io/b:1 0', 'r.io/c:1 0']);
});

test('a first run without cold pulls is Synced', () => {
  const status = statusAfter([{ at: NOON, spec, outcomes: { ...good, pulls: noPulls } }]);
  expect(ready(status)).toMatchObject({ status: 'True', reason: 'Synced' });
  expect(resultOf(status, 'pulls')).toMatchObject({ status: 'success', imageCount: 0 });
});

test('an outage of all queries changes nothing but the results and the condition', () => {
  const [first, second, third] = syncAll([
    firstRun,
    { at: later, outcomes: { usage: failure('Timeout', 'no response'), pulls: failure('DNSError', 'no such host') } },
    { at: later + HOUR },
  ]);
  for (const synced of [second, third]) {
    expect(found(synced?.status ?? {})).toEqual(found(first?.status ?? {}));
    expect(ready(synced?.status ?? {})).toMatchObject({
      status: 'False',
      reason: 'Timeout',
      message: '2 of 2 queries failing: usage: no response',
    });
  }
  expect(resultOf(third?.status ?? {}, 'pulls')).toMatchObject({
    status: 'failed',
    reason: 'DNSError',
    message: 'no such host',
    failures: 2,
    lastAttemptTime: '2026-11-21T13:40:00Z',
    lastSuccessTime: '2026-11-21T12:00:00Z',
    failingSince: '2026-11-21T12:40:00Z',
    retryTime: '2026-11-21T13:40:20Z',
    imageCount: 3,
  });
});

describe('while one of two queries fails', () => {
  const nextRun = (usageNow: Parameters<typeof series>[0], fields: Fields = {}) =>
    statusAfter([
      { ...firstRun, spec: { ...spec, ...fields } },
      { at: later, outcomes: { usage: series(usageNow), pulls: failure('ServerError', 'query failed (HTTP 503)') } },
    ]);

  it('the order of before stays, although the other query is followed', () => {
    expect(ranked(statusAfter([firstRun])).map((text) => text.split(' ')[0])).toEqual([
      'r.io/a:1',
      'r.io/b:1',
      'r.io/c:1',
    ]);
    const status = nextRun({ 'r.io/a:1': 1, 'r.io/b:1': 2, 'r.io/c:1': 3, 'r.io/new:1': 100 });
    expect(status.discoveredImages?.map(({ image, values }) => [image, values?.[2]])).toEqual([
      ['r.io/a:1', 90],
      ['r.io/b:1', 30],
      ['r.io/c:1', 1],
      ['r.io/new:1', null],
    ]);
    expect(ready(status)).toMatchObject({
      status: 'False',
      reason: 'ServerError',
      message: '1 of 2 queries failing: pulls: query failed (HTTP 503)',
    });
    expect(status.lastSyncTime).toBe('2026-11-21T12:40:00Z');
  });

  it('the images of the failing query stay candidates', () => {
    const status = nextRun({ 'r.io/c:1': 1 });
    expect(status.discoveredImages?.map(({ image, raw }) => [image, raw])).toEqual([
      ['r.io/c:1', [1, 1]],
      ['r.io/a:1', [null, 90]],
      ['r.io/b:1', [null, 30]],
    ]);
  });

  it('the failing query is normalised by the bounds of before', () => {
    const weights = { ranking: weighted({ slow: 1 }), maxImages: 2 };
    const [first, second] = syncAll([
      { ...firstRun, spec: { ...spec, ...weights } },
      { at: later, outcomes: { usage: good.usage, pulls: failure() } },
    ]);
    expect(first?.status.signalBounds?.[2]).toMatchObject({ signal: 'slow', min: 1, max: 90 });
    expect(second?.status.signalBounds).toEqual(first?.status.signalBounds);
    const scores = (status: Status = {}) => status.discoveredImages?.map(({ image, score }) => [image, score]);
    expect(scores(first?.status)).toEqual([
      ['r.io/a:1', 1],
      ['r.io/b:1', 29 / 89],
    ]);
    // Image c was cut before, so that nothing is known about its pulls any more.
    expect(scores(second?.status)).toEqual(scores(first?.status));
  });

  it('an image without any number stays a candidate', () => {
    const queries = [usage, prometheusQuery('more')];
    const status = statusAfter([
      { at: NOON, spec: { queries }, outcomes: { usage: series({ a: 5 }), more: series({ b: [] }) } },
      { at: later, outcomes: { usage: series({ c: 5 }), more: failure() } },
    ]);
    expect(ranked(status)).toEqual(['c 5', 'b 0']);
  });

  it('an image with a size and without a duration stays a candidate', () => {
    const sizes = {
      name: 'size',
      query: 'pulls',
      type: 'eventPullTime',
      eventPullTime: { metric: 'imageSize', statistic: 'max' },
    };
    const text = 'Successfully pulled image "r.io/big:1". Image size: 7000 bytes.';
    const status = statusAfter([
      {
        at: NOON,
        spec: { queries: [usage, events], signals: [sizes], ranking: bySignal('size') },
        outcomes: {
          usage: series({ a: 5 }),
          pulls: { ok: true, type: 'loki', lines: [{ time: NOON / 1000, labels: { reason: 'Pulled' }, text }] },
        },
      },
      { at: later, outcomes: { usage: series({ c: 5 }), pulls: failure() } },
    ]);
    expect(ranked(status)).toEqual(['r.io/big:1 7000', 'c 0']);
    expect(status.discoveredImages?.[0]?.raw).toEqual([null, null]);
  });

  it('its retries alone change nothing but its result', () => {
    const [, failed, retried] = syncAll([
      firstRun,
      { at: later, outcomes: { ...good, pulls: failure() } },
      { at: later + 10 * SECOND, outcomes: { pulls: failure('Timeout', 'no response') } },
    ]);
    expect(retried?.queried).toEqual(['pulls']);
    expect(found(retried?.status ?? {})).toEqual(found(failed?.status ?? {}));
    expect(resultOf(retried?.status ?? {}, 'usage')).toEqual(resultOf(failed?.status ?? {}, 'usage'));
    expect(ready(retried?.status ?? {})?.reason).toBe('Timeout');
  });
});

describe('without fresh or kept values of a signal that the ranking needs', () => {
  const message =
    '1 of 2 queries failing: pulls: connection refused; the ranking waits for the first values of signal slow';

  it('a first run writes no list', () => {
    const status = statusAfter([{ ...firstRun, outcomes: { ...good, pulls: failure() } }]);
    expect(found(status)).toEqual({});
    expect(ready(status)).toMatchObject({ status: 'False', reason: 'ConnectionRefused', message });
    expect(resultOf(status, 'usage')).toMatchObject({ status: 'success', imageCount: 3 });
  });

  it('a query that recovers alone makes the policy Pending, and all run together at once', () => {
    const synced = syncAll([
      { ...firstRun, outcomes: { ...good, pulls: failure() } },
      { at: NOON + 11 * SECOND, outcomes: { pulls: failure() } },
      { at: NOON + 32 * SECOND, outcomes: { pulls: pulls({}) } },
      { at: NOON + 33 * SECOND, outcomes: good },
    ]);
    const [, failedAgain, recovered, run] = synced;
    expect(synced.map(({ queried }) => queried)).toEqual([
      ['usage', 'pulls'],
      ['pulls'],
      ['pulls'],
      ['usage', 'pulls'],
    ]);
    expect(ready(failedAgain?.status ?? {})?.message).toBe(message);
    expect(found(recovered?.status ?? {})).toEqual({});
    expect(ready(recovered?.status ?? {})).toMatchObject({
      status: 'False',
      reason: 'Pending',
      message: 'the first ranking follows when all 2 queries have run together',
    });
    expect(ranked(run?.status ?? {})).toHaveLength(3);
  });

  it('an empty result of a query that no ranking has used is a success', () => {
    const synced = syncAll([
      { ...firstRun, outcomes: { ...good, pulls: failure() } },
      { at: NOON + 11 * SECOND, outcomes: { pulls: pulls({ a: 1 }) } },
      { at: NOON + 12 * SECOND, outcomes: { usage: series({}), pulls: pulls({ 'r.io/a:1': 2 }) } },
    ]);
    const last = synced[2]?.status ?? {};
    expect(synced[2]?.queried).toEqual(['usage', 'pulls']);
    expect(resultOf(last, 'usage')).toMatchObject({ status: 'success', message: 'empty result', imageCount: 0 });
    expect(ready(last)?.status).toBe('True');
    expect(last.lastSyncTime).toBe('2026-11-21T12:00:12Z');
  });

  it('the list of before stays after an edit of the signal', () => {
    const edited = {
      ...spec,
      signals: [...spec.signals.slice(0, 2), { ...pullTimeOf('pulls', 'slow'), eventPullTime: { statistic: 'max' } }],
    };
    const [first, second] = syncAll([
      firstRun,
      { at: later, spec: edited, generation: 2, outcomes: { ...good, pulls: failure() } },
    ]);
    expect(second?.queried).toEqual(['usage', 'pulls']);
    expect(ranked(second?.status ?? {})).toEqual(ranked(first?.status ?? {}));
    expect(ready(second?.status ?? {})?.message).toBe(message);
    // The values of the edited signal are not those of the earlier one.
    expect(second?.status.discoveredImages?.[0]?.values).toEqual([1, 1, null]);
    expect(second?.status.signalBounds?.[2]).toEqual({ signal: 'slow' });
  });

  it('a signal that the ranking does not need is no obstacle', () => {
    const status = statusAfter([
      { ...firstRun, spec: { ...spec, ranking: bySignal('total') }, outcomes: { ...good, pulls: failure() } },
    ]);
    expect(ranked(status)).toEqual(['r.io/c:1 3', 'r.io/b:1 2', 'r.io/a:1 1']);
    expect(status.lastSyncTime).toBe('2026-11-21T12:00:00Z');
    expect(ready(status)?.status).toBe('False');
  });
});

describe('an edited spec', () => {
  it('keeps the numbers of queries and signals that changed their places', () => {
    const reordered = {
      ...spec,
      queries: [...spec.queries].reverse(),
      signals: [...spec.signals].reverse(),
    };
    const [first, second] = syncAll([
      firstRun,
      { at: later, spec: reordered, generation: 2, outcomes: { usage: failure(), pulls: failure() } },
    ]);
    const reversed = first?.status.discoveredImages?.map((image) => ({
      ...image,
      raw: [...(image.raw ?? [])].reverse(),
      values: [...(image.values ?? [])].reverse(),
    }));
    expect(second?.status.discoveredImages).toEqual(reversed);
    expect(second?.status.signalBounds).toEqual([...(first?.status.signalBounds ?? [])].reverse());
    expect(second?.status.queryResults?.map(({ name }) => name)).toEqual(['pulls', 'usage']);
  });

  it('keeps the numbers of a query that has another name', () => {
    const renamed = { queries: [usage, { ...prometheusQuery('more'), name: 'other' }] };
    const synced = syncAll([
      {
        at: NOON,
        spec: { queries: [usage, prometheusQuery('more')] },
        outcomes: { usage: series({ a: 5 }), more: series({ b: 3 }) },
      },
      { at: NOON + MINUTE, spec: renamed, generation: 2, outcomes: { usage: series({ a: 5 }), other: failure() } },
    ]);
    expect(ranked(synced[1]?.status ?? {})).toEqual(['a 5', 'b 3']);
    expect(resultOf(synced[1]?.status ?? {}, 'other').lastSuccessTime).toBe('2026-11-21T12:00:00Z');
  });

  it('does not keep the values of a signal whose query was edited', () => {
    const edited = { ...spec, queries: [usage, { ...events, secretRef: { name: 'login' } }] };
    const [first, second] = syncAll([
      firstRun,
      { at: later, spec: edited, generation: 2, outcomes: { ...good, pulls: failure() } },
    ]);
    expect(ranked(second?.status ?? {})).toEqual(ranked(first?.status ?? {}));
    expect(ready(second?.status ?? {})?.message).toContain('the ranking waits for the first values of signal slow');
    expect(second?.status.signalBounds?.[2]).toEqual({ signal: 'slow' });
  });

  it('keeps the images of a query that was edited and fails, by its name', () => {
    const simple = { queries: [usage, prometheusQuery('more')] };
    const edited = { queries: [usage, prometheusQuery('more', { query: 'sum(' })] };
    const rejected = failure('BadResponse', 'query rejected (HTTP 400)');
    const synced = syncAll([
      { at: NOON, spec: simple, outcomes: { usage: series({ a: 5 }), more: series({ b: 3 }) } },
      { at: NOON + MINUTE, spec: edited, generation: 2, outcomes: { usage: series({ c: 4 }), more: rejected } },
      { at: NOON + 2 * HOUR, outcomes: { usage: series({ d: 1 }), more: rejected } },
    ]);
    expect(synced.map(({ status }) => ranked(status))).toEqual([
      ['a 5', 'b 3'],
      ['c 4', 'b 3'],
      ['b 3', 'd 1'],
    ]);
  });

  it('loses the images of a query that is removed', () => {
    const synced = syncAll([
      {
        at: NOON,
        spec: { queries: [usage, prometheusQuery('more')] },
        outcomes: { usage: series({ a: 5 }), more: series({ b: 3 }) },
      },
      { at: NOON + MINUTE, spec: { queries: [usage] }, generation: 2 },
    ]);
    expect(ranked(synced[1]?.status ?? {})).toEqual(['a 5']);
  });

  it('does not follow a new query until it has succeeded, while the others are followed', () => {
    const synced = syncAll([
      { at: NOON, spec: { queries: [usage] }, outcomes: { usage: series({ a: 5 }), more: failure() } },
      {
        at: NOON + MINUTE,
        spec: { queries: [usage, prometheusQuery('more')] },
        generation: 2,
        outcomes: { usage: series({ b: 5 }), more: failure() },
      },
    ]);
    expect(ranked(synced[1]?.status ?? {})).toEqual(['b 5']);
    expect(resultOf(synced[1]?.status ?? {}, 'more')).toMatchObject({ status: 'failed', failures: 1, imageCount: 0 });
  });
});

describe('an empty result', () => {
  const simple = { queries: [usage, prometheusQuery('more')] };

  it('keeps the images of a query that had some, and counts as a failure', () => {
    const status = statusAfter([
      { at: NOON, spec: simple, outcomes: { usage: series({ a: 5 }), more: series({ b: 3 }) } },
      { at: later, outcomes: { usage: series({ c: 5 }), more: series({}) } },
    ]);
    expect(ranked(status)).toEqual(['c 5', 'b 3']);
    expect(ready(status)).toMatchObject({
      reason: 'EmptyResult',
      message: '1 of 2 queries failing: more: empty result; keeping the previous 1 image',
    });
  });

  it('is a success of a query that had none', () => {
    const status = statusAfter([{ at: NOON, spec: simple, outcomes: { usage: series({ a: 5 }), more: series({}) } }]);
    expect(ranked(status)).toEqual(['a 5']);
    expect(ready(status)).toMatchObject({ status: 'True', message: '1 image from 2 queries; more: empty result' });
  });
});

describe('an incomplete response', () => {
  it('of a partial Prometheus keeps the images that it lacks', () => {
    const status = statusAfter([
      {
        at: NOON,
        spec: { queries: [usage], signals: [sumOf('usage')], ranking: bySignal('usage') },
        outcomes: { usage: series({ a: [4, 5], b: 3 }) },
      },
      { at: later, outcomes: { usage: series({ b: 1, c: 2 }, { isPartial: true }) } },
    ]);
    expect(ranked(status)).toEqual(['a 9', 'c 2', 'b 1']);
    expect(status.discoveredImages?.[0]).toMatchObject({ raw: [5], values: [9] });
    expect(ready(status)).toMatchObject({
      status: 'True',
      message: '3 images from 1 query; usage: partial answer: 1 previous image kept',
    });
  });

  it('of a registry without one of its repositories is followed in part and counts as a failure', () => {
    const status = statusAfter([
      {
        at: NOON,
        spec: { queries: [registryQuery('tags', { repositories: ['app', 'web'] })] },
        outcomes: { tags: tags({ app: ['1'], web: ['1'] }) },
      },
      { at: later, outcomes: { tags: tagsWithout(['web'], { app: ['1', '2'] }) } },
    ]);
    expect(ranked(status)).toEqual([
      'registry.example.com/app:2 2',
      'registry.example.com/app:1 1',
      'registry.example.com/web:1 1',
    ]);
    expect(ready(status)).toMatchObject({ status: 'False', reason: 'NotFound' });
  });
});

describe('a status without the origin of its images', () => {
  const taken = (outcomes: Parameters<typeof syncAll>[0][number]['outcomes'] & object) =>
    statusAfter([{ at: NOON, spec, outcomes, generation: 3 }], originalStatus);

  it('of the original Drop keeps its list until every query has succeeded', () => {
    const status = taken({ ...good, pulls: failure() });
    expect(status.discoveredImages).toEqual(originalStatus.discoveredImages);
    expect(status).toMatchObject({ imageCount: 2, lastSyncTime: originalStatus.lastSyncTime });
    expect(ready(status)?.message).toBe(
      '1 of 2 queries failing: pulls: connection refused; the previous images stay until every query has succeeded',
    );
    expect(status.queryResults).toHaveLength(2);
  });

  it('of the original Drop keeps its list while all queries return empty results', () => {
    const status = taken({ usage: series({}), pulls: pulls({}) });
    expect(status.discoveredImages).toEqual(originalStatus.discoveredImages);
    expect(ready(status)).toMatchObject({
      reason: 'EmptyResult',
      message: '2 of 2 queries failing: usage: empty result; keeping the previous 2 images',
    });
  });

  it('of the original Drop is replaced when every query has succeeded', () => {
    expect(ranked(taken({ ...good, pulls: pulls({}) }))).toEqual(['r.io/a:1 0', 'r.io/b:1 0', 'r.io/c:1 0']);
    expect(ranked(taken(good))).toHaveLength(3);
  });

  it('of the original Drop is replaced also if a query that had succeeded alone is empty by then', () => {
    const queries = [usage, prometheusQuery('other')];
    const status = statusAfter(
      [
        { at: NOON, spec: { queries }, generation: 3, outcomes: { usage: series({ a: 1 }), other: failure() } },
        { at: later, outcomes: { usage: series({}), other: series({ b: 2 }) } },
      ],
      originalStatus,
    );
    expect(ranked(status)).toEqual(['b 2']);
    expect(ready(status)).toMatchObject({ status: 'True', reason: 'Synced' });
  });

  it('keeps its list when one of the queries succeeds after an edit to sources and back', () => {
    const more = prometheusQuery('more');
    const ofQueries = statusAfter([
      { at: NOON, spec: { queries: [usage, more] }, outcomes: { usage: series({ a: 5 }), more: series({ b: 3 }) } },
    ]);
    const sources = { sources: [prometheus('usage'), prometheus('more')] };
    const ofSources = reduced(sources, ofQueries, [failure(), failure()], NOON + MINUTE);
    const status = statusAfter(
      [
        {
          at: NOON + 2 * MINUTE,
          spec: { queries: [more, usage] },
          generation: 3,
          outcomes: { usage: failure(), more: failure() },
        },
        { at: later, outcomes: { usage: series({ c: 4 }), more: failure() } },
      ],
      ofSources,
    );
    expect(status.discoveredImages?.map(({ image }) => image)).toEqual(['a', 'b']);
    expect(ready(status)?.message).toContain('the previous images stay until every query has succeeded');
  });

  it('of a failed attempt of the original Drop has no time of a success', () => {
    const failed = {
      lastSyncTime: '2026-08-21T11:00:00Z',
      conditions: [{ ...originalStatus.conditions[0], status: 'False', reason: 'DNSError' }],
    };
    const status = statusAfter([{ at: NOON, spec, outcomes: { usage: failure(), pulls: failure() } }], failed);
    expect(status).not.toHaveProperty('lastSyncTime');
  });

  it('of sources keeps its list until every query has succeeded', () => {
    const sources = { sources: [prometheus('usage')] };
    const bySources = statusAfter([{ at: NOON, spec: sources, outcomes: { '': series({ nginx: 7 }) } }]);
    const syncs = [
      { at: later, spec, generation: 2, outcomes: { ...good, pulls: failure() } },
      { at: later + MINUTE, outcomes: good },
      { at: later + MINUTE + SECOND },
    ];
    const lists = syncAll(syncs, bySources).map(({ status }) => status.discoveredImages?.map(({ image }) => image));
    expect(lists).toEqual([
      ['docker.io/library/nginx:latest'],
      ['docker.io/library/nginx:latest'],
      ['r.io/a:1', 'r.io/b:1', 'r.io/c:1'],
    ]);
  });
});

test('numbers beside results that cannot be read are not used', () => {
  const [first] = syncAll([firstRun]);
  const damaged = { ...first?.status, queryResults: [{ name: 5 }, ...(first?.status.queryResults ?? []).slice(1)] };
  const status = statusAfter([{ at: later, spec, outcomes: { ...good, pulls: failure() } }], damaged);
  expect(ranked(status)).toEqual(ranked(first?.status ?? {}));
  expect(ready(status)?.message).toContain('the previous images stay until every query has succeeded');
});
