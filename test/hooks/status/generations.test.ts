// A new generation of the spec: every condition of every kind carries it, after exactly one change of the status.
import { describe, expect, it, test } from 'vitest';
import type { Condition } from '../../../crds/fields.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { syncCachedImageSet } from '../../../hooks/cached-image-set/sync.ts';
import { syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import {
  cachedImageSetSyncRequest,
  cachedImageSyncRequest,
  pullPolicySyncRequest,
} from '../../../metacontroller/hook-request.ts';
import {
  HOUR,
  MINUTE,
  NOON,
  nodesNamed,
  settings,
  uidOf,
  wireImageRequest,
  wirePolicyRequest,
} from '../builders/wire.ts';
import { byIndex, failure, observed, prometheus, series } from '../discovery-policy/policies.ts';

interface Status {
  readonly revision?: number | undefined;
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

interface Sync {
  readonly generation: number;
  readonly status?: Status;
  readonly at?: number;
  /** Whether Metacontroller leaves a group out of the request. */
  readonly isPartial?: boolean;
}

type SyncKind = (sync: Sync) => Status;

const alpine = { image: 'docker.io/library/alpine', tag: '3.19' };

const syncImage: SyncKind = ({ generation, status, at = NOON, isPartial = false }) => {
  const without = isPartial ? ['PolicyView.drop.corewire.io/v1alpha1'] : [];
  const wire = wireImageRequest({ name: 'x', nodes: nodesNamed('a'), metadata: { generation }, without });
  const request = cachedImageSyncRequest.parse({ ...wire, parent: { ...wire.parent, status } });
  return syncCachedImage(request, settings, at).response.status;
};

const syncPolicy: SyncKind = ({ generation, status, at = NOON, isPartial = false }) => {
  const without = isPartial ? ['CachedImage.drop.corewire.io/v1alpha1'] : [];
  const wire = wirePolicyRequest({ nodes: nodesNamed('a'), metadata: { generation }, without });
  const request = pullPolicySyncRequest.parse({ ...wire, parent: { ...wire.parent, status } });
  return syncPullPolicy(request, settings, at).response.status;
};

const syncSet =
  (spec: object): SyncKind =>
  ({ generation, status, at = NOON }) => {
    const metadata = { name: 'ci', uid: uidOf('ci'), generation };
    const request = cachedImageSetSyncRequest.parse({ parent: { kind: 'CachedImageSet', metadata, spec, status } });
    return syncCachedImageSet(request, at).response.status;
  };

const discoverySpec = { sources: [prometheus('a'), prometheus('b')] };

const syncDiscovery =
  (spec: Readonly<Record<string, unknown>>): SyncKind =>
  ({ generation, status, at = NOON }) => {
    const outcomes = byIndex(status === undefined ? [series({ 'r.io/a:1': 1 }), failure()] : []);
    return syncDiscoveryPolicy(observed(spec, status, { generation }), outcomes, at).response.status;
  };

const kinds: readonly (readonly [string, SyncKind])[] = [
  ['a CachedImage', syncImage],
  ['a PullPolicy', syncPolicy],
  ['a CachedImageSet', syncSet({ images: [alpine] })],
  ['a CachedImageSet without a result of its DiscoveryPolicy', syncSet({ discoveryPolicyRef: { name: 'popular' } })],
  ['a CachedImageSet with an invalid spec', syncSet({ images: 7 })],
  ['a DiscoveryPolicy with two sources', syncDiscovery(discoverySpec)],
  ['a DiscoveryPolicy with an invalid spec', syncDiscovery({ ...discoverySpec, imageFilter: '(' })],
];

const generationsOf = ({ conditions = [] }: Status) => conditions.map((condition) => condition.observedGeneration);
/** Without the time of counts, which every write of a PullPolicy sets. */
const withoutGenerations = ({ revision: _revision, observedGeneration: _generation, ...others }: Status) => ({
  ...others,
  countsTime: undefined,
  conditions: others.conditions?.map((condition) => ({ ...condition, observedGeneration: undefined })),
});

describe.each(kinds)('%s', (_name, sync) => {
  const first = sync({ generation: 1 });

  it('has the generation of its spec in every condition', () => {
    expect(first.conditions?.length).toBeGreaterThan(0);
    expect(new Set(generationsOf(first))).toEqual(new Set([1]));
  });

  it('gets a new generation with one change that keeps everything else', () => {
    const edited = sync({ generation: 2, status: first, at: NOON + HOUR });
    expect(edited.revision).toBe((first.revision ?? 0) + 1);
    expect(new Set([edited.observedGeneration, ...generationsOf(edited)])).toEqual(new Set([2]));
    expect(withoutGenerations(edited)).toEqual(withoutGenerations(first));
    expect(sync({ generation: 2, status: edited, at: NOON + HOUR + MINUTE })).toEqual(edited);
  });

  it('gets the generations that an older release did not write', () => {
    const conditions = first.conditions?.map(({ observedGeneration: _generation, ...condition }) => condition);
    const upgraded = sync({ generation: 1, status: { ...first, conditions } });
    expect(upgraded).toEqual({ ...first, revision: (first.revision ?? 0) + 1 });
  });
});

test.each([
  ['a CachedImage', syncImage],
  ['a PullPolicy', syncPolicy],
])('%s keeps the generation of conditions that an incomplete request cannot renew', (_name, sync) => {
  const first = sync({ generation: 1 });
  const edited = sync({ generation: 2, status: first, isPartial: true });
  expect(edited.observedGeneration).toBe(2);
  expect(new Set(generationsOf(edited))).toEqual(new Set([1]));
  const conditions = first.conditions?.map(({ observedGeneration: _generation, ...condition }) => condition);
  const upgraded = sync({ generation: 2, status: { ...first, conditions }, isPartial: true });
  expect(new Set(generationsOf(upgraded))).toEqual(new Set([1]));
});
