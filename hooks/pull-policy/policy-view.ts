// The PolicyView of a policy: what its images need to know, apart from the status that changes with every start.
import { API_VERSION } from '../../crds/kind.ts';
import type { PolicyViewSpec } from '../../crds/policy-view.ts';
import type { Group, ObservedPolicyView, ObservedPullPolicy } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';

function viewOf(name: string, spec: unknown): DesiredObject {
  return { apiVersion: API_VERSION, kind: 'PolicyView', metadata: { name }, spec };
}

/** Takes the policy and its observed view; gives the view that is to exist. While the spec is not valid the last one stays. */
export function policyViewOf(parent: ObservedPullPolicy, views: Group<ObservedPolicyView>): DesiredObject[] {
  const { name } = parent.metadata;
  if (!parent.spec.ok) {
    const last = views?.get(name);
    return last === undefined ? [] : [viewOf(name, last.rawSpec)];
  }
  const { paused, nodeSelector, tolerations, repullInterval } = parent.spec.value;
  const spec: PolicyViewSpec = {
    paused,
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(repullInterval === undefined ? {} : { repullInterval }),
  };
  return [viewOf(name, spec)];
}
