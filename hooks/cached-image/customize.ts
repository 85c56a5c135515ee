// The related objects of a CachedImage sync. Metacontroller caches the response, so it depends on name and spec alone.
import { API_VERSION } from '../../crds/kind.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { IMAGE_LABEL, MANAGED_BY, MANAGED_BY_LABEL } from '../pull-pod/identity.ts';
import { FLEET_NAME, type HookSettings } from '../settings.ts';
import { observedPolicyName } from './observe.ts';

/** Relates the Fleet, the pull Pods of the image, the view of its policy, and what kubelets report about the image. */
export function customizeCachedImage(parent: ObservedCachedImage, settings: HookSettings): CustomizeResponse {
  return {
    relatedResources: [
      { apiVersion: API_VERSION, resource: 'fleets', names: [FLEET_NAME] },
      {
        apiVersion: 'v1',
        resource: 'pods',
        namespace: settings.namespace,
        labelSelector: {
          matchLabels: { [MANAGED_BY_LABEL]: MANAGED_BY, [IMAGE_LABEL]: labelValueOf(parent.metadata.name) },
        },
      },
      { apiVersion: API_VERSION, resource: 'policyviews', names: [observedPolicyName(parent, settings)] },
      { apiVersion: API_VERSION, resource: 'imageinventories', names: [parent.metadata.name] },
    ],
  };
}
