// What a PullPolicy sync sees, read once into what the gates ask for.
import type { PullPolicyStatus, Wave } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { Group, ObservedPullPolicy, PullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { ObservedPod } from '../../metacontroller/pod.ts';
import { type FleetLookup, type FleetTable, readFleet } from '../fleet/table.ts';
import { type NodeReadiness, outcomeOf } from '../pull-pod/outcome.ts';
import { type PullPod, readPullPod } from '../pull-pod/read.ts';
import type { HookSettings } from '../settings.ts';
import { ownershipByLabel } from './keep-pods.ts';
import { readLimits } from './limits.ts';
import { type PodOwnership, type PolicyImage, readImage, readPodOwnership } from './policy-image.ts';
import { type StartTracking, startedAt, trackStarts } from './start-tracking.ts';
import { unrecordedWaves } from './waves.ts';

const SECOND_MILLISECONDS = 1_000;

export interface PolicyInput {
  readonly policyName: string;
  readonly nowMilliseconds: number;
  readonly fleet: FleetLookup;
  readonly table: FleetTable | undefined;
  readonly isReady: NodeReadiness;
  /** Pods that Metacontroller lets us return or drop. */
  readonly children: readonly PullPod[];
  readonly others: readonly PullPod[];
  /** Images that this policy pulls, by name. */
  readonly images: ReadonlyMap<string, PolicyImage>;
  readonly ownership: ReadonlyMap<string, PodOwnership> | undefined;
  readonly pendingStarts: StartTracking;
  /** Latest starts of images that do not tell of them yet. */
  readonly waves: readonly Wave[];
  /** Whether a group that starts rest on was not sent; then nothing is started and nothing dropped. */
  readonly isPartial: boolean;
}

/** Children and related Pods are read at different moments; a Pod that is in both counts once. */
function podsOfOthers(own: Group<ObservedPod>, related: Group<ObservedPod>): PullPod[] {
  return [...(related ?? [])].filter(([name]) => !own?.has(name)).map(([, pod]) => readPullPod(pod));
}

/** Without a spec that can be read nothing is started, and no wave is ever over. */
function delayOf({ spec }: ObservedPullPolicy): number {
  return spec.ok ? readLimits(spec.value).delayMilliseconds : Number.POSITIVE_INFINITY;
}

/** Takes a request; gives what it shows. */
export function readPolicyInput(
  { parent, children, related }: PullPolicySyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): PolicyInput {
  const policyName = parent.metadata.name;
  const fleet = readFleet(related.fleets);
  const table = fleet.kind === 'table' ? fleet.table : undefined;
  const observedImages = [...(related.cachedImages?.values() ?? [])];
  const images = new Map<string, PolicyImage>();
  for (const image of observedImages) {
    const view = readImage(image, policyName, settings);
    if (view !== undefined) images.set(view.name, view);
  }
  const pulls = [...(children.pods?.values() ?? [])].map(readPullPod);
  const imagesAreKnown = related.cachedImages !== undefined;
  const ownership = new Map(observedImages.map((image) => [image.metadata.name, readPodOwnership(image)]));
  return {
    policyName,
    nowMilliseconds,
    fleet,
    table,
    isReady: (node) => table?.byName.get(node)?.group.ready,
    children: pulls,
    others: podsOfOthers(children.pods, related.pods),
    images,
    ownership: imagesAreKnown ? ownershipByLabel(ownership) : undefined,
    waves: unrecordedWaves(parent.status.waves, images, nowMilliseconds, delayOf(parent)),
    pendingStarts: trackStarts(parent.status, { pulls, images, imagesAreKnown, nowMilliseconds }),
    isPartial:
      children.pods === undefined ||
      related.fleets === undefined ||
      related.cachedImages === undefined ||
      related.pods === undefined,
  };
}

/** Whether the pull of a Pod goes on. */
export function isInProgress(input: PolicyInput, pull: PullPod): boolean {
  return outcomeOf(pull, input.isReady, input.nowMilliseconds).kind === 'pulling';
}

/**
 * Takes a time in whole seconds and the start that a status recorded to the millisecond; gives the latest instant (milliseconds) at
 * which the start can have been: the recorded one if it is the same start, else the end of that second.
 */
export function latestStart(wholeSeconds: number, recordedMilliseconds: number, nowMilliseconds: number): number {
  if (wholeSeconds <= 0) return 0;
  const isRecorded = Math.floor(recordedMilliseconds / SECOND_MILLISECONDS) * SECOND_MILLISECONDS === wholeSeconds;
  // What was observed cannot have started later than now; else a policy without a delay would wait out the second.
  return isRecorded ? recordedMilliseconds : Math.min(wholeSeconds + SECOND_MILLISECONDS - 1, nowMilliseconds);
}

/** Gives the last start of the policy as its status recorded it, in milliseconds; 0 for none. */
export function recordedStart(status: Partial<PullPolicyStatus>): number {
  return parseTimeMilliseconds(status.lastStartTime) ?? 0;
}

/** Gives when the policy last started a pull, as late as it can have been, in milliseconds; 0 for never. */
export function lastStartOfPolicy(input: PolicyInput, status: Partial<PullPolicyStatus>): number {
  const recorded = recordedStart(status);
  return Math.max(
    recorded,
    ...input.pendingStarts.starting.map(startedAt),
    ...input.children.map((pull) => latestStart(pull.createdAtMilliseconds, recorded, input.nowMilliseconds)),
  );
}

/** Gives when a pull of each image was last started, by name, as late as it can have been; for queues of their own. */
export function lastStartOfImage(
  input: PolicyInput,
  image: PolicyImage,
  pulls: readonly PullPod[],
  recorded: number,
): number {
  const attempted = parseTimeMilliseconds(image.ledger.lastAttemptedAt) ?? 0;
  const starts = [...input.pendingStarts.starting, ...input.waves]
    .filter((start) => start.image === image.name)
    .map(startedAt);
  return Math.max(
    latestStart(attempted, recorded, input.nowMilliseconds),
    ...starts,
    ...pulls.map((pull) => latestStart(pull.createdAtMilliseconds, recorded, input.nowMilliseconds)),
  );
}
