// When each source is asked, and what: the plan of a sync, from status and time.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseTimeMilliseconds } from '../../../kubernetes/time.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  type Fields,
  failure,
  planned,
  prometheus,
  reduced,
  registry,
  type Status,
  series,
  sourceOf,
  statusAfter,
  tags,
} from './policies.ts';

const threeSources = [prometheus('a'), prometheus('b'), registry()];
const spec = { syncInterval: '30m', sources: threeSources };
const answer = series({ alpine: 1 });
const tagAnswer = tags({ app: ['v1'] });
const allAnswered: Status = statusAfter(spec, [{ outcomes: [answer, answer, tagAnswer], at: NOON }]);
const secondFailed: Status = statusAfter(spec, [{ outcomes: [answer, failure(), tagAnswer], at: NOON }]);

interface DueRow {
  readonly what: string;
  readonly status: Status;
  readonly at: number;
  readonly due: readonly number[];
  readonly spec?: Fields;
  readonly generation?: number;
}

const withoutTime = (status: Status, field: 'lastAttemptTime' | 'retryTime'): Status => ({
  ...status,
  sources: (status.sources ?? []).map((source) => ({ ...source, [field]: undefined })),
});

const dueTable: DueRow[] = [
  { what: 'nothing known: all', status: {}, at: NOON, due: [0, 1, 2] },
  { what: 'all answered just now: none', status: allAnswered, at: NOON, due: [] },
  { what: 'just before the interval: none', status: allAnswered, at: NOON + 30 * MINUTE - 1, due: [] },
  { what: 'at the interval: all', status: allAnswered, at: NOON + 30 * MINUTE, due: [0, 1, 2] },
  { what: 'long after the interval: all', status: allAnswered, at: NOON + 9 * HOUR, due: [0, 1, 2] },
  { what: 'the spec was edited: all', status: allAnswered, at: NOON + SECOND, generation: 2, due: [0, 1, 2] },
  { what: 'one failed, too soon: none', status: secondFailed, at: NOON + 9_999, due: [] },
  { what: 'one failed, 10 s later: that one', status: secondFailed, at: NOON + 10 * SECOND, due: [1] },
  { what: 'one failed, at the interval: all', status: secondFailed, at: NOON + 30 * MINUTE, due: [0, 1, 2] },
  {
    what: 'one failed and does not say when to retry: after 10 s',
    status: withoutTime(secondFailed, 'retryTime'),
    at: NOON + 10 * SECOND,
    due: [1],
  },
  {
    what: 'one failed and does not say when to retry: not before',
    status: withoutTime(secondFailed, 'retryTime'),
    at: NOON + 9_999,
    due: [],
  },
  {
    what: 'nobody says when they were asked: all',
    status: withoutTime(allAnswered, 'lastAttemptTime'),
    at: NOON,
    due: [0, 1, 2],
  },
  {
    what: 'a source changed: that one',
    status: allAnswered,
    spec: { ...spec, sources: [prometheus('a'), prometheus('b', { query: 'sum(up) by (image)' }), registry()] },
    at: NOON + SECOND,
    due: [1],
  },
  {
    what: 'another Secret is another source',
    status: allAnswered,
    spec: { ...spec, sources: [{ ...prometheus('a'), secretRef: { name: 'login' } }, prometheus('b'), registry()] },
    at: NOON + SECOND,
    due: [0],
  },
  {
    what: 'a source added: that one',
    status: allAnswered,
    spec: { ...spec, sources: [prometheus('new'), ...threeSources] },
    at: NOON + SECOND,
    due: [0],
  },
  {
    what: 'sources reordered: none',
    status: allAnswered,
    spec: { ...spec, sources: [...threeSources].reverse() },
    at: NOON + SECOND,
    due: [],
  },
  {
    what: 'fields of a source in another order: none',
    status: allAnswered,
    spec: {
      ...spec,
      sources: [
        { prometheus: { query: 'count(up) by (image)', endpoint: 'https://a.example.com' }, type: 'prometheus' },
        prometheus('b'),
        registry(),
      ],
    },
    at: NOON + SECOND,
    due: [],
  },
  {
    what: 'a default spelled out: none',
    status: allAnswered,
    spec: {
      ...spec,
      sources: [prometheus('a', { step: '5m', aggregationMethod: 'sum' }), prometheus('b'), registry()],
    },
    at: NOON + SECOND,
    due: [],
  },
  {
    what: 'an interval below 10 s counts as 10 s: not before',
    status: allAnswered,
    spec: { ...spec, syncInterval: '1s' },
    at: NOON + 9_999,
    due: [],
  },
  {
    what: 'an interval below 10 s counts as 10 s',
    status: allAnswered,
    spec: { ...spec, syncInterval: '1ms' },
    at: NOON + 10 * SECOND,
    due: [0, 1, 2],
  },
];

test.each(dueTable)('due: $what', ({ status, at, due, generation, ...row }) => {
  expect(planned(row.spec ?? spec, status, at, generation).map(({ source }) => source)).toEqual(due);
});

interface RetryRow {
  readonly what: string;
  readonly interval: string;
  readonly retryAfterMilliseconds?: number;
  /** Seconds from each failure to the next attempt. */
  readonly waits: readonly number[];
}

