// Applies what the Inventories report about the image: nodes that hold it already, nodes that have lost it, its size.
// The report is repeated until the status records it, so that applying it again changes nothing.
import type { ImageInventorySpec } from '../../crds/image-inventory.ts';
import { greaterStamps, type LossStamps, parseStampedKey, readLossStamps } from '../inventory/loss-stamps.ts';
import { addCached, type CachedNode, keysOf, sinceOf } from './cached-entries.ts';
import { heldKeys, type Ledger, pulledStamps, type RecordingTime } from './ledger.ts';

/** The losses of nodes in `cached` that are later than their last pull and than the losses that are known. */
export function newLosses(ledger: Ledger, losses: LossStamps): LossStamps {
  if (losses.size === 0) return losses;
  const cached = new Set(ledger.cached.flatMap(keysOf));
  const pulled = pulledStamps(ledger.cached);
  const isNew = ([key, stamp]: readonly [string, number]) =>
    cached.has(key) && stamp > Math.max(ledger.lost.get(key) ?? 0, pulled.get(key) ?? 0);
  return new Map([...losses].filter(isNew));
}

/** The nodes that hold the image although the ledger lacks them. A report from before the last loss does not count. */
function newlyHeld(ledger: Ledger, { held }: ImageInventorySpec, time: RecordingTime): CachedNode[] {
  const known = heldKeys(ledger);
  const since = sinceOf(time.nowMilliseconds, time.repullIntervalMilliseconds);
  return held.flatMap(({ digest, nodes }) =>
    nodes
      .split(' ')
      .filter((text) => text !== '')
      .map(parseStampedKey)
      .filter(({ key, stamp }) => !known.has(key) && stamp >= (ledger.lost.get(key) ?? 0))
      .map(({ key, stamp }) => ({ key, stamp, digest, since })),
  );
}

/**
 * Returns the ledger with what an ImageInventory reports. A node that holds the image leaves `failing`; no time and no
 * count changes, because nothing was pulled.
 */
export function applyReports(ledger: Ledger, reports: ImageInventorySpec | undefined, time: RecordingTime): Ledger {
  if (reports === undefined || reports.reference !== ledger.image) return ledger;
  const withLosses: Ledger = {
    ...ledger,
    lost: greaterStamps(ledger.lost, newLosses(ledger, readLossStamps(reports.lost))),
    sizeBytes: reports.sizeBytes ?? ledger.sizeBytes,
  };
  const added = newlyHeld(withLosses, reports, time);
  if (added.length === 0) return withLosses;
  const keys = new Set(added.map(({ key }) => key));
  return {
    ...withLosses,
    cached: addCached(withLosses.cached, added),
    failing: withLosses.failing.filter(({ key }) => !keys.has(key)),
  };
}
