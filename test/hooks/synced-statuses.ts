// Statuses with every reason of every condition, each from a real sync.
import { syncCachedImage } from '../../hooks/cached-image/sync.ts';
import { memberName, readStaticMembers } from '../../hooks/cached-image-set/members.ts';
import { syncCachedImageSet } from '../../hooks/cached-image-set/sync.ts';
import type { FailureReason, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import { syncDiscoveryPolicy } from '../../hooks/discovery-policy/sync.ts';
import { syncInventory } from '../../hooks/inventory/sync.ts';
import { syncPullPolicy } from '../../hooks/pull-policy/sync.ts';
import {
  cachedImageSetSyncRequest,
  discoveryPolicySyncRequest,
  inventorySyncRequest,
} from '../../metacontroller/hook-request.ts';
import {
  type ImageFacts,
  type ImageRequestFacts,
  imageRequest,
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  nodesNamed,
  type PodFacts,
  type PolicyRequestFacts,
  policyRequest,
  settings,
  uidOf,
  wireGroup,
  wireImage,
} from './builders/wire.ts';
import { progressingRows } from './pull-policy/progressing-rows.ts';

/** A status that a sync returned for an object of generation 1. */
export interface SyncedStatus {
  readonly kind: 'CachedImage' | 'CachedImageSet' | 'PullPolicy' | 'DiscoveryPolicy' | 'Inventory';
  readonly status: unknown;
}

const pod: PodFacts = { slot: 0, image: 'x', node: 'a' };
const waiting = (reason: string): PodFacts => ({
  ...pod,
  status: { phase: 'Pending', containerStatuses: [{ imageID: '', state: { waiting: { reason } } }] },
});
const failedInit = { name: 'init', imageID: '', state: { waiting: { reason: 'ErrImagePull' } } };
const failedOnce = [
  {
    node: 'a',
    key: keyOf({ name: 'a' }),
    reason: 'ErrImagePull',
    message: '',
    failures: 1,
    at: isoTime(NOON - MINUTE),
  },
];

const lostOnA = `${keyOf({ name: 'a' })}.zz`;

const imageRows: readonly Omit<ImageRequestFacts, 'name'>[] = [
  { spec: { tag: 7 } },
  { spec: { image: 'registry.example.com/Team/App' } },
  { policyView: false },
  { nodes: [] },
  { nodes: undefined },
  { policyView: { paused: true } },
  {},
  { pods: [pod] },
  { pods: [{ ...pod, state: 'completed' }] },
  { pods: [{ ...pod, deadline: NOON }] },
  {
    pods: [{ ...pod, createdAt: NOON - MINUTE }],
    nodes: [{ name: 'a', ready: false }],
    spec: { tolerations: [{ operator: 'Exists' }] },
  },
  { pods: [{ ...pod, status: { phase: 'Failed' } }] },
  { pods: [waiting('ErrImagePull')] },
  { pods: [waiting('ErrImagePull')], status: { failing: failedOnce } },
  { pods: [waiting('InvalidImageName')] },
  { pods: [waiting('ErrImageNeverPull')] },
  { pods: [waiting('RegistryUnavailable')] },
  { pods: [waiting('SignatureValidationFailed')] },
  { pods: [waiting('ImageInspectError')] },
  { pods: [{ ...pod, status: { phase: 'Pending', initContainerStatuses: [failedInit] } }] },
  { pods: [{ ...pod, container: { name: 'renamed' } }] },
  { status: { cached: [{ digest: '', since: isoTime(NOON), nodes: keyOf({ name: 'a' }) }], lost: lostOnA } },
];

const imageStatuses = imageRows.map((row): SyncedStatus => {
  const request = imageRequest({ name: 'x', nodes: nodesNamed('a'), ...row });
  return { kind: 'CachedImage', status: syncCachedImage(request, settings, NOON).response.status };
});

const policyRows: readonly PolicyRequestFacts[] = [
  { spec: { maxConcurrentNodes: 0 } },
  { nodes: undefined },
  { spec: { paused: true } },
  {},
  { status: { rejected: [{ slot: 3, image: 'x', node: 'a', at: isoTime(NOON - MINUTE), count: 1 }] } },
  ...progressingRows.map(({ cluster }) => cluster),
];

const policyStatuses = policyRows.map((row): SyncedStatus => {
  const request = policyRequest({ nodes: nodesNamed('a'), images: [{ name: 'x' }], ...row });
  return { kind: 'PullPolicy', status: syncPullPolicy(request, settings, NOON).response.status };
});

const alpine = { image: 'docker.io/library/alpine', tag: '3.19' };

function nameOfAlpine(): string {
  const read = readStaticMembers([alpine]);
  const member = read.ok ? read.members[0] : undefined;
  if (member === undefined) throw new Error('the reference is valid');
  return memberName('set', member);
}

const childWith = (status: NonNullable<ImageFacts['status']>) => [wireImage({ name: nameOfAlpine(), status })];
const readyNow = { type: 'Ready', status: 'True', reason: 'Cached', message: '', lastTransitionTime: isoTime(NOON) };

interface SetRow {
  readonly spec: object;
  readonly children?: ReturnType<typeof childWith>;
  readonly policies?: Parameters<typeof wireGroup>[0];
}

const setRows: readonly SetRow[] = [
  { spec: { images: 7 } },
  { spec: { images: [] } },
  { spec: { images: [alpine] } },
  { spec: { images: [alpine] }, children: childWith({ phase: 'Ready', conditions: [readyNow as never] }) },
  { spec: { images: [alpine] }, children: childWith({ phase: 'Degraded' }) },
  { spec: { discoveryPolicyRef: { name: 'popular' } } },
  { spec: { discoveryPolicyRef: { name: 'popular' } }, policies: [{ metadata: { name: 'popular' } }] },
];

export const failureReasons: Readonly<Record<FailureReason, true>> = {
  ConnectionRefused: true,
  DNSError: true,
  Timeout: true,
  TLSError: true,
  Unauthorized: true,
  Forbidden: true,
  NotFound: true,
  RateLimited: true,
  ServerError: true,
  BadResponse: true,
  SecretNotFound: true,
  ProxyError: true,
};

const discoverySpec = {
  sources: [{ type: 'prometheus', prometheus: { endpoint: 'https://a.example.com', query: 'up' } }],
};

function syncDiscovery(spec: object, outcome: SourceOutcome | undefined, status: unknown = undefined) {
  const parent = { kind: 'DiscoveryPolicy', metadata: { name: 'popular', uid: uidOf('popular'), generation: 1 } };
  const request = discoveryPolicySyncRequest.parse({ parent: { ...parent, spec, status } });
  const outcomes = new Map(outcome === undefined ? [] : [[0, outcome]]);
  return syncDiscoveryPolicy(request.parent, outcomes, NOON).response;
}

const querySpec = { queries: [{ name: 'usage', ...discoverySpec.sources[0] }] };

const found = (images: readonly string[]): SourceOutcome => ({
  ok: true,
  type: 'prometheus',
  series: images.map((image) => ({ image, times: [0], values: [1] })),
  seriesWithoutImage: 0,
  valuesDropped: 0,
  warnings: [],
});
const synced = syncDiscovery(discoverySpec, found(['r.io/a:1']));

const discoveryResponses = [
  syncDiscovery({ sources: [] }, undefined),
  syncDiscovery({ queries: [{ name: 'usage', type: 'loki' }] }, undefined),
  syncDiscovery(querySpec, undefined),
  syncDiscovery(querySpec, found(['r.io/a:1'])),
  syncDiscovery(querySpec, { ok: false, reason: 'DNSError', message: 'no such host' }),
  syncDiscovery(discoverySpec, undefined),
  synced,
  syncDiscovery(discoverySpec, found([]), synced.status),
  ...Object.keys(failureReasons).map((reason) =>
    syncDiscovery(discoverySpec, { ok: false, reason: reason as FailureReason, message: 'down' }),
  ),
];

const discoveryStatuses = discoveryResponses.map(({ status }): SyncedStatus => ({ kind: 'DiscoveryPolicy', status }));

const setStatuses = [
  ...setRows,
  ...discoveryResponses.map(({ status }) => ({
    spec: { discoveryPolicyRef: { name: 'popular' } },
    policies: [{ metadata: { name: 'popular' }, status }],
  })),
].map(({ spec, children = [], policies = [] }: SetRow): SyncedStatus => {
  const request = cachedImageSetSyncRequest.parse({
    parent: { kind: 'CachedImageSet', metadata: { name: 'set', uid: uidOf('set'), generation: 1 }, spec },
    children: { 'CachedImage.drop.corewire.io/v1alpha1': wireGroup(children) },
    related: { 'DiscoveryPolicy.drop.corewire.io/v1alpha1': wireGroup(policies) },
  });
  return { kind: 'CachedImageSet', status: syncCachedImageSet(request, NOON).response.status };
});

/** Statuses that have, together, every reason of every condition. */
const inventoryStatuses = [1, 40_000].map((images): SyncedStatus => {
  const references = Array.from({ length: images }, (_, index) => index.toString(16).padStart(12, '0'));
  const request = inventorySyncRequest.parse({
    parent: { kind: 'Inventory', metadata: { name: '0-of-1', uid: 'u', generation: 1 }, spec: {} },
    related: {
      'NodeImages.drop.corewire.io/v1alpha1': {},
      'PolicyReferences.drop.corewire.io/v1alpha1': {
        default: { metadata: { name: 'default' }, spec: { references } },
      },
    },
  });
  return { kind: 'Inventory', status: syncInventory(request, NOON).status };
});

export const syncedStatuses: readonly SyncedStatus[] = [
  ...imageStatuses,
  ...policyStatuses,
  ...setStatuses,
  ...discoveryStatuses,
  ...inventoryStatuses,
];
