// All kinds of the API group.
import { cachedImageKind } from './cached-image.ts';
import { cachedImageSetKind } from './cached-image-set.ts';
import { discoveryPolicyKind } from './discovery-policy.ts';
import { fleetKind } from './fleet.ts';
import type { Kind } from './kind.ts';
import { nodeCacheKind } from './node-cache.ts';
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
];
