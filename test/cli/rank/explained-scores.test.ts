// The arithmetic that `rank` shows from a status gives the score of the status, for every strategy and shape.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Snapshot } from '../../../cli/cluster/snapshot.ts';
import { rankReport } from '../../../cli/rank/rank-report.ts';
import { findPolicy } from '../../../cli/rank/ranked-policy.ts';
import type { SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { discoveryPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { MINUTE, NOON } from '../../hooks/builders/wire.ts';
import { policySnapshot, prometheus } from './ranked-policies.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Values by image; a missing one is not in the response. */
const found = fc.dictionary(
  fc.constantFrom(...names),
  fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 3 }),
);

type Found = Readonly<Record<string, readonly number[]>>;

function outcomeOf(images: Found): SourceOutcome {
  const series = Object.entries(images).map(([name, values]) => ({
    image: `r.io/${name}:1`,
    times: values.map((_, index) => NOON / 1_000 - index),
    values,
  }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

const weight = fc.constantFrom('0.7', '300m', '-1', '2', '0');
const rankings = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom('x', 'y').map((signal) => ({ strategy: 'signal', signal })),
  fc.tuple(weight, weight, fc.constantFrom('zero', 'drop')).map(([first, second, missingSignal]) => ({
    strategy: 'weightedSum',
    weightedSum: {
      missingSignal,
      terms: [
        { signal: 'x', weight: first },
        { signal: 'y', weight: second },
      ],
    },
  })),
  fc.integer({ min: 1, max: 100 }).map((count) => ({
    strategy: 'modelExposure',
    modelExposure: {
      preWindowUsageSignal: 'x',
      targetWindowUsageSignal: 'y',
      pullTimeSignal: 'y',
      nodes: { count },
    },
  })),
);

const withQueries = rankings.map((ranking) => ({
  maxImages: 4,
  queries: ['p', 'q'].map((name) => ({ name, type: 'prometheus', prometheus })),
  signals: [
    { name: 'x', query: 'p', type: 'aggregate', aggregate: { method: 'sum' } },
    { name: 'y', query: 'q', type: 'aggregate', aggregate: { method: 'avg' } },
  ],
  ...(ranking === undefined ? {} : { ranking }),
}));

const withSources = fc.constant({
  maxImages: 4,
  sources: ['http://a', 'http://b'].map((endpoint) => ({
    type: 'prometheus',
    prometheus: { ...prometheus, endpoint },
  })),
});

const failure: SourceOutcome = { ok: false, reason: 'Timeout', message: 'no response' };

function synced(spec: unknown, status: unknown, outcomes: readonly SourceOutcome[], now: number): unknown {
  const parent = { kind: 'DiscoveryPolicy', metadata: { name: 'ci', uid: 'ci', generation: 1 }, spec, status };
  const request = discoveryPolicySyncRequest.parse({ parent, finalizing: false });
  return syncDiscoveryPolicy(request.parent, new Map(outcomes.entries()), now).response.status;
}

function remarksOf(snapshot: Snapshot): readonly string[] {
  const report = rankReport({ policy: findPolicy(snapshot, 'ci'), nowMilliseconds: NOON });
  return report.images.flatMap(({ image, remark }) => (remark === undefined ? [] : [`${image}: ${remark}`]));
}

test('the explained score is that of the status, also while a query fails', () => {
  fc.assert(
    fc.property(fc.oneof(withQueries, withSources), found, found, (spec, first, second) => {
      const outcomes = [outcomeOf(first), outcomeOf(second)];
      const fresh = synced(spec, {}, outcomes, NOON - MINUTE);
      const failing = synced(spec, fresh, [outcomeOf(second), failure], NOON);
      for (const status of [fresh, failing]) expect(remarksOf(policySnapshot([{ spec, status }]))).toEqual([]);
    }),
  );
});
