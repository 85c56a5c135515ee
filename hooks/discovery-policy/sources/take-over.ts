// A status that the original Drop wrote: what it found counts until one of the sources has succeeded here.
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** The original sets lastSyncTime at every attempt and writes no revision. Here it is the time of a success. */
export function withoutAttemptTime(status: Status): Status {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (status.revision !== undefined || ready?.status !== 'False') return status;
  const { lastSyncTime: _, ...others } = status;
  return others;
}

const hasSucceeded = ({ sources = [] }: Status) => sources.some(({ lastSuccessTime }) => lastSuccessTime !== undefined);

/** Number of images that the original found; 0 once a source has succeeded here. */
export function takenOverCount(status: Status): number {
  return hasSucceeded(status) ? 0 : (status.discoveredImages?.length ?? 0);
}

/** Returns the next status, with the images of the previous one if no source of either has ever succeeded. */
export function keepTakenOverImages(previous: Status, next: Status): Status {
  const { discoveredImages = [] } = previous;
  if (discoveredImages.length === 0 || hasSucceeded(previous) || hasSucceeded(next)) return next;
  return { ...next, discoveredImages, imageCount: discoveredImages.length };
}
