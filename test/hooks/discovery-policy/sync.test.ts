// The DiscoveryPolicy hook as a whole: which queries it plans, which status it returns, and when it is called again.
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
  POPULAR_FACTOR,
  prometheus,
  registry,
  type Status,
  series,
} from './policies.ts';

const spec = { syncInterval: '30m', sources: [prometheus('a'), prometheus('b')] };
const response = series({ 'r.io/app:1': 3 });

function sync(fields: Fields, outcomes: Outcomes, { status = {} as Status, at = NOON, metadata = {} as Fields } = {}) {
  const result = syncDiscoveryPolicy(observed(fields, status, metadata), byIndex(outcomes), at);
  return { ...result.response, status: result.response.status as DiscoveryPolicyStatus, logFields: result.logFields };
}

const first = sync(spec, [response, response]);
const halfFailed = sync(spec, [response, failure()]).status;

test('the first responses fill the whole status', () => {
  expect(first.children).toEqual([]);
  expect(first.status).toMatchObject({
    revision: 1,
    observedGeneration: 1,
    lastSyncTime: '2026-11-21T12:00:00Z',
    imageCount: 1,
    sourceCount: 2,
    discoveredImages: [{ image: 'r.io/app:1', score: 3, source: 'https://a.example.com' }],
  });
  expect(first.logFields).toEqual({ queried: 2, images: 1, reason: 'Synced' });
});

test('the log has the reason of the Ready condition', () => {
  const { logFields } = sync(spec, [response, failure('Timeout')]);
  expect(logFields).toEqual({ queried: 2, images: 1, reason: 'Timeout' });
});

