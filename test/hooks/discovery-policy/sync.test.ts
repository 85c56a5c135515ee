// The whole decision of a DiscoveryPolicy: what is asked, what the status says, and when to come back.
import { describe, expect, it, test } from 'vitest';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  byIndex,
  conditionOf,
  type Fields,
  failure,
  found,
  type Outcomes,
  observed,
  prometheus,
  registry,
  type Status,
  series,
} from './policies.ts';

const spec = { syncInterval: '30m', sources: [prometheus('a'), prometheus('b')] };
const answer = series({ 'r.io/app:1': 3 });

function sync(fields: Fields, outcomes: Outcomes, { status = {} as Status, at = NOON, metadata = {} as Fields } = {}) {
  const { response, logFields } = syncDiscoveryPolicy(observed(fields, status, metadata), byIndex(outcomes), at);
  return { ...response, status: response.status as DiscoveryPolicyStatus, logFields };
}

const first = sync(spec, [answer, answer]);

test('a first answer is the whole status', () => {
  expect(first.children).toEqual([]);
  expect(first.status).toMatchObject({
    revision: 1,
    observedGeneration: 1,
    lastSyncTime: '2026-11-21T12:00:00Z',
    imageCount: 1,
    sourceCount: 2,
    discoveredImages: [{ image: 'r.io/app:1', score: 3, source: 'https://a.example.com' }],
  });
  expect(first.logFields).toEqual({ asked: 2, images: 1, reason: 'Synced' });
});

test('the reason of the whole is the one that is reported, although the first source answered', () => {
  const { logFields } = sync(spec, [answer, failure('Timeout')]);
  expect(logFields).toEqual({ asked: 2, images: 1, reason: 'Timeout' });
});

test('asked again with nothing due it says the same, under the same revision', () => {
  const again = sync(spec, [], { status: first.status, at: NOON + 7 * MINUTE });
  expect(again.status).toEqual(first.status);
  expect(again.resyncAfterSeconds).toBe(23 * 60);
  expect(again.logFields).toEqual({ asked: 0, images: 1, reason: 'Synced' });
});

interface ResyncRow {
  readonly what: string;
  readonly outcomes: Outcomes;
  readonly status?: Status;
  readonly at?: number;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly seconds: number | undefined;
}

const halfFailed = sync(spec, [answer, failure()]).status;

test.each<ResyncRow>([
  { what: 'both answered: at the interval', outcomes: [answer, answer], seconds: 1800 },
  { what: 'one failed: at its retry', outcomes: [answer, failure()], seconds: 10 },
  { what: 'asked for a pause', outcomes: [answer, failure('RateLimited', '', 95_500)], seconds: 96 },
  { what: 'a whole second is rounded up', outcomes: [failure(), answer], at: NOON + 1, seconds: 10.999 },
  {
    what: 'the second failed again: the doubled wait',
    outcomes: [undefined, failure()],
    status: halfFailed,
    at: NOON + 10 * SECOND,
    seconds: 20,
  },
  {
    what: 'the second answered: the first is due earlier',
    outcomes: [undefined, answer],
    status: halfFailed,
    at: NOON + 10 * SECOND,
    seconds: 1790,
  },
  {
    what: 'the second came due while the first was asked: soon, not at the interval',
    outcomes: [answer],
    status: halfFailed,
    at: NOON + 40 * SECOND,
    seconds: 1,
  },
  {
    what: 'the second comes due at this very instant: soon, not never',
    outcomes: [answer],
    status: halfFailed,
    at: NOON + 10 * SECOND,
    seconds: 1,
  },
  {
    what: 'on its way out: never',
    outcomes: [],
    status: halfFailed,
    at: NOON + HOUR,
    metadata: { deletionTimestamp: '2026-11-21T12:30:00Z' },
    seconds: undefined,
  },
  {
    what: 'on its way out and never asked: never',
    outcomes: [],
    metadata: { deletionTimestamp: '2026-11-21T11:30:00Z' },
    seconds: undefined,
  },
  { what: 'not a valid spec: never', spec: {}, outcomes: [], status: halfFailed, seconds: undefined },
])('comes back: $what', ({ outcomes, seconds, ...row }) => {
  expect(sync(row.spec ?? spec, outcomes, row).resyncAfterSeconds).toBe(seconds);
});

interface AskRow {
  readonly what: string;
  readonly status?: Status;
  readonly at?: number;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly asked: readonly number[];
}

