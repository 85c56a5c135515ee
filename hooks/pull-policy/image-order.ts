// Which image comes before which: by priority while it can be expected to arrive; one that only fails stands back, so that it starves nobody.
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';

/** From so many failures on without a success between them an image stands back. */
const DEPRIORITIZED_FAILURES = 3;

/** Images between which only the failures of a pair, and their names, decide. */
export type PriorityTier = readonly PolicyImage[];

export interface ImageOrder {
  /** In the order of priority, rank and failures. */
  readonly normal: readonly PriorityTier[];
  /** Those that stand back, the one that was tried longest ago first. */
  readonly failing: readonly DeprioritizedImage[];
}

export interface DeprioritizedImage {
  readonly image: PolicyImage;
  /** When it last failed, in milliseconds; 0 when nobody knows any more. */
  readonly lastFailureAt: number;
}

/** Of the order, what an image says of itself: priority, rank, failures of the image, name. */
export function compareImages(left: PolicyImage, right: PolicyImage): number {
  return compareRank(left, right) || (left.name < right.name ? -1 : 1);
}

function compareRank(left: PolicyImage, right: PolicyImage): number {
  return (
    left.spec.priority - right.spec.priority ||
    left.rank - right.rank ||
    left.ledger.consecutiveFailures - right.ledger.consecutiveFailures
  );
}

function priorityTiers(images: readonly PolicyImage[]): PriorityTier[] {
  const groups: PolicyImage[][] = [];
  for (const image of [...images].sort(compareImages)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && compareRank(last[0], image) === 0) last.push(image);
    else groups.push([image]);
  }
  return groups;
}

/** Takes the starts without a Pod; gives those of each image. */
function refusalsByImage(rejected: readonly RejectedStart[]): ReadonlyMap<string, readonly RejectedStart[]> {
  const byImage = new Map<string, RejectedStart[]>();
  for (const refusal of rejected) {
    const known = byImage.get(refusal.image);
    if (known === undefined) byImage.set(refusal.image, [refusal]);
    else known.push(refusal);
  }
  return byImage;
}

/** How an image fails, when it does so often enough to stand back. */
function deprioritizedImage(image: PolicyImage, refusals: readonly RejectedStart[]): DeprioritizedImage | undefined {
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  if (image.ledger.consecutiveFailures + refused < DEPRIORITIZED_FAILURES) return undefined;
  return { image, lastFailureAt: Math.max(0, ...image.ledger.failing.map(failedAt), ...refusals.map(startedAt)) };
}

function compareFailing(left: DeprioritizedImage, right: DeprioritizedImage): number {
  return left.lastFailureAt - right.lastFailureAt || compareImages(left.image, right.image);
}

/** Takes images and the starts without a Pod; gives the images in their order. */
export function orderImages(images: Iterable<PolicyImage>, rejected: readonly RejectedStart[]): ImageOrder {
  const refusals = refusalsByImage(rejected);
  const normal: PolicyImage[] = [];
  const failing: DeprioritizedImage[] = [];
  for (const image of images) {
    const view = deprioritizedImage(image, refusals.get(image.name) ?? []);
    if (view === undefined) normal.push(image);
    else failing.push(view);
  }
  return { normal: priorityTiers(normal), failing: failing.sort(compareFailing) };
}
