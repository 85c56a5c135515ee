// Starts whose Pod is not yet observed: each holds its slot and pair, and counts as rejected when no Pod appears in
// time.
import { PAIRS_LIMIT } from '../../crds/limits.ts';
import type { PullPolicyStatus, RejectedStart, StartedPull } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';

/** A start whose Pod is not observed within this time was refused by the API server. */
export const UNSEEN_START_LIMIT_MILLISECONDS = 60_000;

export interface StartTracking {
  /** Starts whose Pod may still appear. */
  readonly starting: readonly StartedPull[];
  /** Starts that created no Pod, the latest first. */
  readonly rejected: readonly RejectedStart[];
}

/** Milliseconds since the epoch; 0 if unreadable. */
export function startedAt(start: { readonly at: string }): number {
  return parseTimeMilliseconds(start.at) ?? 0;
}

const samePair = (left: { image: string; node: string }, right: { image: string; node: string }) =>
  left.image === right.image && left.node === right.node;

/** A failure recorded after the start proves that the Pod existed, even if no sync observed it. */
function isOutcomeKnown(start: StartedPull, image: PolicyImage | undefined): boolean {
  const failure = image?.ledger.failing.find(({ node }) => node === start.node);
  return failure !== undefined && failedAt(failure) >= startedAt(start);
}

function rejectionOf(start: StartedPull, rejected: readonly RejectedStart[], nowMilliseconds: number): RejectedStart {
  const before = rejected.find((entry) => samePair(entry, start));
  return {
    image: start.image,
    node: start.node,
    slot: start.slot,
    at: formatTimeMilliseconds(nowMilliseconds),
    count: (before?.count ?? 0) + 1,
  };
}

function compareRejections(left: RejectedStart, right: RejectedStart): number {
  if (left.at !== right.at) return left.at < right.at ? 1 : -1;
  return `${left.image} ${left.node}` < `${right.image} ${right.node}` ? -1 : 1;
}

export interface StartObservation {
  /** Pods that the policy owns. */
  readonly pulls: readonly PullPod[];
  readonly images: ReadonlyMap<string, PolicyImage>;
  /** Whether the request has the group of images. Then a start of an absent image is dropped, not rejected. */
  readonly imagesAreKnown: boolean;
  readonly nowMilliseconds: number;
}

/** Updates the starts and rejections of a status from what is observed. */
export function trackStarts(status: Partial<PullPolicyStatus>, observed: StartObservation): StartTracking {
  const { pulls, images, imagesAreKnown, nowMilliseconds } = observed;
  // No image can record the outcome of a Pod without our labels, so its start counts as rejected.
  const observedSlots = new Set(pulls.filter(({ imageLabel }) => imageLabel !== '').map(({ slot }) => slot));
  const unseen = (status.starting ?? []).filter(
    (start) => !observedSlots.has(start.slot) && !isOutcomeKnown(start, images.get(start.image)),
  );
  const isLate = (start: StartedPull) => nowMilliseconds >= startedAt(start) + UNSEEN_START_LIMIT_MILLISECONDS;
  const isImageGone = ({ image }: { image: string }) => imagesAreKnown && !images.has(image);
  const late = unseen.filter((start) => isLate(start) && !isImageGone(start));
  const before = status.rejected ?? [];
  const added = late.map((start) => rejectionOf(start, before, nowMilliseconds));
  // A Pod observed in the slot proves that the API server accepts the slot's name again.
  const kept = before.filter(
    (entry) =>
      !observedSlots.has(entry.slot) && !isImageGone(entry) && !added.some((rejection) => samePair(rejection, entry)),
  );
  return {
    starting: unseen.filter((start) => !isLate(start)),
    rejected: [...added, ...kept].sort(compareRejections).slice(0, PAIRS_LIMIT),
  };
}