test('a sync without outcomes keeps the status and its revision', () => {
  const again = sync(spec, [], { status: first.status, at: NOON + 7 * MINUTE });
  expect(again.status).toEqual(first.status);
  expect(again.resyncAfterSeconds).toBeCloseTo(30 * 60 * POPULAR_FACTOR - 7 * 60, 2);
  expect(again.logFields).toEqual({ queried: 0, images: 1, reason: 'Synced' });
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

test.each<ResyncRow>([
  { what: 'at the interval if all sources succeeded', outcomes: [response, response], seconds: 1800 * POPULAR_FACTOR },
  { what: 'at the retry of a failed source', outcomes: [response, failure()], seconds: 10 },
  {
    what: 'after the Retry-After of a source',
    outcomes: [response, failure('RateLimited', '', 95_500)],
    seconds: 96,
  },
  {
    what: 'at a retry time that is rounded up to a whole second',
    outcomes: [failure(), response],
    at: NOON + 1,
    seconds: 10.999,
  },
  {
    what: 'at the earliest due time of all sources',
    outcomes: [undefined, response],
    status: halfFailed,
    at: NOON + 10 * SECOND,
    seconds: 1800 * POPULAR_FACTOR - 10,
  },
  {
    what: 'after 1 s if a source became due while another was queried',
    outcomes: [response],
    status: halfFailed,
    at: NOON + 40 * SECOND,
    seconds: 1,
  },
  {
    what: 'after 1 s if a source becomes due at this instant',
    outcomes: [response],
    status: halfFailed,
    at: NOON + 10 * SECOND,
    seconds: 1,
  },
  {
    what: 'never if the policy is being deleted',
    outcomes: [],
    status: halfFailed,
    at: NOON + HOUR,
    metadata: { deletionTimestamp: '2026-11-21T12:30:00Z' },
    seconds: undefined,
  },
  { what: 'never if the spec is invalid', spec: { sources: [] }, outcomes: [], status: halfFailed, seconds: undefined },
])('the next sync is $what', ({ outcomes, seconds, ...row }) => {
  const { resyncAfterSeconds } = sync(row.spec ?? spec, outcomes, row);
  if (seconds === undefined) expect(resyncAfterSeconds).toBeUndefined();
  else expect(resyncAfterSeconds).toBeCloseTo(seconds, 2);
});

interface PlanRow {
  readonly what: string;
  readonly status?: Status;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly queried: readonly number[];
}

test.each<PlanRow>([
  { what: 'an edited policy queries all sources', status: first.status, metadata: { generation: 2 }, queried: [0, 1] },
  {
    what: 'a policy that is being deleted queries nothing',
    metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' },
    queried: [],
  },
  { what: 'a policy with an invalid shape queries nothing', spec: { sources: [{ type: 'prometheus' }] }, queried: [] },
  { what: 'a policy with an invalid filter queries nothing', spec: { ...spec, imageFilter: '(' }, queried: [] },
  {
    what: 'a policy with one invalid template queries nothing',
    spec: { sources: [prometheus('a'), registry({ imageTemplate: '{{ .Name }}' })] },
    queried: [],
  },
])('$what', ({ queried, ...row }) => {
  const parent = observed(row.spec ?? spec, row.status, row.metadata);
  expect(planDiscovery(parent, NOON).map(({ index }) => index)).toEqual(queried);
});

describe('an invalid spec', () => {
  it.each<[string, Fields, string]>([
    ['sources', { sources: [] }, 'spec.sources: Too small: expected array to have >=1 items'],
    [
      'queryType',
      { sources: [prometheus('a', { queryType: 'range' })] },
      'spec.sources.0.prometheus: queryType range needs lookback',
    ],
    [
      'imageFilter, before any field of the sources',
      { sources: [registry({ tagFilter: '(' })], imageFilter: 'a(?=b)' },
      'spec.imageFilter: look-ahead at position 1: only look-aheads directly after a leading ^ are supported',
    ],
    [
      'tagFilter, before imageTemplate',
      { sources: [prometheus('a'), registry({ tagFilter: '(?!v)1', imageTemplate: '{' })] },
      'spec.sources.1.registry.tagFilter: look-ahead at position 0: put ^ before it',
    ],
    [
      'imageTemplate',
      { sources: [registry({ imageTemplate: 'a:{{ .Tag | upper }}' })] },
      'spec.sources.0.registry.imageTemplate: unsupported braces at position 2: ' +
        'use {{ .Registry }}, {{ .Repository }} or {{ .Tag }}',
    ],
  ])('keeps the status and reports the field %s', (_what, invalid, message) => {
    const before = first.status;
    const { status, children, logFields } = sync(invalid, [], {
      status: before,
      at: NOON + HOUR,
      metadata: { generation: 2 },
    });
    expect(status).toEqual({
      ...before,
      revision: 2,
      observedGeneration: 2,
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          observedGeneration: 2,
          reason: 'InvalidSpec',
          message,
          lastTransitionTime: '2026-11-21T13:00:00Z',
        },
      ],
    });
    expect(children).toEqual([]);
    expect(logFields).toEqual({ reason: 'InvalidSpec' });
  });

  it('keeps the images until the corrected spec is queried, which happens immediately', () => {
    const { status } = sync({ ...spec, imageFilter: '(' }, [], { status: first.status, metadata: { generation: 2 } });
    const parent = observed(spec, status, { generation: 3 });
    expect(planDiscovery(parent, NOON + SECOND).map(({ index }) => index)).toEqual([0, 1]);
    const corrected = sync(spec, [failure(), failure()], { status, metadata: { generation: 3 }, at: NOON + SECOND });
    expect(found(corrected.status)).toEqual(['r.io/app:1 3']);
    expect(conditionOf(corrected.status)?.reason).toBe('ConnectionRefused');
  });
});

test('a policy that is being deleted keeps its status', () => {
  const metadata = { deletionTimestamp: '2026-11-21T12:30:00Z' };
  expect(sync(spec, [], { status: first.status, metadata, at: NOON + HOUR }).status).toEqual(first.status);
});

test('the invalid parts of a status are dropped, and its sources are queried again', () => {
  const spoiled = { ...first.status, sources: [{ target: 7 }], discoveredImages: 'none' };
  const parent = observed(spec, spoiled);
  expect(planDiscovery(parent, NOON)).toHaveLength(2);
  const result = syncDiscoveryPolicy(parent, byIndex([response, failure()]), NOON);
  expect(result.response.status).toMatchObject({ imageCount: 1, revision: 2 });
});