test.each<AskRow>([
  { what: 'nothing known', asked: [0, 1] },
  { what: 'all known', status: first.status, asked: [] },
  { what: 'one failed', status: halfFailed, at: NOON + 10 * SECOND, asked: [1] },
  { what: 'the spec was edited', status: first.status, metadata: { generation: 2 }, asked: [0, 1] },
  { what: 'on its way out', metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' }, asked: [] },
  { what: 'a shape that is not valid', spec: { sources: [{ type: 'prometheus' }] }, asked: [] },
  { what: 'a filter that is not valid', spec: { ...spec, imageFilter: '(' }, asked: [] },
  {
    what: 'one bad template among good sources',
    spec: { sources: [prometheus('a'), registry({ imageTemplate: '{{ .Name }}' })] },
    asked: [],
  },
])('asks: $what', ({ asked, at = NOON, ...row }) => {
  const parent = observed(row.spec ?? spec, row.status, row.metadata);
  expect(planDiscovery(parent, at).map(({ source }) => source)).toEqual(asked);
});

describe('a spec that is not valid keeps what was found and says where', () => {
  it.each<[string, Fields, string]>([
    ['no sources', {}, 'spec.sources: Invalid input: expected array, received undefined'],
    [
      'a range without its time',
      { sources: [prometheus('a', { queryType: 'range' })] },
      'spec.sources.0.prometheus: queryType range needs lookback',
    ],
    ['imageFilter', { ...spec, imageFilter: '(' }, 'spec.imageFilter: missing ): ('],
    [
      'imageFilter before the sources',
      { sources: [registry({ tagFilter: '(' })], imageFilter: 'a(?=b)' },
      'spec.imageFilter: look-ahead at position 1: only look-aheads at the very start, behind ^, are possible',
    ],
    [
      'tagFilter',
      { sources: [prometheus('a'), registry({ tagFilter: '(?!v)1' })] },
      'spec.sources.1.registry.tagFilter: look-ahead at position 0: put ^ before it',
    ],
    [
      'imageTemplate',
      { sources: [registry({ imageTemplate: 'a:{{ .Tag | upper }}' })] },
      'spec.sources.0.registry.imageTemplate: braces at position 2 are not {{ .Registry }}, {{ .Repository }} or {{ .Tag }}',
    ],
  ])('%s', (_title, wrong, message) => {
    const before = first.status;
    const { status, children, logFields } = sync(wrong, [], {
      status: before,
      at: NOON + HOUR,
      metadata: { generation: 2 },
    });
    expect(status).toEqual({
      ...before,
      revision: 2,
      observedGeneration: 2,
      conditions: [
        { type: 'Ready', status: 'False', reason: 'InvalidSpec', message, lastTransitionTime: '2026-11-21T13:00:00Z' },
      ],
    });
    expect(children).toEqual([]);
    expect(logFields).toEqual({ reason: 'InvalidSpec' });
  });

  it('and the corrected one is asked at once, with the last images still there', () => {
    const { status } = sync({ ...spec, imageFilter: '(' }, [], { status: first.status, metadata: { generation: 2 } });
    const parent = observed(spec, status, { generation: 3 });
    expect(planDiscovery(parent, NOON + SECOND).map(({ source }) => source)).toEqual([0, 1]);
    const corrected = sync(spec, [failure(), failure()], { status, metadata: { generation: 3 }, at: NOON + SECOND });
    expect(found(corrected.status)).toEqual([['r.io/app:1', 3]]);
    expect(conditionOf(corrected.status)?.reason).toBe('ConnectionRefused');
  });
});

test('one that is on its way out keeps its status', () => {
  const metadata = { deletionTimestamp: '2026-11-21T12:30:00Z' };
  expect(sync(spec, [], { status: first.status, metadata, at: NOON + HOUR }).status).toEqual(first.status);
});

test('a status that somebody spoiled is read as far as it can be, and its sources are asked again', () => {
  const spoiled = { ...first.status, sources: [{ target: 7 }], discoveredImages: 'none' };
  const parent = observed(spec, spoiled);
  expect(planDiscovery(parent, NOON)).toHaveLength(2);
  const { response } = syncDiscoveryPolicy(parent, byIndex([answer, failure()]), NOON);
  expect(response.status).toMatchObject({ imageCount: 1, revision: 2 });
});
