// The order of discovered images: by score, then by name, so that images with equal scores keep their places.
import type { ScoredImage } from './sources/scored-image.ts';

interface FoundImage extends ScoredImage {
  /** URL of the source in which the image has this score. */
  readonly source: string;
}

/** Sorts by score, highest first, then by name. */
export function compareScores(left: ScoredImage, right: ScoredImage): number {
  return right.score - left.score || (left.image < right.image ? -1 : 1);
}

/** Equal scores are decided by the name of the source, so that the order of the sources has no effect. */
function isBetter(left: FoundImage, right: FoundImage): boolean {
  return left.score > right.score || (left.score === right.score && left.source < right.source);
}

/** Merges the images of all sources. Each image has its highest score and the source with that score. */
export function mergeImages(
  sources: readonly { readonly target: string; readonly images: readonly ScoredImage[] }[],
): FoundImage[] {
  const best = new Map<string, FoundImage>();
  for (const { target, images } of sources) {
    for (const { image, score } of images) {
      const known = best.get(image);
      const candidate = { image, score, source: target };
      if (known === undefined || isBetter(candidate, known)) best.set(image, candidate);
    }
  }
  return [...best.values()].sort(compareScores);
}