const retryTable: RetryRow[] = [
  { what: 'doubles up to the interval', interval: '2m', waits: [10, 20, 40, 80, 120, 120, 120] },
  { what: 'an interval of 15 s', interval: '15s', waits: [10, 15, 15] },
  { what: 'an interval below 10 s', interval: '1s', waits: [10, 10, 10] },
  { what: 'a pause shorter than 10 s', interval: '30m', retryAfterMilliseconds: 3_000, waits: [10, 20, 40] },
  { what: 'a pause within bounds', interval: '30m', retryAfterMilliseconds: 45_000, waits: [45, 45, 45, 80] },
  { what: 'a pause beyond the interval', interval: '2m', retryAfterMilliseconds: HOUR, waits: [120, 120] },
  { what: 'a pause that was over before it began', interval: '2m', retryAfterMilliseconds: -5, waits: [10, 20] },
];

function waitsOf(row: Pick<RetryRow, 'interval' | 'retryAfterMilliseconds'>, count: number): number[] {
  const policy = { syncInterval: row.interval, sources: [prometheus('a')] };
  const waits: number[] = [];
  let status: Status = {};
  let now = NOON;
  for (let turn = 0; turn < count; turn += 1) {
    status = reduced(policy, status, [failure('RateLimited', 'slow down', row.retryAfterMilliseconds)], now);
    const next = parseTimeMilliseconds(sourceOf(status).retryTime) ?? Number.NaN;
    waits.push((next - now) / SECOND);
    now = next;
  }
  return waits;
}

test.each(retryTable)('a failing source waits: $what', ({ waits, ...row }) => {
  expect(waitsOf(row, waits.length)).toEqual(waits);
});

test('an answer ends the backoff', () => {
  const policy = { syncInterval: '30m', sources: [prometheus('a')] };
  const failed = statusAfter(policy, [
    { outcomes: [failure()], at: NOON },
    { outcomes: [failure()], at: NOON + 10 * SECOND },
    { outcomes: [answer], at: NOON + 30 * SECOND },
    { outcomes: [failure()], at: NOON + 31 * MINUTE },
  ]);
  expect(sourceOf(failed)).toMatchObject({ failures: 1, retryTime: '2026-11-21T12:31:10Z' });
});

test('whatever fails however often: asked again no sooner than 10 s, no later than the interval and the rest of a second', () => {
  const milliseconds = fc.integer({ min: 0, max: 10 * HOUR });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7200 }),
      fc.nat(2000),
      fc.option(milliseconds, { nil: undefined }),
      milliseconds,
      (intervalSeconds, failures, pause, offset) => {
        const policy = { syncInterval: `${intervalSeconds}s`, sources: [prometheus('a')] };
        const now = NOON + offset;
        const before = statusAfter(policy, [{ outcomes: [failure()], at: now - HOUR }]);
        const worn = { ...before, sources: [{ ...sourceOf(before), failures }] };
        const status = reduced(policy, worn, [failure('Timeout', 'no answer', pause)], now);
        const firstDue = now + 10 * SECOND;
        const lastDue = Math.ceil(now / SECOND) * SECOND + Math.max(10, intervalSeconds) * SECOND;
        expect(planned(policy, status, firstDue - 1)).toEqual([]);
        expect(planned(policy, status, lastDue)).toHaveLength(1);
      },
    ),
  );
});

describe('the questions', () => {
  const base = {
    source: 0,
    secretName: undefined,
    kind: 'prometheus',
    endpoint: 'https://a.example.com',
    query: 'count(up) by (image)',
  };
  const week = { startMilliseconds: NOON - 168 * HOUR, endMilliseconds: NOON };
  it.each([
    { what: 'without lookback: instant', source: prometheus('a'), question: { ...base, range: undefined } },
    {
      what: 'instant in words',
      source: prometheus('a', { queryType: 'instant' }),
      question: { ...base, range: undefined },
    },
    {
      what: 'with lookback: a range in steps of 5 minutes',
      source: prometheus('a', { lookback: '168h' }),
      question: { ...base, range: { ...week, stepMilliseconds: 5 * MINUTE } },
    },
    {
      what: 'range in words, with a step',
      source: prometheus('a', { queryType: 'range', lookback: '168h', step: '1h30m' }),
      question: { ...base, range: { ...week, stepMilliseconds: 90 * MINUTE } },
    },
    {
      what: 'with a path and a Secret',
      source: { ...prometheus('a', { endpoint: 'https://mimir:9009/prometheus' }), secretRef: { name: 'login' } },
      question: { ...base, secretName: 'login', endpoint: 'https://mimir:9009/prometheus', range: undefined },
    },
    {
      what: 'of a registry',
      source: { ...registry({ repositories: ['b', 'a'], tagFilter: '^v', topX: 3 }), secretRef: { name: 'login' } },
      question: {
        source: 0,
        secretName: 'login',
        kind: 'registry',
        url: 'https://registry.example.com',
        repositories: ['b', 'a'],
      },
    },
  ])('$what', ({ source, question }) => {
    expect(planned({ sources: [source] }, {}, NOON)).toEqual([question]);
  });

  it('carry the position of their source', () => {
    expect(planned(spec, secondFailed, NOON + 10 * SECOND)).toEqual([
      { ...base, source: 1, endpoint: 'https://b.example.com', range: undefined },
    ]);
  });
});
