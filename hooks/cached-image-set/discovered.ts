// The images that the DiscoveryPolicy of a set found, or why there is no result yet.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import { formatImageReference } from '../../kubernetes/image-reference.ts';
import type { Group, ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import { parseImageReference } from '../text/parsed.ts';
import type { Member } from './members.ts';

/** `none`: the set has no discoveryPolicyRef. `keep`: the discovered children stay as they are. */
export type Discovery =
  | { readonly kind: 'none' }
  | { readonly kind: 'keep'; readonly reason: 'DiscoveryPolicyNotFound' | 'DiscoveryPending'; readonly message: string }
  | { readonly kind: 'images'; readonly members: readonly Member[]; readonly remark: string };

function memberOf(image: string, rank: number, source: string): Member[] {
  const parsed = parseImageReference(image);
  if (!parsed.ok) return [];
  const { registry, repository, tag, digest } = parsed.reference;
  return [
    {
      image: `${registry}/${repository}`,
      tag: digest === undefined ? tag : undefined,
      digest,
      reference: formatImageReference(parsed.reference),
      rank,
      source,
    },
  ];
}

/** A failing DiscoveryPolicy is named in the message of the set, although its last images are still used. */
function remarkOf({ metadata, status }: ObservedDiscoveryPolicy): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' ? `DiscoveryPolicy ${metadata.name}: ${ready.reason}` : '';
}

export function readDiscovery(spec: CachedImageSetSpec, policies: Group<ObservedDiscoveryPolicy>): Discovery {
  const name = spec.discoveryPolicyRef?.name;
  if (name === undefined) return { kind: 'none' };
  const policy = policies?.get(name);
  if (policies !== undefined && policy === undefined) {
    const message = `DiscoveryPolicy ${name} does not exist; keeping the images that were discovered before`;
    return { kind: 'keep', reason: 'DiscoveryPolicyNotFound', message };
  }
  if (policy?.status.lastSyncTime === undefined) {
    const message = `DiscoveryPolicy ${name} has no result yet; keeping the images that were discovered before`;
    return { kind: 'keep', reason: 'DiscoveryPending', message };
  }
  const images = policy.status.discoveredImages ?? [];
  return {
    kind: 'images',
    // Images of spec.images have rank 0.
    members: images.flatMap(({ image, source }, index) => memberOf(image, index + 1, source)),
    remark: remarkOf(policy),
  };
}
