// What a CachedImageSet sync wants to see: the DiscoveryPolicy that it names, if it names one.
import { API_VERSION } from '../../crds/kind.ts';
import type { ObservedCachedImageSet } from '../../metacontroller/hook-request.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';

/** Takes a set; gives its DiscoveryPolicy. */
export function customizeCachedImageSet({ spec }: ObservedCachedImageSet): CustomizeResponse {
  const name = spec.ok ? spec.value.discoveryPolicyRef?.name : undefined;
  if (name === undefined) return { relatedResources: [] };
  return { relatedResources: [{ apiVersion: API_VERSION, resource: 'discoverypolicies', names: [name] }] };
}
