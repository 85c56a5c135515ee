// Images that no source of the status is known to have found: the original Drop found them, or queries did before an
// edit. They stay until every source has succeeded, because a source that fails may have found them.
import type { DiscoveredImage, DiscoveryPolicyStatus, SourceStatus } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy } from '../compiled-policy.ts';
import { formsOfImage } from '../reference.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** The original sets lastSyncTime at every attempt and writes no revision. Here it is the time of a success. */
export function withoutAttemptTime(status: Status): Status {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (status.revision !== undefined || ready?.status !== 'False') return status;
  const { lastSyncTime: _, ...others } = status;
  return others;
}

const hasSucceeded = ({ sources = [] }: Status) => sources.some(({ lastSuccessTime }) => lastSuccessTime !== undefined);

/** Number of images that an empty result keeps; 0 once a source has succeeded. */
export function takenOverCount(status: Status): number {
  return hasSucceeded(status) ? 0 : (status.discoveredImages?.length ?? 0);
}

/** Images of the previous status without a source. */
function takenOverImages({ discoveredImages = [], sources = [] }: Status): readonly DiscoveredImage[] {
  const known = new Set(sources.flatMap(({ images }) => images.map(({ image }) => image)));
  return discoveredImages.filter(({ image }) => !formsOfImage(image).some((form) => known.has(form)));
}

/** Adds the images of the previous status without a source at the end, until every source has succeeded. */
export function withTakenOverImages(
  { spec }: CompiledPolicy,
  previous: Status,
  sources: readonly SourceStatus[],
  ranked: readonly DiscoveredImage[],
): DiscoveredImage[] {
  if (sources.every(({ lastSuccessTime }) => lastSuccessTime !== undefined)) return [...ranked];
  const names = new Set(ranked.map(({ image }) => image));
  const kept = takenOverImages(previous).filter(({ image }) => !formsOfImage(image).some((form) => names.has(form)));
  const last = ranked.length;
  if (last === 0) return kept;
  return [...ranked, ...kept.map((image, index) => ({ ...image, rank: last + index + 1 }))].slice(0, spec.maxImages);
}
