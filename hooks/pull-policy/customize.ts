// The objects that a PullPolicy sync needs. Metacontroller caches the response, so it depends on the name alone.
import { API_VERSION } from '../../crds/kind.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { ObservedPullPolicy } from '../../metacontroller/hook-request.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, POLICY_LABEL } from '../pull-pod/identity.ts';
import { FLEET_NAME, type HookSettings } from '../settings.ts';

/** Relates the Fleet, all CachedImages, the pull Pods of the other policies, and what kubelets report. */
export function customizePullPolicy(parent: ObservedPullPolicy, settings: HookSettings): CustomizeResponse {
  return {
    relatedResources: [
      { apiVersion: API_VERSION, resource: 'fleets', names: [FLEET_NAME] },
      { apiVersion: API_VERSION, resource: 'cachedimages', labelSelector: {} },
      {
        apiVersion: 'v1',
        resource: 'pods',
        namespace: settings.namespace,
        labelSelector: {
          matchLabels: { [MANAGED_BY_LABEL]: MANAGED_BY },
          matchExpressions: [{ key: POLICY_LABEL, operator: 'NotIn', values: [labelValueOf(parent.metadata.name)] }],
        },
      },
      { apiVersion: API_VERSION, resource: 'inventories', labelSelector: {} },
    ],
  };
}
