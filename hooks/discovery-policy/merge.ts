// Merges two statuses of a DiscoveryPolicy that were written independently, so that each source keeps its last images.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { newerFirst, withUpdates } from '../status/revision.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** Whether the other status has images of a later success, or has images at all where this one has none. */
function hasBetterImages(other: SourceStatus | undefined, source: SourceStatus): other is SourceStatus {
  if (other === undefined || other.images.length === 0) return false;
  return source.images.length === 0 || (source.lastSuccessTime ?? '') < (other.lastSuccessTime ?? '');
}

/**
 * Returns the newer of the two statuses, with the latest images of each source that either of them has. Without
 * the merge, a replica that first queried a source while it was empty would drop the images that another replica found.
 */
export function mergeDiscoveryStatuses(observed: Status, remembered: Status): Status {
  const [newer, older] = newerFirst(observed, remembered);
  const olderByHash = new Map((older.sources ?? []).map((source) => [source.hash, source]));
  const before = newer.sources ?? [];
  const sources = before.map((source) => {
    const other = olderByHash.get(source.hash);
    return hasBetterImages(other, source) ? { ...source, images: other.images, imageCount: other.imageCount } : source;
  });
  const hasUpdates = sources.some((source, index) => source !== before[index]);
  return hasUpdates ? withUpdates(newer, { sources }) : newer;
}
