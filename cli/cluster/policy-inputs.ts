// What the hook of each PullPolicy sees in a snapshot: the same input as in a request of Metacontroller.

import { API_VERSION } from '../../crds/kind.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, POLICY_LABEL } from '../../hooks/pull-pod/identity.ts';
import { type PolicyInput, readPolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import { pullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { RawObject, Snapshot, SnapshotResource } from './snapshot.ts';

type Entries = Readonly<Record<string, RawObject>>;

function byName(objects: readonly RawObject[]): Entries {
  return Object.fromEntries(objects.map((object) => [object.metadata.name, object]));
}

const isPullPod = ({ metadata }: RawObject) => metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;

/** A group of a request; absent if the list cannot be read. */
function group(name: string, objects: readonly RawObject[] | undefined): Readonly<Record<string, Entries>> {
  return objects === undefined ? {} : { [name]: byName(objects) };
}

/** The input of the policy of this name; undefined if there is no such policy. */
export function policyInputOf(snapshot: Snapshot, name: string): PolicyInput | undefined {
  const list = (resource: SnapshotResource) => snapshot.lists.get(resource);
  const parent = list('pullpolicies')?.find(({ metadata }) => metadata.name === name);
  if (parent === undefined) return undefined;
  const pods = list('pods')?.filter(isPullPod);
  const isOwn = ({ metadata }: RawObject) => metadata.labels?.[POLICY_LABEL] === labelValueOf(name);
  const request = pullPolicySyncRequest.parse({
    parent: { ...parent, kind: 'PullPolicy' },
    children: { ...group('Pod.v1', pods?.filter(isOwn)) },
    related: {
      ...group(`Fleet.${API_VERSION}`, list('fleets')),
      ...group(`CachedImage.${API_VERSION}`, list('cachedimages')),
      ...group(`Inventory.${API_VERSION}`, list('inventories')),
      ...group(
        'Pod.v1',
        pods?.filter((pod) => !isOwn(pod)),
      ),
    },
    finalizing: false,
  });
  return readPolicyInput(request, snapshot.settings, snapshot.nowMilliseconds);
}
