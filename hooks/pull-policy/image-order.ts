// Image order: by priority, except that an image that keeps failing goes last so that it cannot starve the others.
import type { RejectedStart } from '../../crds/pull-policy.ts';
import type { FleetTable } from '../fleet/table.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';

/** Failures without a success between them from which an image is deprioritized. */
const DEPRIORITIZED_FAILURES = 3;

/** Images of equal priority, rank and failures: the failures of each pair decide, then names. */
export type PriorityTier = readonly PolicyImage[];

export interface ImageOrder {
  /** By priority, rank and failures of the image. */
  readonly normal: readonly PriorityTier[];
  /** Images that keep failing, the least recently tried first. */
  readonly deprioritized: readonly DeprioritizedImage[];
}

interface DeprioritizedImage {
  readonly image: PolicyImage;
  /** Milliseconds since the epoch; 0 where no status records it any more. */
  readonly lastFailureAt: number;
}

/** Compares by priority, rank, failures of the image, and name. */
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
  const tiers: PolicyImage[][] = [];
  for (const image of [...images].sort(compareImages)) {
    const last = tiers.at(-1);
    if (last?.[0] !== undefined && compareRank(last[0], image) === 0) last.push(image);
    else tiers.push([image]);
  }
  return tiers;
}

function rejectionsByImage(rejected: readonly RejectedStart[]): ReadonlyMap<string, readonly RejectedStart[]> {
  const byImage = new Map<string, RejectedStart[]>();
  for (const rejection of rejected) {
    const known = byImage.get(rejection.image);
    if (known === undefined) byImage.set(rejection.image, [rejection]);
    else known.push(rejection);
  }
  return byImage;
}

/** Such failures say nothing about the image, and the pairs of NotReady nodes come last anyway. */
function failsOnlyOnNotReadyNodes({ ledger }: PolicyImage, { byName }: FleetTable): boolean {
  const isNotReady = (node: string) => byName.get(node)?.group.ready === false;
  return (
    ledger.failing.length > 0 &&
    ledger.failing.every(({ node, reason }) => reason === 'NodeNotReady' && isNotReady(node))
  );
}

/** The image with its last failure if it fails often enough to be deprioritized; undefined otherwise. */
function deprioritizedImage(
  image: PolicyImage,
  rejections: readonly RejectedStart[],
  table: FleetTable,
): DeprioritizedImage | undefined {
  if (rejections.length === 0 && failsOnlyOnNotReadyNodes(image, table)) return undefined;
  const rejectedStarts = rejections.reduce((sum, { count }) => sum + count, 0);
  if (image.ledger.consecutiveFailures + rejectedStarts < DEPRIORITIZED_FAILURES) return undefined;
  return { image, lastFailureAt: Math.max(0, ...image.ledger.failing.map(failedAt), ...rejections.map(startedAt)) };
}

function compareDeprioritized(left: DeprioritizedImage, right: DeprioritizedImage): number {
  return left.lastFailureAt - right.lastFailureAt || compareImages(left.image, right.image);
}

interface OrderInput {
  readonly images: Iterable<PolicyImage>;
  readonly rejected: readonly RejectedStart[];
  readonly table: FleetTable;
}

export function orderImages({ images, rejected, table }: OrderInput): ImageOrder {
  const rejections = rejectionsByImage(rejected);
  const normal: PolicyImage[] = [];
  const deprioritized: DeprioritizedImage[] = [];
  for (const image of images) {
    const failing = deprioritizedImage(image, rejections.get(image.name) ?? [], table);
    if (failing === undefined) normal.push(image);
    else deprioritized.push(failing);
  }
  return { normal: priorityTiers(normal), deprioritized: deprioritized.sort(compareDeprioritized) };
}
