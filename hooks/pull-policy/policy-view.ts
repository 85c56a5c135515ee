// The PolicyView of a policy: the part of its spec that its images need. They do not relate the policy itself,
// because its status changes with every start and would wake all of them.
import { API_VERSION } from '../../crds/kind.ts';
import type { PolicyViewSpec } from '../../crds/policy-view.ts';
import type { Group, ObservedPolicyView, ObservedPullPolicy } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';

function viewOf(name: string, spec: unknown): DesiredObject {
  return { apiVersion: API_VERSION, kind: 'PolicyView', metadata: { name }, spec };
}

/** The view that should exist. While the policy's spec is not valid, the observed view stays as it is. */
export function policyViewOf(parent: ObservedPullPolicy, views: Group<ObservedPolicyView>): DesiredObject[] {
  const { name } = parent.metadata;
  if (!parent.spec.ok) {
    const last = views?.get(name);
    return last === undefined ? [] : [viewOf(name, last.rawSpec)];
  }
  const { paused, nodeSelector, tolerations, repullInterval, failureBackoff } = parent.spec.value;
  const spec: PolicyViewSpec = {
    paused,
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(repullInterval === undefined ? {} : { repullInterval }),
    failureBackoff,
  };
  return [viewOf(name, spec)];
}
