// Starts that were decided and whose Pod is not seen yet: they hold their slot and pair, and become rejections when none appears.
import { PAIRS_LIMIT } from '../../crds/limits.ts';
import type { PullPolicyStatus, RejectedStart, StartedPull } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';

/** A Pod that was not seen by then was refused. */
export const UNSEEN_START_LIMIT_MILLISECONDS = 60_000;

export interface StartTracking {
  /** Starts still waited for. */
  readonly starting: readonly StartedPull[];
  readonly rejected: readonly RejectedStart[];
}

export function startedAt(start: { readonly at: string }): number {
  return parseTimeMilliseconds(start.at) ?? 0;
}

const samePair = (left: { image: string; node: string }, right: { image: string; node: string }) =>
  left.image === right.image && left.node === right.node;

/** An outcome of the pair that is younger than the start proves that the Pod existed, although nobody saw it. */
function outcomeIsKnown(start: StartedPull, image: PolicyImage | undefined): boolean {
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
  /** Whether the images were sent at all; a start of an image that is gone is no rejection. */
  readonly imagesAreKnown: boolean;
  readonly nowMilliseconds: number;
}

/** Takes the status so far and what is observed; gives the starts still waited for and the rejections, new ones included. */
export function trackStarts(status: Partial<PullPolicyStatus>, observed: StartObservation): StartTracking {
  const { pulls, images, imagesAreKnown, nowMilliseconds } = observed;
  const slotsSeen = new Set(pulls.map(({ slot }) => slot));
  const unseen = (status.starting ?? []).filter(
    (start) => !slotsSeen.has(start.slot) && !outcomeIsKnown(start, images.get(start.image)),
  );
  const isLate = (start: StartedPull) => nowMilliseconds >= startedAt(start) + UNSEEN_START_LIMIT_MILLISECONDS;
  const isGone = ({ image }: { image: string }) => imagesAreKnown && !images.has(image);
  const late = unseen.filter((start) => isLate(start) && !isGone(start));
  const before = status.rejected ?? [];
  const fresh = late.map((start) => rejectionOf(start, before, nowMilliseconds));
  // A slot whose Pod is seen again proves that the API server takes it.
  const older = before.filter(
    (entry) => !slotsSeen.has(entry.slot) && !isGone(entry) && !fresh.some((rejection) => samePair(rejection, entry)),
  );
  return {
    starting: unseen.filter((start) => !isLate(start)),
    rejected: [...fresh, ...older].sort(compareRejections).slice(0, PAIRS_LIMIT),
  };
}
