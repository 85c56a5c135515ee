// When queries are sent: all together at the interval and after an edit, one that failed alone before that.
import { expect, test } from 'vitest';
import { HOUR, MINUTE, NOON, SECOND } from '../../builders/wire.ts';
import { failure, POPULAR_FACTOR, series } from '../policies.ts';
import { prometheusQuery, type QuerySync, resultOf, syncAll } from './query-policies.ts';

const spec = { syncInterval: '30m', queries: [prometheusQuery('a'), prometheusQuery('b')] };
const good = { a: series({ 'r.io/a:1': 1 }), b: series({ 'r.io/b:1': 2 }) };
const first = { at: NOON, spec, outcomes: good };
const queried = (syncs: readonly QuerySync[]) => syncAll(syncs).map((synced) => synced.queried.join(' '));
const interval = 30 * MINUTE * POPULAR_FACTOR;

test('all queries of a policy are sent together, once per interval with the factor of the policy', () => {
  expect(queried([first, { at: NOON + Math.floor(interval) - SECOND }, { at: NOON + Math.ceil(interval) }])).toEqual([
    'a b',
    '',
    'a b',
  ]);
  expect(syncAll([first])[0]?.resyncAfterSeconds).toBeCloseTo(interval / SECOND, 0);
});

test('an edited spec is run at once', () => {
  expect(queried([first, { at: NOON + SECOND, generation: 2, spec: { ...spec, maxImages: 7 } }])).toEqual([
    'a b',
    'a b',
  ]);
});

test('a query that fails is retried alone after 10 s, doubled each time up to the interval', () => {
  const failing = { ...good, b: failure() };
  const syncs: QuerySync[] = [{ ...first, outcomes: failing, spec: { ...spec, syncInterval: '1m' } }];
  const retries: number[] = [];
  for (let at = NOON + SECOND; at < NOON + 62 * SECOND; at += SECOND) syncs.push({ at });
  for (const [index, synced] of syncAll(syncs).entries()) {
    if (synced.queried.join(' ') === 'b') retries.push(index);
  }
  expect(retries).toEqual([10, 30]);
  const last = syncAll(syncs.slice(0, 31)).at(-1);
  expect(resultOf(last?.status ?? {}, 'b')).toMatchObject({ failures: 3, retryTime: '2026-11-21T12:01:10Z' });
  expect(last?.resyncAfterSeconds).toBeLessThanOrEqual(36);
});

test('when a query answers again, all queries are sent once more', () => {
  const syncs = [
    { ...first, outcomes: { ...good, b: failure() } },
    { at: NOON + 10 * SECOND, outcomes: good },
    { at: NOON + 11 * SECOND },
    { at: NOON + 12 * SECOND },
    { at: NOON + MINUTE },
  ];
  expect(queried(syncs)).toEqual(['a b', 'b', 'a b', '', '']);
  const synced = syncAll(syncs);
  expect(synced[1]?.resyncAfterSeconds).toBe(1);
  expect(synced.map(({ status }) => status.imageCount)).toEqual([1, 1, 2, 2, 2]);
});

test('queries that all fail are retried together, and their first success is a run', () => {
  const syncs = [
    { ...first, outcomes: { a: failure(), b: failure() } },
    { at: NOON + 10 * SECOND, outcomes: { ...good, b: failure() } },
    { at: NOON + 30 * SECOND, outcomes: { ...good, b: failure() } },
  ];
  expect(queried(syncs)).toEqual(['a b', 'a b', 'b']);
  expect(syncAll(syncs).map(({ status }) => status.imageCount)).toEqual([undefined, 1, 1]);
});

test('a run at the interval includes a query that waits for its retry', () => {
  const syncs = [
    first,
    { at: NOON + 33 * MINUTE, outcomes: { ...good, b: failure() } },
    { at: NOON + 33 * MINUTE + 10 * SECOND },
    { at: NOON + 66 * MINUTE },
    { at: NOON + 66 * MINUTE + 11 * SECOND },
    { at: NOON + 99 * MINUTE },
  ];
  expect(queried(syncs)).toEqual(['a b', 'a b', 'b', 'a b', '', 'a b']);
});

test('a server that limits the rate is left alone until the time that it requested, while the others run', () => {
  const limited = { ...good, b: failure('RateLimited', 'too many requests', 20 * MINUTE) };
  const syncs = [
    { ...first, spec: { ...spec, syncInterval: '25m' } },
    { at: NOON + 28 * MINUTE, outcomes: limited },
    { at: NOON + 29 * MINUTE },
    { at: NOON + 47 * MINUTE },
    { at: NOON + 48 * MINUTE },
    { at: NOON + 56 * MINUTE, outcomes: { ...good, a: series({ 'r.io/new:1': 5 }) } },
  ];
  expect(queried(syncs)).toEqual(['a b', 'a b', '', '', 'b', 'a']);
  const last = syncAll(syncs).at(-1);
  expect(last?.status.discoveredImages?.map(({ image }) => image)).toEqual(['r.io/new:1', 'r.io/b:1']);
});

test('a sync between two runs changes nothing', () => {
  const [run, between] = syncAll([first, { at: NOON + MINUTE }]);
  expect(between?.status).toEqual(run?.status);
  expect(between?.logFields).toEqual({ queried: 0, images: 2, reason: 'Synced' });
});

test('a policy that is being deleted sends nothing and keeps its status', () => {
  const [run, deleted] = syncAll([first, { at: NOON + HOUR, deletionTimestamp: '2026-11-21T12:00:00Z' }]);
  expect(deleted).toMatchObject({ queried: [], resyncAfterSeconds: undefined, status: run?.status });
});

test('a policy that is deleted before its first run reports that it was not queried', () => {
  const [deleted] = syncAll([{ ...first, deletionTimestamp: '2026-11-21T12:00:00Z' }]);
  expect(deleted?.status).toMatchObject({
    queryResults: [{ status: 'failed', reason: 'Pending' }, { reason: 'Pending' }],
    conditions: [{ status: 'False', reason: 'Pending', message: '2 of 2 queries failing: a: not queried yet' }],
  });
});
