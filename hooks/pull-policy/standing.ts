// Which image comes before which: by priority while it can be expected to arrive; one that only fails stands back, so that it starves nobody.
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { failedAt, type ImageView } from './image-view.ts';
import { startedAt } from './starts.ts';

/** From so many failures on without a success between them an image stands back. */
const STANDS_BACK_FAILURES = 3;

/** Images between which only the failures of a pair, and their names, decide. */
export type Peers = readonly ImageView[];

export interface Standings {
  /** In the order of priority, rank and failures. */
  readonly steady: readonly Peers[];
  /** Those that stand back, the one that was tried longest ago first. */
  readonly failing: readonly FailingImage[];
}

export interface FailingImage {
  readonly image: ImageView;
  /** When it last failed, in milliseconds; 0 when nobody knows any more. */
  readonly lastFailureAt: number;
}

/** Of the order, what an image says of itself: priority, rank, failures of the image, name. */
export function compareImages(left: ImageView, right: ImageView): number {
  return compareStanding(left, right) || (left.name < right.name ? -1 : 1);
}

function compareStanding(left: ImageView, right: ImageView): number {
  return (
    left.spec.priority - right.spec.priority ||
    left.rank - right.rank ||
    left.ledger.consecutiveFailures - right.ledger.consecutiveFailures
  );
}

function peersOf(images: readonly ImageView[]): Peers[] {
  const groups: ImageView[][] = [];
  for (const image of [...images].sort(compareImages)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && compareStanding(last[0], image) === 0) last.push(image);
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
function failingView(image: ImageView, refusals: readonly RejectedStart[]): FailingImage | undefined {
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  if (image.ledger.consecutiveFailures + refused < STANDS_BACK_FAILURES) return undefined;
  return { image, lastFailureAt: Math.max(0, ...image.ledger.failing.map(failedAt), ...refusals.map(startedAt)) };
}

function compareFailing(left: FailingImage, right: FailingImage): number {
  return left.lastFailureAt - right.lastFailureAt || compareImages(left.image, right.image);
}

/** Takes images and the starts without a Pod; gives the images in their order. */
export function standingsOf(images: Iterable<ImageView>, rejected: readonly RejectedStart[]): Standings {
  const refusals = refusalsByImage(rejected);
  const steady: ImageView[] = [];
  const failing: FailingImage[] = [];
  for (const image of images) {
    const view = failingView(image, refusals.get(image.name) ?? []);
    if (view === undefined) steady.push(image);
    else failing.push(view);
  }
  return { steady: peersOf(steady), failing: failing.sort(compareFailing) };
}
