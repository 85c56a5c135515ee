// Nothing is deleted because something else failed: no child goes that is still wanted.
import type { CachedImageSetSpec } from '../../../crds/cached-image-set.ts';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { normalizeImage } from '../../../kubernetes/image-reference.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { controllerOf } from '../../../simulator/kubernetes-object.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
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
function wantsChild(world: SimulatedCluster, set: KubernetesObject, child: KubernetesObject): boolean {
  const reference = referenceWanted(child);
  if (isListed(set, reference)) return true;
  const name = (set.spec as unknown as CachedImageSetSpec).discoveryPolicyRef?.name;
  if (name === undefined || child.metadata.labels?.[DISCOVERED_LABEL] !== 'true') return false;
  const policies = world.histories.recent('DiscoveryPolicy', name, stalenessOf(world));
  return !policies.some((policy) => speaksAgainst(policy, reference));
}

function ownerIsThere({ cluster }: SimulatedCluster, object: KubernetesObject): boolean {
  const owner = controllerOf(object);
  const found = owner && cluster.store.find({ kind: owner.kind, name: owner.name });
  return found !== undefined && found.metadata.uid === owner?.uid && found.metadata.deletionTimestamp === undefined;
}

function childIsWanted(world: SimulatedCluster, child: KubernetesObject): boolean {
  const owner = controllerOf(child);
  if (owner === undefined || !ownerIsThere(world, child)) return false;
  const sets = world.histories.recent('CachedImageSet', owner.name, stalenessOf(world));
  return sets.every((set) => set !== undefined && wantsChild(world, set, child));
}

const isWanted: Readonly<Record<string, (world: SimulatedCluster, object: KubernetesObject) => boolean>> = {
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

export const deletionInvariants: readonly Invariant[] = [
  {
    name: 'child-deleted',
    promise: 'no child is deleted while its parent, as far as anybody knows, wants it',
    watch: watchChildren,
  },
];
