// When each source is queried: at the interval, sooner after a failure, immediately after a change of its spec.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { parseTimeMilliseconds } from '../../../kubernetes/time.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  type Fields,
  failure,
  observed,
  POPULAR_FACTOR,
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

const sources = [prometheus('a'), prometheus('b'), registry()];
const spec = { syncInterval: '30m', sources };
const response = series({ alpine: 1 });
const tagResponse = tags({ app: ['v1'] });
const allHealthy: Status = statusAfter(spec, [{ outcomes: [response, response, tagResponse], at: NOON }]);
const secondFailed: Status = statusAfter(spec, [{ outcomes: [response, failure(), tagResponse], at: NOON }]);

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

const withFirst = (source: object) => ({ ...spec, sources: [source, ...sources.slice(1)] });

test.each<DueRow>([
  { what: 'all sources of a new policy are due', status: {}, at: NOON, due: [0, 1, 2] },
  { what: 'no source is due before the interval', status: allHealthy, at: NOON + 30 * MINUTE - 1, due: [] },
  {
    what: 'no source is due before the interval with the factor of the policy',
    status: allHealthy,
    at: NOON + Math.floor(30 * MINUTE * POPULAR_FACTOR) - 1,
    due: [],
  },
  {
    what: 'all sources are due together at the interval with the factor of the policy',
    status: allHealthy,
    at: NOON + Math.ceil(30 * MINUTE * POPULAR_FACTOR),
    due: [0, 1, 2],
  },
  { what: 'all sources of an edited spec are due', status: allHealthy, at: NOON, generation: 2, due: [0, 1, 2] },
  { what: 'a failed source is not due before 10 s', status: secondFailed, at: NOON + 9_999, due: [] },
  { what: 'a failed source is due after 10 s', status: secondFailed, at: NOON + 10 * SECOND, due: [1] },
  {
    what: 'a failed source without retryTime is due after 10 s',
    status: withoutTime(secondFailed, 'retryTime'),
    at: NOON + 10 * SECOND,
    due: [1],
  },
  {
    what: 'sources without lastAttemptTime are due',
    status: withoutTime(allHealthy, 'lastAttemptTime'),
    at: NOON,
    due: [0, 1, 2],
  },
  {
    what: 'a source with another query is due',
    status: allHealthy,
    spec: withFirst(prometheus('a', { query: 'sum(up) by (image)' })),
    at: NOON + SECOND,
    due: [0],
  },
  {
    what: 'a source with another Secret is due',
    status: allHealthy,
    spec: withFirst({ ...prometheus('a'), secretRef: { name: 'login' } }),
    at: NOON + SECOND,
    due: [0],
  },
  {
    what: 'an added source is due',
    status: allHealthy,
    spec: { ...spec, sources: [prometheus('new'), ...sources] },
    at: NOON + SECOND,
    due: [0],
  },
  {
    what: 'reordered sources are not due',
    status: allHealthy,
    spec: { ...spec, sources: [...sources].reverse() },
    at: NOON + SECOND,
    due: [],
  },
  {
    what: 'a source with reordered fields and explicit defaults is not due',
    status: allHealthy,
    spec: withFirst({
      prometheus: {
        step: '5m',
        query: 'count(up) by (image)',
        endpoint: 'https://a.example.com',
        aggregationMethod: 'sum',
      },
      type: 'prometheus',
    }),
    at: NOON + SECOND,
    due: [],
  },
  {
    what: 'an interval below 10 s counts as 10 s, so no source is due before',
    status: allHealthy,
    spec: { ...spec, syncInterval: '1s' },
    at: NOON + 9_999,
    due: [],
  },
  {
    what: 'an interval below 10 s counts as 10 s',
    status: allHealthy,
    spec: { ...spec, syncInterval: '1ms' },
    at: NOON + 11 * SECOND,
    due: [0, 1, 2],
  },
])('$what', ({ status, at, due, generation, ...row }) => {
  expect(planned(row.spec ?? spec, status, at, generation).map(({ index }) => index)).toEqual(due);
});

