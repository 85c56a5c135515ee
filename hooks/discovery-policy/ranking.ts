// The order of images: higher scores first, then names, so that equal scores do not take turns.
import type { DiscoveredImage } from '../../crds/discovery-policy.ts';
import type { ScoredImage } from './parse-response.ts';

/** Orders by score, highest first, then by name. */
export function compareScores(left: ScoredImage, right: ScoredImage): number {
  return right.score - left.score || (left.image < right.image ? -1 : 1);
}

/** The higher score, and of equal ones the source whose name comes first: the order of the sources plays no part. */
function isBetter(left: DiscoveredImage, right: DiscoveredImage): boolean {
  return left.score > right.score || (left.score === right.score && left.source < right.source);
}

/** Takes the images of each source; gives each image once, with its highest score and the source that gave it. */
export function mergeImages(
  sources: readonly { readonly target: string; readonly images: readonly ScoredImage[] }[],
): DiscoveredImage[] {
  const best = new Map<string, DiscoveredImage>();
  for (const { target, images } of sources) {
    for (const { image, score } of images) {
      const before = best.get(image);
      const found = { image, score, source: target };
      if (before === undefined || isBetter(found, before)) best.set(image, found);
    }
  }
  return [...best.values()].sort(compareScores);
}
