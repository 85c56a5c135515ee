// What a sync of drop-defaults needs to see: the Fleet and the PullPolicy that have the names of its own. Inventories
// are not related; sync.ts states why.
import { fleetKind } from '../../crds/fleet.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { FLEET_NAME, type HookSettings } from '../settings.ts';

/**
 * Metacontroller calls this for every DecoratorController of the cluster and caches the response. So it depends on
 * nothing of the parent, whose labels decide later whether it is synced.
 */
export function customizeDefaults({ defaultPolicyName }: HookSettings): CustomizeResponse {
  return {
    relatedResources: [
      { apiVersion: API_VERSION, resource: fleetKind.plural, names: [FLEET_NAME] },
      { apiVersion: API_VERSION, resource: pullPolicyKind.plural, names: [defaultPolicyName] },
    ],
  };
}
