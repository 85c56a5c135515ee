// The snapshot that a plan starts from: manifests on top of nothing or of a live cluster, with the children of every
// set.
import { API_VERSION } from '../../crds/kind.ts';
import { kinds } from '../../crds/kinds.ts';
import { readSpec } from '../../crds/observed.ts';
import { readDiscovery } from '../../hooks/cached-image-set/discovered.ts';
import { syncCachedImageSet } from '../../hooks/cached-image-set/sync.ts';
import { cachedImageSetSyncRequest } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import type { RawObject, Snapshot, SnapshotResource } from '../cluster/snapshot.ts';
import type { DropManifests } from '../drop-manifests.ts';
import type { Manifest } from '../manifest-files.ts';
import type { NotPlanned } from './plan.ts';

export interface PlannedSnapshot {
  readonly snapshot: Snapshot;
  readonly notPlanned: readonly NotPlanned[];
}

/** The API server stores a spec with its defaults. */
function textOfSpec(kindName: string, spec: unknown): string {
  const kind = kinds.find((candidate) => candidate.kind === kindName);
  const read = kind === undefined ? undefined : readSpec(kind.spec, spec);
  return JSON.stringify(read?.ok === true ? read.value : spec);
}

/** The object after an apply: it keeps its identity and status, and a changed spec is a new generation. */
function applied(manifest: Manifest | DesiredObject, live: RawObject | undefined): RawObject {
  const { kind, metadata, spec } = manifest;
  const { name, labels, annotations } = metadata as RawObject['metadata'];
  const generation = live?.metadata.generation ?? 1;
  const isUnchanged = live === undefined || textOfSpec(kind, live.spec) === textOfSpec(kind, spec);
  return {
    ...live,
    metadata: {
      ...live?.metadata,
      name,
      uid: live?.metadata.uid ?? `planned-${kind}-${name}`,
      generation: isUnchanged ? generation : generation + 1,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec,
  };
}

function appliedList(live: readonly RawObject[], manifests: readonly (Manifest | DesiredObject)[]): RawObject[] {
  const byName = new Map(live.map((object) => [object.metadata.name, object]));
  for (const manifest of manifests) {
    const { name } = manifest.metadata;
    byName.set(name, applied(manifest, byName.get(name)));
  }
  return [...byName.values()].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}

const isChildOf =
  (set: RawObject) =>
  ({ metadata }: RawObject) =>
    metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid) === true;

const byName = (objects: readonly RawObject[]) =>
  Object.fromEntries(objects.map((object) => [object.metadata.name, object]));

interface SetChildren {
  readonly children: readonly DesiredObject[];
  readonly notPlanned: readonly NotPlanned[];
}

/** The children that the hook of the set returns. */
function childrenOf(
  set: RawObject,
  live: readonly RawObject[],
  policies: readonly RawObject[],
  now: number,
): SetChildren {
  const request = cachedImageSetSyncRequest.parse({
    parent: { ...set, kind: 'CachedImageSet' },
    children: { [`CachedImage.${API_VERSION}`]: byName(live) },
    related: { [`DiscoveryPolicy.${API_VERSION}`]: byName(policies) },
    finalizing: false,
  });
  const { name } = set.metadata;
  const { spec } = request.parent;
  const children = syncCachedImageSet(request, now).response.children;
  const notPlanned = (reason: string): NotPlanned => ({ kind: 'CachedImageSet', name, reason });
  if (!spec.ok) return { children, notPlanned: [notPlanned(spec.problem)] };
  if (readDiscovery(spec.value, request.related.discoveryPolicies).kind !== 'keep') return { children, notPlanned: [] };
  const policy = spec.value.discoveryPolicyRef?.name ?? '';
  const reason = `discovery: DiscoveryPolicy ${policy} has no result; --cluster plans with the images that it found`;
  return { children, notPlanned: [notPlanned(reason)] };
}

/** Replaces the children of every set by those that its hook returns now. */
function withChildren(lists: Map<SnapshotResource, readonly RawObject[]>, now: number): NotPlanned[] {
  const notPlanned: NotPlanned[] = [];
  for (const set of lists.get('cachedimagesets') ?? []) {
    const images = lists.get('cachedimages') ?? [];
    const before = images.filter(isChildOf(set));
    const found = childrenOf(set, before, lists.get('discoverypolicies') ?? [], now);
    const names = new Set(found.children.map(({ metadata }) => metadata.name));
    const kept = images.filter((image) => !before.includes(image) || names.has(image.metadata.name));
    lists.set('cachedimages', appliedList(kept, found.children));
    notPlanned.push(...found.notPlanned);
  }
  return notPlanned;
}

const APPLIED: readonly SnapshotResource[] = ['pullpolicies', 'cachedimages', 'cachedimagesets', 'discoverypolicies'];

/** `base` is a live cluster, or has nothing but a Fleet. */
export function plannedSnapshot(base: Snapshot, manifests: DropManifests): PlannedSnapshot {
  const lists = new Map(base.lists);
  for (const resource of APPLIED) {
    lists.set(resource, appliedList(base.lists.get(resource) ?? [], manifests.get(resource) ?? []));
  }
  const notPlanned = withChildren(lists, base.nowMilliseconds);
  return { snapshot: { ...base, lists }, notPlanned };
}
