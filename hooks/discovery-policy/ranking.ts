// The order of images: higher scores first, then names, so that equal scores do not take turns.
import type { DiscoveredImage } from '../../crds/discovery-policy.ts';
import type { ScoredImage } from './read-answer.ts';

/** Orders by score, highest first, then by name. */
export function compareScores(left: ScoredImage, right: ScoredImage): number {
  return right.score - left.score || (left.image < right.image ? -1 : 1);
}

/** Takes the images of each source; gives each image once, with its highest score and the source that gave it. */
export function mergeImages(
  sources: readonly { readonly target: string; readonly images: readonly ScoredImage[] }[],
): DiscoveredImage[] {
  const best = new Map<string, DiscoveredImage>();
  for (const { target, images } of sources) {
    for (const { image, score } of images) {
      const before = best.get(image);
      if (before === undefined || score > before.score) best.set(image, { image, score, source: target });
    }
  }
  return [...best.values()].sort(compareScores);
}
