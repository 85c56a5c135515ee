// The related objects of a CachedImageSet sync: the DiscoveryPolicy that its spec names, if any.
import { API_VERSION } from '../../crds/kind.ts';
import type { ObservedCachedImageSet } from '../../metacontroller/hook-request.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';

export function customizeCachedImageSet({ spec }: ObservedCachedImageSet): CustomizeResponse {
  const name = spec.ok ? spec.value.discoveryPolicyRef?.name : undefined;
  if (name === undefined) return { relatedResources: [] };
  return { relatedResources: [{ apiVersion: API_VERSION, resource: 'discoverypolicies', names: [name] }] };
}
