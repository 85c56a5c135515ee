// The images that the DiscoveryPolicy of a set found, or why there is no result yet.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import type { DiscoveredImage } from '../../crds/discovery-policy.ts';
import { formatImageReference } from '../../kubernetes/image-reference.ts';
import type { Group, ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import { recordedReason } from '../reasons.ts';
import type { ConditionInput } from '../status/condition.ts';
import { parseImageReference } from '../text/parsed.ts';
import type { Member } from './members.ts';

/** `none`: the set has no discoveryPolicyRef. `keep`: the discovered children stay as they are. */
export type Discovery =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'keep' } & Pick<ConditionInput, 'reason' | 'message'>)
  | { readonly kind: 'images'; readonly members: readonly Member[]; readonly remark: string };

function memberOf(image: string, rank: number, source: string | undefined): Member[] {
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

const readyOf = ({ status }: ObservedDiscoveryPolicy) => status.conditions?.find(({ type }) => type === 'Ready');

/** A failing DiscoveryPolicy is named in the message of the set, although its last images are still used. */
function remarkOf(policy: ObservedDiscoveryPolicy): string {
  const ready = readyOf(policy);
  return ready?.status === 'False' ? `DiscoveryPolicy ${policy.metadata.name}: ${ready.reason}` : '';
}

/** Whether the policy has synced at least once, so that its list counts even if it is empty. */
function hasResult(policy: ObservedDiscoveryPolicy): boolean {
  const { revision, lastSyncTime, discoveredImages = [], imageCount = 0 } = policy.status;
  if (discoveredImages.length > 0) return true;
  // The status counts images but none of them could be read: the list is unknown, not empty.
  if (imageCount > 0) return false;
  // The original Drop, which writes no revision, sets the time at failed attempts too.
  return (lastSyncTime !== undefined && revision !== undefined) || readyOf(policy)?.status === 'True';
}

/** By rank if every image has one, otherwise in the order of the list. */
function inOrder(images: readonly DiscoveredImage[]): readonly DiscoveredImage[] {
  if (images.some(({ rank }) => rank === undefined)) return images;
  return [...images].sort((left, right) => (left.rank ?? 0) - (right.rank ?? 0));
}

/** Why a policy has no result: its own reason, if it has one. */
function withoutResult(name: string, policy: ObservedDiscoveryPolicy | undefined): Discovery {
  const ready = policy === undefined ? undefined : readyOf(policy);
  if (ready?.status === 'False') {
    const { reason, message } = ready;
    return { kind: 'keep', reason: recordedReason(reason), message: `DiscoveryPolicy ${name}: ${message}` };
  }
  const message = `DiscoveryPolicy ${name} has no result yet; keeping the images that were discovered before`;
  return { kind: 'keep', reason: 'DiscoveryPending', message };
}

export function readDiscovery(spec: CachedImageSetSpec, policies: Group<ObservedDiscoveryPolicy>): Discovery {
  const name = spec.discoveryPolicyRef?.name;
  if (name === undefined) return { kind: 'none' };
  const policy = policies?.get(name);
  if (policies !== undefined && policy === undefined) {
    const message = `DiscoveryPolicy ${name} does not exist; keeping the images that were discovered before`;
    return { kind: 'keep', reason: 'DiscoveryPolicyNotFound', message };
  }
  if (policy === undefined || !hasResult(policy)) return withoutResult(name, policy);
  const images = inOrder(policy.status.discoveredImages ?? []);
  return {
    kind: 'images',
    // Images of spec.images have rank 0.
    members: images.flatMap(({ image, source }, index) => memberOf(image, index + 1, source)),
    remark: remarkOf(policy),
  };
}
