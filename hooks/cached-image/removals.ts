// Images that nodes have lost: the facts of a sync about them, and the nodes for the condition Ready.
import type { CachedImageStatus } from '../../crds/cached-image.ts';
import type { FleetNode } from '../fleet/table.ts';
import type { ImageRemoval, ParentEvent } from '../hook-result.ts';
import { formatStampedKey, readLossStamps } from '../inventory/loss-stamps.ts';
import { keysOf } from './cached-entries.ts';
import type { Ledger } from './ledger.ts';

/** A loss that a sync records. */
export interface RecordedLoss {
  readonly nodeKey: string;
  readonly stamp: number;
}

/** The losses that `after` has and `before` lacks. */
export function recordedLosses(
  before: Partial<CachedImageStatus>,
  after: Partial<CachedImageStatus>,
): readonly RecordedLoss[] {
  if (after.lost === undefined || after.lost === before.lost) return [];
  const known = readLossStamps(before.image === after.image ? before.lost : undefined);
  return [...readLossStamps(after.lost)]
    .filter(([key, stamp]) => stamp > (known.get(key) ?? 0))
    .map(([nodeKey, stamp]) => ({ nodeKey, stamp }));
}

const lossText = ({ nodeKey: key, stamp }: RecordedLoss) => formatStampedKey({ key, stamp });

/** One Event for each loss. A node that is gone is named by its key. */
export function removalEvents(
  losses: readonly RecordedLoss[],
  reference: string,
  nameOf: (nodeKey: string) => string | undefined,
): ParentEvent[] {
  return losses.map((loss) => ({
    type: 'Warning',
    reason: 'ImageRemovedFromNode',
    message: `Image ${reference} is no longer on node ${nameOf(loss.nodeKey) ?? loss.nodeKey}`,
    key: lossText(loss),
  }));
}

/** For the metrics. */
export function imageRemovals(losses: readonly RecordedLoss[], imageUid: string, image: string): ImageRemoval[] {
  return losses.map((loss) => ({ id: `${imageUid} ${lossText(loss)}`, image }));
}

/** Of the nodes that lack the image, those that have lost it, the latest first. */
export function nodesOfLosses(missing: readonly FleetNode[], { cached, lost }: Ledger): readonly FleetNode[] {
  if (lost.size === 0) return [];
  const pulled = new Set(cached.flatMap(keysOf));
  const stampOf = ({ key }: FleetNode) => lost.get(key) ?? 0;
  return missing
    .filter((node) => pulled.has(node.key) && stampOf(node) > 0)
    .sort((left, right) => stampOf(right) - stampOf(left) || (left.name < right.name ? -1 : 1));
}
