// A child must not be deleted while its parent wants it, whatever fails.
import type { CachedImageSetSpec } from '../../../crds/cached-image-set.ts';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { normalizeImage } from '../../../kubernetes/image-reference.ts';
import { controllerOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, onRemoval, stalenessOf } from './invariant.ts';
import { requestedReference } from './records.ts';

const DISCOVERED_LABEL = 'drop.corewire.io/discovered';

function isListed(set: KubernetesObject, reference: string): boolean {
  const { images = [] } = set.spec as unknown as CachedImageSetSpec;
  return images.some((item) => {
    const normalized = normalizeImage(item);
    return normalized.ok && normalized.reference === reference;
  });
}

/** Whether a DiscoveryPolicy has a result, and the image is not part of it. */
function excludes(policy: KubernetesObject | undefined, reference: string): boolean {
  const status = (policy?.status ?? {}) as Partial<DiscoveryPolicyStatus>;
  if (status.lastSyncTime === undefined) return false;
  return !(status.discoveredImages ?? []).some(({ image }) => image === reference);
}

/** Whether this state of a set wants a child that it has, under every recent result of its discovery. */
function wantsChild(observed: ObservedCluster, set: KubernetesObject, child: KubernetesObject): boolean {
  const reference = requestedReference(child);
  if (isListed(set, reference)) return true;
  const name = (set.spec as unknown as CachedImageSetSpec).discoveryPolicyRef?.name;
  if (name === undefined || child.metadata.labels?.[DISCOVERED_LABEL] !== 'true') return false;
  const policies = observed.histories.recent('DiscoveryPolicy', name, stalenessOf(observed));
  return !policies.some((policy) => excludes(policy, reference));
}

function ownerExists({ cluster }: ObservedCluster, object: KubernetesObject): boolean {
  const owner = controllerOf(object);
  const found = owner && cluster.store.find({ kind: owner.kind, name: owner.name });
  return found !== undefined && found.metadata.uid === owner?.uid && found.metadata.deletionTimestamp === undefined;
}

function imageIsWanted(observed: ObservedCluster, child: KubernetesObject): boolean {
  const owner = controllerOf(child);
  if (owner === undefined || !ownerExists(observed, child)) return false;
  const sets = observed.histories.recent('CachedImageSet', owner.name, stalenessOf(observed));
  return sets.every((set) => set !== undefined && wantsChild(observed, set, child));
}

type IsWanted = (observed: ObservedCluster, object: KubernetesObject) => boolean;

const isWantedByKind: Readonly<Record<string, IsWanted>> = {
  CachedImage: imageIsWanted,
  PolicyView: ownerExists,
  NodeCache: ownerExists,
  NodeImages: ownerExists,
  PolicyReferences: ownerExists,
};

const watchChildren: Invariant['watch'] = (observed, violate) => {
  onRemoval(observed, (object) => {
    const { kind, metadata } = object;
    if (isWantedByKind[kind]?.(observed, object)) violate(`${kind} ${metadata.name} is deleted although it is wanted`);
  });
};

export const deletionInvariants: readonly Invariant[] = [
  {
    name: 'child-deleted',
    promise: 'no child is deleted while its parent wants it, whatever fails or is stale',
    watch: watchChildren,
  },
];