/** Milliseconds from a successful query to the next one, for a policy with this name. */
function intervalOf(name: string, syncInterval: string): number {
  const parent = observed({ ...spec, syncInterval }, allHealthy, { name });
  const { response } = syncDiscoveryPolicy(parent, new Map(), NOON);
  return (response.resyncAfterSeconds ?? Number.NaN) * SECOND;
}

const factorOf = (name: string) => intervalOf(name, '1000h') / (1_000 * HOUR);

test('the interval of a policy is its syncInterval times a fixed factor from 1 to below 1.1', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 10, max: 100_000 }), (name, seconds) => {
      const interval = intervalOf(name, `${seconds}s`);
      expect(interval).toBeGreaterThanOrEqual(seconds * SECOND);
      expect(interval).toBeLessThan(seconds * SECOND * 1.1);
      expect(interval / (seconds * SECOND)).toBeCloseTo(factorOf(name), 3);
    }),
  );
});

test('policies with similar names have factors that spread over the whole range', () => {
  const names = Array.from({ length: 500 }, (_, index) => `team-${index}`);
  const counts = Array.from({ length: 10 }, () => 0);
  for (const name of names) {
    const tenth = Math.floor((factorOf(name) - 1) * 100);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  expect(counts).toHaveLength(10);
  for (const count of counts) expect(count).toBeGreaterThan(25);
  expect(new Set(names.map(factorOf)).size).toBeGreaterThan(475);
});

interface RetryRow {
  readonly what: string;
  readonly interval: string;
  readonly retryAfterMilliseconds?: number;
  /** Seconds from each failure to the next query. */
  readonly waits: readonly number[];
}

const retryTable: readonly RetryRow[] = [
  { what: 'the delay doubles up to the interval', interval: '2m', waits: [10, 20, 40, 80, 120, 120, 120] },
  { what: 'the delay is at least 10 s', interval: '1s', waits: [10, 10, 10] },
  { what: 'a shorter Retry-After is ignored', interval: '30m', retryAfterMilliseconds: 3_000, waits: [10, 20, 40] },
  {
    what: 'a longer Retry-After replaces the delay',
    interval: '30m',
    retryAfterMilliseconds: 45_000,
    waits: [45, 45, 45, 80],
  },
  { what: 'a Retry-After is cut at the interval', interval: '2m', retryAfterMilliseconds: HOUR, waits: [120, 120] },
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

test.each(retryTable)('after a failure: $what', ({ waits, ...row }) => {
  expect(waitsOf(row, waits.length)).toEqual(waits);
});

test('a success resets the backoff', () => {
  const policy = { syncInterval: '30m', sources: [prometheus('a')] };
  const failed = statusAfter(policy, [
    { outcomes: [failure()], at: NOON },
    { outcomes: [failure()], at: NOON + 10 * SECOND },
    { outcomes: [response], at: NOON + 30 * SECOND },
    { outcomes: [failure()], at: NOON + 31 * MINUTE },
  ]);
  expect(sourceOf(failed)).toMatchObject({ failures: 1, retryTime: '2026-11-21T12:31:10Z' });
});

test('a failed source is queried again after 10 s at the earliest and one interval at the latest', () => {
  const milliseconds = fc.integer({ min: 0, max: 10 * HOUR });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7200 }),
      fc.nat(2000),
      fc.option(milliseconds, { nil: undefined }),
      milliseconds,
      (intervalSeconds, failures, retryAfterMilliseconds, offset) => {
        const policy = { syncInterval: `${intervalSeconds}s`, sources: [prometheus('a')] };
        const now = NOON + offset;
        const before = statusAfter(policy, [{ outcomes: [failure()], at: now - HOUR }]);
        const worn = { ...before, sources: [{ ...sourceOf(before), failures }] };
        const status = reduced(policy, worn, [failure('Timeout', 'slow', retryAfterMilliseconds)], now);
        const firstDue = now + 10 * SECOND;
        // retryTime is rounded up to a whole second.
        const lastDue = Math.ceil(now / SECOND) * SECOND + Math.max(10, intervalSeconds) * SECOND;
        expect(planned(policy, status, firstDue - 1)).toEqual([]);
        expect(planned(policy, status, lastDue)).toHaveLength(1);
      },
    ),
  );
});
