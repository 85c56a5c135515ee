// Nothing is deleted because something else failed: neither children that are still wanted, nor what was discovered.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import type { DiscoveryPolicySpec, DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { normalizeImage } from '../../hooks/kubernetes/image-reference.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { controllerOf } from '../../simulator/kubernetes-object.ts';
import type { World } from '../world.ts';
import { type Invariant, onRemoval, stalenessOf } from './invariant.ts';
import { referenceWanted } from './records.ts';

const DISCOVERED_LABEL = 'drop.corewire.io/discovered';

function isListed(set: KubernetesObject, reference: string): boolean {
  const { images = [] } = set.spec as unknown as CachedImageSetSpec;
  return images.some((item) => {
    const normalized = normalizeImage(item);
    return normalized.ok && normalized.reference === reference;
  });
}

/** Whether a state of the DiscoveryPolicy speaks against an image: it answered, and did not name it. */
function speaksAgainst(policy: KubernetesObject | undefined, reference: string): boolean {
  const status = (policy?.status ?? {}) as Partial<DiscoveryPolicyStatus>;
  if (status.lastSyncTime === undefined) return false;
  return !(status.discoveredImages ?? []).some(({ image }) => image === reference);
}

/** Whether a set, as it stood, wants a child that it has, whatever became of discovery meanwhile. */
function wantsChild(world: World, set: KubernetesObject, child: KubernetesObject): boolean {
  const reference = referenceWanted(child);
  if (isListed(set, reference)) return true;
  const name = (set.spec as unknown as CachedImageSetSpec).discoveryPolicyRef?.name;
  if (name === undefined || child.metadata.labels?.[DISCOVERED_LABEL] !== 'true') return false;
  const policies = world.histories.recent('DiscoveryPolicy', name, stalenessOf(world));
  return !policies.some((policy) => speaksAgainst(policy, reference));
}

function ownerIsThere({ cluster }: World, object: KubernetesObject): boolean {
  const owner = controllerOf(object);
  const found = owner && cluster.store.find({ kind: owner.kind, name: owner.name });
  return found !== undefined && found.metadata.uid === owner?.uid && found.metadata.deletionTimestamp === undefined;
}

function childIsWanted(world: World, child: KubernetesObject): boolean {
  const owner = controllerOf(child);
  if (owner === undefined || !ownerIsThere(world, child)) return false;
  const sets = world.histories.recent('CachedImageSet', owner.name, stalenessOf(world));
  return sets.every((set) => set !== undefined && wantsChild(world, set, child));
}

const isWanted: Readonly<Record<string, (world: World, object: KubernetesObject) => boolean>> = {
  CachedImage: childIsWanted,
  PolicyView: ownerIsThere,
  NodeCache: ownerIsThere,
};

const watchChildren: Invariant['watch'] = (world, violate) => {
  onRemoval(world, (object) => {
    const { kind, metadata } = object;
    if (isWanted[kind]?.(world, object)) violate(`${kind} ${metadata.name} is deleted although it is wanted`);
  });
};

/** Endpoints of a DiscoveryPolicy in all states that may have been in force. */
function endpointsOf(world: World, policy: KubernetesObject): readonly string[] | undefined {
  const states = world.histories.recent('DiscoveryPolicy', policy.metadata.name, stalenessOf(world));
  if (states.some((state) => state?.metadata.generation !== policy.metadata.generation)) return undefined;
  return (policy.spec as unknown as DiscoveryPolicySpec).sources.flatMap(
    ({ prometheus }) => prometheus?.endpoint ?? [],
  );
}

const discoveredIn = ({ status }: KubernetesObject): readonly string[] =>
  ((status ?? {}) as Partial<DiscoveryPolicyStatus>).discoveredImages?.map(({ image }) => image) ?? [];

const watchDiscovered: Invariant['watch'] = (world, violate) => {
  const before = new Map<string, readonly string[]>();
  world.cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'DiscoveryPolicy' || type === 'DELETED') return;
    const { uid, name } = object.metadata;
    const images = discoveredIn(object);
    const lost = (before.get(uid) ?? []).filter((image) => !images.includes(image));
    before.set(uid, images);
    const endpoints = lost.length > 0 ? endpointsOf(world, object) : undefined;
    const now = world.clock.now();
    const wrongly = lost.filter((image) =>
      // A service that forgot may write an older answer over a newer one; it is put right with the next.
      endpoints?.some((endpoint) => {
        const isLast = world.sources.lastImages(endpoint)?.has(image) === true;
        return isLast && !world.replicas.forgotBetween(world.sources.lastGivenAt(endpoint, image) ?? now, now);
      }),
    );
    if (wrongly.length > 0) violate(`DiscoveryPolicy ${name} drops ${wrongly.join(', ')} although no source does`);
  });
};

export const deletionInvariants: readonly Invariant[] = [
  {
    name: 'child-deleted',
    promise: 'no child is deleted while its parent, as far as anybody knows, wants it',
    watch: watchChildren,
  },
  {
    name: 'discovery-dropped',
    promise: 'no discovered image is dropped because a source failed or said nothing',
    watch: watchDiscovered,
  },
];
