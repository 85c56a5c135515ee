// Merges two statuses of a DiscoveryPolicy that were written independently, so that what one replica found is not lost.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { newerFirst, withUpdates } from '../status/revision.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** Whether the other status has images of a later success, or has images at all where this one has none. */
function hasBetterImages(other: SourceStatus | undefined, source: SourceStatus): other is SourceStatus {
  if (other === undefined || other.images.length === 0) return false;
  return source.images.length === 0 || (source.lastSuccessTime ?? '') < (other.lastSuccessTime ?? '');
}

/** The newer status with the latest images of each source that either status has. */
function withBestSources(newer: Status, older: Status): Status {
  const olderByHash = new Map((older.sources ?? []).map((source) => [source.hash, source]));
  const before = newer.sources ?? [];
  const sources = before.map((source) => {
    const other = olderByHash.get(source.hash);
    return hasBetterImages(other, source) ? { ...source, images: other.images, imageCount: other.imageCount } : source;
  });
  const hasUpdates = sources.some((source, index) => source !== before[index]);
  return hasUpdates ? withUpdates(newer, { sources }) : newer;
}

/** The queries whose numbers a ranking has, in their order. */
const layoutOf = ({ queryResults = [] }: Status) => queryResults.map(({ hash }) => hash ?? '').join(' ');

/** Whether the older status has a ranking of a later run, or has one at all where the newer one has none. */
function hasBetterRanking(older: Status, newer: Status): boolean {
  if (older.discoveredImages === undefined || layoutOf(older) !== layoutOf(newer)) return false;
  return newer.discoveredImages === undefined || (newer.lastSyncTime ?? '') < (older.lastSyncTime ?? '');
}

/** The newer status with the latest ranking of both. The numbers of an image belong to the bounds beside them. */
function withBestRanking(newer: Status, older: Status): Status {
  if (!hasBetterRanking(older, newer)) return newer;
  const { lastSyncTime, imageCount, discoveredImages, signalBounds } = older;
  return withUpdates(newer, { lastSyncTime, imageCount, discoveredImages, signalBounds });
}

/**
 * Returns the newer of the two statuses with the latest images that either of them has. Without the merge, a replica
 * that first queried a source while it was empty would drop the images that another replica found.
 */
export function mergeDiscoveryStatuses(observed: Status, remembered: Status): Status {
  const [newer, older] = newerFirst(observed, remembered);
  return newer.queryResults === undefined ? withBestSources(newer, older) : withBestRanking(newer, older);
}
