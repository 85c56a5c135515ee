// The input of all decisions about a PullPolicy, read once from the request.
import type { PullPolicySpec, PullPolicyStatus, Wave } from '../../crds/pull-policy.ts';
import type { Group, ObservedPullPolicy, PullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { ObservedPod } from '../../metacontroller/pod.ts';
import { type FleetLookup, type FleetTable, readFleet } from '../fleet/table.ts';
import { type Inventories, readInventories } from '../inventory/read.ts';
import { type NodeReadiness, outcomeOf } from '../pull-pod/outcome.ts';
import { type PullPod, readPullPod } from '../pull-pod/read.ts';
import type { HookSettings } from '../settings.ts';
import { ownershipByLabel } from './keep-pods.ts';
import { type PaceLimits, paceLimitsOf } from './limits.ts';
import { type PodOwnership, type PolicyImage, readPodOwnership, readPolicyImage } from './policy-image.ts';
import { type StartTracking, trackStarts } from './start-tracking.ts';
import { unrecordedWaves } from './waves.ts';

/** The valid spec with its limits, or the problem that the condition Ready reports. */
type PolicySpecResult =
  | { readonly ok: true; readonly spec: PullPolicySpec; readonly limits: PaceLimits }
  | { readonly ok: false; readonly problem: string };

export interface PolicyInput {
  readonly policyName: string;
  readonly generation: number;
  readonly specResult: PolicySpecResult;
  /** The observed status. */
  readonly status: Partial<PullPolicyStatus>;
  readonly isBeingDeleted: boolean;
  readonly nowMilliseconds: number;
  readonly fleet: FleetLookup;
  readonly table: FleetTable | undefined;
  readonly isReady: NodeReadiness;
  /** Pods in `children`: only these can be returned or dropped. */
  readonly children: readonly PullPod[];
  /** Pods of other policies. */
  readonly others: readonly PullPod[];
  /** Images that this policy pulls, by name. */
  readonly images: ReadonlyMap<string, PolicyImage>;
  /** By the label value of the image's name; undefined when the request has no group of images. */
  readonly ownership: ReadonlyMap<string, PodOwnership> | undefined;
  readonly pendingStarts: StartTracking;
  /** What kubelets report; undefined where nothing is known. It decides nothing then, and the request is complete. */
  readonly inventories: Inventories | undefined;
  /** Last start per image that the image's own status does not record yet. */
  readonly waves: readonly Wave[];
  /** Whether the request lacks a group that starts depend on. Then nothing is started and nothing is dropped. */
  readonly isPartial: boolean;
}

/** Children and related Pods are read at different moments: a Pod in both counts once. */
function podsOfOthers(own: Group<ObservedPod>, related: Group<ObservedPod>): PullPod[] {
  return [...(related ?? [])].filter(([name]) => !own?.has(name)).map(([, pod]) => readPullPod(pod));
}

function specResultOf({ spec }: ObservedPullPolicy): PolicySpecResult {
  return spec.ok ? { ok: true, spec: spec.value, limits: paceLimitsOf(spec.value) } : spec;
}

type Related = PullPolicySyncRequest['related'];

function readImages(related: Related, policyName: string, settings: HookSettings) {
  const images = new Map<string, PolicyImage>();
  const ownership = new Map<string, PodOwnership>();
  for (const observed of related.cachedImages?.values() ?? []) {
    const image = readPolicyImage(observed, policyName, settings);
    if (image !== undefined) images.set(image.name, image);
    ownership.set(observed.metadata.name, readPodOwnership(observed));
  }
  return { images, ownership: related.cachedImages === undefined ? undefined : ownershipByLabel(ownership) };
}

export function readPolicyInput(
  { parent, children, related }: PullPolicySyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): PolicyInput {
  const policyName = parent.metadata.name;
  const specResult = specResultOf(parent);
  const fleet = readFleet(related.fleets);
  const table = fleet.kind === 'table' ? fleet.table : undefined;
  const { images, ownership } = readImages(related, policyName, settings);
  const pulls = [...(children.pods?.values() ?? [])].map(readPullPod);
  const imagesAreKnown = related.cachedImages !== undefined;
  const delayMilliseconds = specResult.ok ? specResult.limits.delayMilliseconds : Number.POSITIVE_INFINITY;
  const groups = [children.pods, related.fleets, related.cachedImages, related.pods];
  return {
    policyName,
    generation: parent.metadata.generation,
    specResult,
    status: parent.status,
    isBeingDeleted: parent.metadata.deletionTimestamp !== undefined,
    nowMilliseconds,
    fleet,
    table,
    isReady: (node) => table?.byName.get(node)?.group.ready,
    children: pulls,
    others: podsOfOthers(children.pods, related.pods),
    images,
    ownership,
    inventories: readInventories(related.inventories),
    waves: unrecordedWaves(parent.status.waves, { images, nowMilliseconds, delayMilliseconds }),
    pendingStarts: trackStarts(parent.status, { pulls, images, imagesAreKnown, nowMilliseconds }),
    isPartial: groups.includes(undefined),
  };
}

/** Whether the pull of a Pod is still in progress. */
export function isInProgress(input: PolicyInput, pull: PullPod): boolean {
  return outcomeOf(pull, input.isReady, input.nowMilliseconds).kind === 'pulling';
}
