// The input of a CachedImage sync: the image, its pulls, the nodes and the view of its policy.
import type { ImageInventorySpec } from '../../crds/image-inventory.ts';
import type { PolicyViewSpec } from '../../crds/policy-view.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type {
  CachedImageSyncRequest,
  Group,
  ObservedCachedImage,
  ObservedPolicyView,
} from '../../metacontroller/hook-request.ts';
import { type FleetLookup, type FleetNode, matchingNodes, placementOf, readFleet } from '../fleet/table.ts';
import { type PullPod, readPullPod } from '../pull-pod/read.ts';
import type { HookSettings } from '../settings.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import { type ReferenceResult, readReference } from './reference.ts';

/** `unknown`: Metacontroller did not send the PolicyViews. */
type PolicyViewLookup =
  | { readonly kind: 'view'; readonly view: PolicyViewSpec }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

export interface ImageObservation {
  readonly image: ReferenceResult;
  readonly policyName: string;
  readonly policy: PolicyViewLookup;
  readonly fleet: FleetLookup;
  /** Pulls of this object for any reference and in any state; undefined if Metacontroller did not send the Pods. */
  readonly pulls: readonly PullPod[] | undefined;
  /** The pulls of the reference that the ledger is about. */
  readonly currentPulls: readonly PullPod[];
  readonly repullIntervalMilliseconds: number | undefined;
  /** What kubelets report and the status lacks; undefined where it lacks nothing, or nothing is known. */
  readonly reports: ImageInventorySpec | undefined;
}

/** Returns the name of the policy that paces an image. */
export function policyNameOf(
  spec: { readonly policyRef?: { readonly name: string } | undefined },
  settings: HookSettings,
): string {
  return spec.policyRef?.name ?? settings.defaultPolicyName;
}

/** Like policyNameOf; an image whose spec is not valid belongs to the default policy. */
export function observedPolicyName({ spec }: ObservedCachedImage, settings: HookSettings): string {
  return policyNameOf(spec.ok ? spec.value : {}, settings);
}

function readPolicy(views: Group<ObservedPolicyView>, name: string): PolicyViewLookup {
  if (views === undefined) return { kind: 'unknown' };
  const view = views.get(name);
  return view?.spec.ok ? { kind: 'view', view: view.spec.value } : { kind: 'missing' };
}

/** A Pod without the UID comes from a version that did not set it, or a webhook removed it, so its label decides. */
export function isPullOf(pull: PullPod, name: string, uid: string): boolean {
  return pull.imageLabel === labelValueOf(name) && (pull.imageUid === undefined || pull.imageUid === uid);
}

export function observeImage({ parent, related }: CachedImageSyncRequest, settings: HookSettings): ImageObservation {
  const { name, uid } = parent.metadata;
  const image = readReference(parent);
  const policyName = observedPolicyName(parent, settings);
  const policy = readPolicy(related.policyViews, policyName);
  const interval = policy.kind === 'view' ? policy.view.repullInterval : undefined;
  const reports = related.imageInventories?.get(name)?.spec;
  const pods = related.pods === undefined ? undefined : [...related.pods.values()];
  const pulls = pods?.map(readPullPod).filter((pull) => isPullOf(pull, name, uid));
  return {
    image,
    policyName,
    policy,
    fleet: readFleet(related.fleets),
    pulls,
    currentPulls: pulls?.filter(({ reference }) => reference === undefined || reference === image.reference) ?? [],
    repullIntervalMilliseconds: interval === undefined ? undefined : parseDurationMilliseconds(interval),
    reports: reports?.ok ? reports.value : undefined,
  };
}

/** Returns the nodes that match the image, by name; none while the nodes are not known. */
export function nodesMatching(
  spec: Pick<PolicyViewSpec, 'nodeSelector' | 'tolerations'>,
  { policy, fleet }: ImageObservation,
): readonly FleetNode[] {
  if (fleet.kind !== 'table') return [];
  const view = policy.kind === 'view' ? policy.view : undefined;
  return matchingNodes(fleet.table, placementOf(spec, view));
}
