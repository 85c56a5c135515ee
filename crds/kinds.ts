// All kinds of the API group.
import { cachedImageKind } from './cached-image.ts';
import { cachedImageSetKind } from './cached-image-set.ts';
import { discoveryPolicyKind } from './discovery-policy.ts';
import { fleetKind } from './fleet.ts';
import { imageInventoryKind } from './image-inventory.ts';
import { inventoryKind } from './inventory.ts';
import type { Kind } from './kind.ts';
import { nodeCacheKind } from './node-cache.ts';
import { nodeImagesKind } from './node-images.ts';
import { policyReferencesKind } from './policy-references.ts';
import { policyViewKind } from './policy-view.ts';
import { pullPolicyKind } from './pull-policy.ts';

export const kinds: readonly Kind[] = [
  cachedImageKind,
  cachedImageSetKind,
  pullPolicyKind,
  discoveryPolicyKind,
  nodeCacheKind,
  fleetKind,
  policyViewKind,
  nodeImagesKind,
  inventoryKind,
  policyReferencesKind,
  imageInventoryKind,
];
