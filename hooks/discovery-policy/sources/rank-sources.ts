// The images of all sources as one list. Each image has its highest score and the source with that score.
import type { DiscoveredImage, SourceStatus } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy } from '../compiled-policy.ts';
import { rankedImages } from '../rankings/ranked-images.ts';

type Scores = ReadonlyMap<string, number>;

/** Equal scores are decided by the name of the source, so that the order of the sources has no effect. */
function bestSource(sources: readonly SourceStatus[], scores: readonly Scores[], image: string): string | undefined {
  const highest = Math.max(...scores.map((each) => each.get(image) ?? Number.NEGATIVE_INFINITY));
  const targets = sources.filter((_, index) => scores[index]?.get(image) === highest).map(({ target }) => target);
  return targets.sort()[0];
}

/** Images kept from an earlier query may not match an edited imageFilter. */
export function rankSources(policy: CompiledPolicy, sources: readonly SourceStatus[]): DiscoveredImage[] {
  const { imageFilter, ranking, signals, spec } = policy;
  const scores = sources.map(({ images }) => new Map(images.map(({ image, score }) => [image, score])));
  const scoresBySignal = new Map(signals.map(({ name }, index) => [name, scores[index]]));
  const candidates = new Set(scores.flatMap((each) => [...each.keys()]));
  const ranked = ranking.score({
    candidates: [...candidates].filter((image) => imageFilter?.matches(image) ?? true),
    values: (signal, image) => scoresBySignal.get(signal)?.get(image),
    highestRaw: () => 0,
    bounds: () => undefined,
    nodeCount: 1,
  });
  return rankedImages(ranked, spec.maxImages).map((image) => ({
    ...image,
    source: bestSource(sources, scores, image.image),
  }));
}
