// What the outcome of one query means for its source: new images, a failure, or both.
import type { SourceStatus } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy, PolicySignal } from '../compiled-policy.ts';
import type { SourceOutcome } from '../query.ts';
import { failureOf, type Verdict, verdictOf } from '../response-verdict.ts';
import type { ScoredImage } from './scored-image.ts';
import { type ScoredResponse, scoredResponse } from './scored-response.ts';

/** Images are undefined if the previous ones stay as they are. */
type SourceResult = Verdict & { readonly images: readonly ScoredImage[] | undefined };

interface ResultInput {
  readonly policy: CompiledPolicy;
  readonly signal: PolicySignal;
  readonly previous: SourceStatus;
  /** Number of images without a source, which stay until a source finds some. */
  readonly takenOverCount: number;
  readonly nowMilliseconds: number;
}

/** Sorts by score, highest first, then by name. */
const compareScores = (left: ScoredImage, right: ScoredImage): number =>
  right.score - left.score || (left.image < right.image ? -1 : 1);

/** Returns the images with the highest scores. If scores are equal, an image of the response wins over a kept one. */
function bestImages(
  { imageFilter, spec }: CompiledPolicy,
  images: readonly ScoredImage[],
  kept: readonly ScoredImage[],
): ScoredImage[] {
  return [...[...images].sort(compareScores), ...[...kept].sort(compareScores)]
    .filter(({ image }) => imageFilter?.matches(image) ?? true)
    .sort((left, right) => right.score - left.score)
    .slice(0, spec.maxImages);
}

/** Returns the previous images that the response neither contains nor replaces. */
function keptImages({ images, incomplete }: ScoredResponse, previous: SourceStatus): readonly ScoredImage[] {
  if (incomplete === undefined) return [];
  const names = new Set(images.map(({ image }) => image));
  return previous.images.filter((each) => !names.has(each.image) && incomplete.keeps(each));
}

export function resultOf(outcome: SourceOutcome, input: ResultInput): SourceResult {
  if (!outcome.ok) return { ...failureOf(outcome), images: undefined };
  const { policy, signal, previous, takenOverCount, nowMilliseconds } = input;
  const response = scoredResponse(signal.query.parse(outcome, nowMilliseconds), signal, nowMilliseconds);
  const kept = keptImages(response, previous);
  const images = response.images.length === 0 ? [] : bestImages(policy, response.images, kept);
  const verdict = verdictOf({
    ...response,
    imageCount: response.images.length,
    keptCount: images.filter((each) => kept.includes(each)).length,
    previousCount: previous.images.length || takenOverCount,
  });
  return { ...verdict, images: verdict.replaces ? images : undefined };
}
