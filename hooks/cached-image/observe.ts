// What a CachedImage sync sees: its own pulls, the nodes it is meant for, and what its policy says.
import type { PolicyViewSpec } from '../../crds/policy-view.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { CachedImageSyncRequest, Group, ObservedPolicyView } from '../../metacontroller/hook-request.ts';
import { type FleetLookup, type FleetNode, jointTolerations, readFleet, targetedNodes } from '../fleet/table.ts';
import { type PullPod, readPullPod } from '../pull-pod/read.ts';
import type { HookSettings } from '../settings.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';

export type PolicyViewLookup =
  | { readonly kind: 'view'; readonly view: PolicyViewSpec }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

export interface ImageObservation {
  readonly policyName: string;
  readonly policy: PolicyViewLookup;
  readonly fleet: FleetLookup;
  /** Pulls of this image by this object, whatever their state; undefined when Metacontroller did not send the group. */
  readonly pulls: readonly PullPod[] | undefined;
  readonly repullIntervalMilliseconds: number | undefined;
}

/** The policy that paces an image. */
export function policyNameOf(
  spec: { readonly policyRef?: { readonly name: string } | undefined },
  settings: HookSettings,
): string {
  return spec.policyRef?.name ?? settings.defaultPolicyName;
}

function readPolicy(views: Group<ObservedPolicyView>, name: string): PolicyViewLookup {
  if (views === undefined) return { kind: 'unknown' };
  const view = views.get(name);
  return view?.spec.ok ? { kind: 'view', view: view.spec.value } : { kind: 'missing' };
}

/** A Pod without our annotation, from before they existed, is taken at its label's word. */
function isPullOf(pull: PullPod, name: string, uid: string): boolean {
  return pull.imageLabel === labelValueOf(name) && (pull.imageUid === undefined || pull.imageUid === uid);
}

/** Takes the request of a CachedImage sync; gives what it shows. */
export function observeImage({ parent, related }: CachedImageSyncRequest, settings: HookSettings): ImageObservation {
  const { name, uid } = parent.metadata;
  const policyName = policyNameOf(parent.spec.ok ? parent.spec.value : {}, settings);
  const policy = readPolicy(related.policyViews, policyName);
  const interval = policy.kind === 'view' ? policy.view.repullInterval : undefined;
  return {
    policyName,
    policy,
    fleet: readFleet(related.fleets),
    pulls:
      related.pods === undefined
        ? undefined
        : [...related.pods.values()].map(readPullPod).filter((pull) => isPullOf(pull, name, uid)),
    repullIntervalMilliseconds: interval === undefined ? undefined : parseDurationMilliseconds(interval),
  };
}

/** Takes the spec and what was observed; gives the nodes that should hold the image, none where the nodes are not known. */
export function nodesTargeted(
  spec: Pick<PolicyViewSpec, 'nodeSelector' | 'tolerations'>,
  { policy, fleet }: ImageObservation,
): readonly FleetNode[] {
  if (fleet.kind !== 'table') return [];
  const view = policy.kind === 'view' ? policy.view : undefined;
  return targetedNodes(fleet.table, {
    nodeSelectors: [spec.nodeSelector, view?.nodeSelector],
    tolerations: jointTolerations(spec, view),
  });
}
