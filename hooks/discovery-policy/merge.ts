// Two statuses of one DiscoveryPolicy, written without knowledge of each other, become one that keeps the last good images of each source.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { newerFirst, withUpdates } from '../status/revision.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** Whether the other knows images that the source gave later, or gave at all: one that gives nothing any more keeps its last ones. */
function knowsBetter(other: SourceStatus | undefined, source: SourceStatus): other is SourceStatus {
  if (other === undefined || other.images.length === 0) return false;
  return source.images.length === 0 || (source.lastSuccessTime ?? '') < (other.lastSuccessTime ?? '');
}

/**
 * Takes the status of a DiscoveryPolicy as it is observed and as it was answered a while ago; gives the newer one, each source with the
 * images that it gave last as either knows. A replica that first asked a source while it gave nothing never saw its images.
 */
export function mergeDiscoveryStatuses(observed: Status, remembered: Status): Status {
  const [newer, other] = newerFirst(observed, remembered);
  const known = new Map((other.sources ?? []).map((source) => [source.hash, source]));
  const before = newer.sources ?? [];
  const sources = before.map((source) => {
    const better = known.get(source.hash);
    return knowsBetter(better, source) ? { ...source, images: better.images, imageCount: better.imageCount } : source;
  });
  const isNews = sources.some((source, index) => source !== before[index]);
  return isNews ? withUpdates(newer, { sources }) : newer;
}
