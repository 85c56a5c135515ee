// Properties of any policy with queries, whatever its queries return.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discoveryPolicyStatus } from '../../../../crds/discovery-policy.ts';
import type { SourceOutcome } from '../../../../hooks/discovery-policy/query.ts';
import { MINUTE, NOON } from '../../builders/wire.ts';
import { type Fields, failure, type Status, series, tags, tagsWithout } from '../policies.ts';
import {
  bySignal,
  eventQuery,
  prometheusQuery,
  pulls,
  pullTimeOf,
  registryQuery,
  sumOf,
  syncOnce,
  weighted,
} from './query-policies.ts';

const images = fc.uniqueArray(fc.constantFrom('nginx', 'r.io/a:1', 'r.io/b:1', 'r.io/c:1', 'UPPER/x', '__proto__'));
const value = fc.constantFrom(0, 1, 2.5, -3, 1e-7, 1e21, 1.7e308, -1.7e308);
const failed = fc.constantFrom(failure('Timeout'), failure('RateLimited', 'slow down', 90_000));

const usageOutcome: fc.Arbitrary<SourceOutcome> = fc.oneof(
  failed,
  fc
    .record({ names: images, values: fc.array(value, { maxLength: 3 }), isPartial: fc.boolean() })
    .map(({ names, values, isPartial }) =>
      series(
        Object.fromEntries(names.map((name, index) => [name, values.slice(index % 2)])),
        isPartial ? { isPartial } : {},
      ),
    ),
);
const pullsOutcome: fc.Arbitrary<SourceOutcome> = fc.oneof(
  failed,
  images.map((names) => pulls(Object.fromEntries(names.map((name, index) => [name, index * 7])))),
);
const tagsOutcome: fc.Arbitrary<SourceOutcome> = fc.oneof(
  failed,
  fc.subarray(['v1', 'v2', 'latest']).map((list) => tags({ app: list, web: list })),
  fc.constant(tagsWithout(['web'], { app: ['v3'] })),
);

const rankings: readonly (Fields | undefined)[] = [
  undefined,
  bySignal('total'),
  weighted({ total: '0.7', slow: '300m' }),
  weighted({ total: -1, slow: 2 }, { missingSignal: 'drop' }),
  {
    strategy: 'modelExposure',
    modelExposure: {
      preWindowUsageSignal: 'total',
      targetWindowUsageSignal: 'total',
      pullTimeSignal: 'slow',
      nodes: { count: 3 },
    },
  },
];

const queries = [
  prometheusQuery('usage'),
  eventQuery('pulls'),
  registryQuery('tags', { repositories: ['app', 'web'] }),
];
const signals = [sumOf('usage', 'total'), pullTimeOf('pulls', 'slow'), sumOf('tags')];

const spec = fc
  .record({
    ranking: fc.constantFrom(...rankings),
    maxImages: fc.constantFrom(1, 3, 50),
    imageFilter: fc.constantFrom('', '^(?!.*r\\.io/b)', 'r\\.io'),
  })
  .map(
    ({ ranking, ...fields }): Fields => ({
      queries,
      signals,
      ...fields,
      ...(ranking === undefined ? {} : { ranking }),
    }),
  );

const sync = fc.record({
  usage: usageOutcome,
  pulls: pullsOutcome,
  tags: tagsOutcome,
  pauseMinutes: fc.constantFrom(0, 0.2, 1, 40),
});
type Sync = typeof sync extends fc.Arbitrary<infer Value> ? Value : never;
const history = fc.array(sync, { minLength: 1, maxLength: 5 });

function replay(of: Fields, syncs: readonly Sync[]) {
  let [status, at]: [Status, number] = [{}, NOON];
  for (const { pauseMinutes, ...outcomes } of syncs) {
    status = syncOnce(status, { at, spec: of, outcomes }).status;
    at += pauseMinutes * MINUTE;
  }
  return { status, at };
}

const outage = { usage: failure(), pulls: failure('DNSError'), tags: failure('NotFound') };

test('any outcomes lead to a status that matches its schema and its own numbers', () => {
  fc.assert(
    fc.property(spec, history, (of, syncs) => {
      const { status } = replay(of, syncs);
      expect(discoveryPolicyStatus.strict().safeParse(status).success).toBe(true);
      const list = status.discoveredImages ?? [];
      expect(status.imageCount ?? 0).toBe(list.length);
      expect(list.length).toBeLessThanOrEqual(of.maxImages as number);
      for (const [index, { rank, finalScore, score, raw, values }] of list.entries()) {
        expect({ rank, score }).toEqual({ rank: index + 1, score: Number(finalScore) });
        expect([raw?.length, values?.length]).toEqual([queries.length, signals.length]);
      }
      const scores = list.map(({ score }) => score ?? 0);
      expect(scores).toEqual([...scores].sort((left, right) => right - left));
    }),
  );
});

test('the status is deterministic, and a sync without outcomes does not change it', () => {
  fc.assert(
    fc.property(spec, history, (of, syncs) => {
      const { status, at } = replay(of, syncs);
      expect(replay(of, syncs).status).toEqual(status);
      const unsent = syncOnce(status, { at, spec: of, outcomes: outage, deletionTimestamp: '2026-11-21T12:00:00Z' });
      expect(unsent.status).toEqual(status);
    }),
  );
});

test('an outage of all queries changes neither images nor their numbers, after any history', () => {
  fc.assert(
    fc.property(spec, history, (of, syncs) => {
      const { status, at } = replay(of, syncs);
      const after = syncOnce(status, { at: at + 40 * MINUTE, spec: of, outcomes: outage });
      const found = ({ discoveredImages, signalBounds, imageCount, lastSyncTime }: Status) => ({
        discoveredImages,
        signalBounds,
        imageCount,
        lastSyncTime,
      });
      expect(after.queried).toHaveLength(queries.length);
      expect(found(after.status)).toEqual(found(status));
      expect(after.status.conditions?.[0]).toMatchObject({ status: 'False', reason: 'ConnectionRefused' });
    }),
  );
});

test('an image of the last ranking stays while the query that found it fails and the list has room', () => {
  fc.assert(
    fc.property(history, usageOutcome, (syncs, usageNow) => {
      const of: Fields = { queries, signals };
      const { status, at } = replay(of, syncs);
      const before = (status.discoveredImages ?? []).filter(({ raw }) => typeof raw?.[1] === 'number');
      const outcomes = { ...outage, usage: usageNow };
      const after = syncOnce(status, { at: at + 40 * MINUTE, spec: of, outcomes }).status.discoveredImages ?? [];
      const names = after.map(({ image }) => image);
      expect(names).toEqual(expect.arrayContaining(before.map(({ image }) => image)));
    }),
  );
});

test('the order of queries and signals has no effect on the ranking of a run', () => {
  fc.assert(
    fc.property(spec, sync, (of, { pauseMinutes: _, ...outcomes }) => {
      const reversed = { ...of, queries: [...queries].reverse(), signals: [...signals].reverse() };
      const list = (fields: Fields) =>
        syncOnce(undefined, { at: NOON, spec: fields, outcomes }).status.discoveredImages?.map(
          ({ image, finalScore }) => `${image} ${finalScore}`,
        );
      expect(list(reversed)).toEqual(list(of));
    }),
  );
});
