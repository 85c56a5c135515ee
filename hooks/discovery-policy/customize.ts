// The related objects of a DiscoveryPolicy sync. Metacontroller caches the response, so it depends on the spec alone.
import { API_VERSION } from '../../crds/kind.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { FLEET_NAME } from '../settings.ts';

/** Relates the Fleet only if the ranking counts its nodes. Otherwise every change of a node would cause a sync. */
export function customizeDiscoveryPolicy({ spec }: ObservedDiscoveryPolicy): CustomizeResponse {
  const ranking = spec.ok ? spec.value.ranking : undefined;
  if (ranking?.strategy !== 'modelExposure' || ranking.modelExposure?.nodes?.selector === undefined) {
    return { relatedResources: [] };
  }
  return { relatedResources: [{ apiVersion: API_VERSION, resource: 'fleets', names: [FLEET_NAME] }] };
}
