// What the outcome of one query means for its source: new images, a failure, or both.
import type { SourceStatus } from '../../crds/discovery-policy.ts';
import type { Reason } from '../reasons.ts';
import { counted } from '../status/node-list.ts';
import type { CompiledPolicy, CompiledSource } from './compiled-policy.ts';
import type { SourceOutcome } from './query.ts';
import { compareScores } from './ranking.ts';
import type { ParsedResponse } from './sources/parsed-response.ts';
import type { ScoredImage } from './sources/scored-image.ts';

export interface Success {
  readonly kind: 'success';
  readonly images: readonly ScoredImage[];
  readonly message: string;
}

export interface Failure {
  readonly kind: 'failure';
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterMilliseconds?: number | undefined;
  /** Present if the response was incomplete: its images, and the previous ones that it does not replace. */
  readonly images?: readonly ScoredImage[];
}

interface ResultInput {
  readonly policy: CompiledPolicy;
  readonly source: CompiledSource;
  readonly previous: SourceStatus;
  /** Number of images that the original Drop found, which stay until a source finds some here. */
  readonly takenOverCount: number;
}

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
function keptImages({ images, incomplete }: ParsedResponse, previous: SourceStatus): readonly ScoredImage[] {
  if (incomplete === undefined) return [];
  const names = new Set(images.map(({ image }) => image));
  return previous.images.filter((each) => !names.has(each.image) && incomplete.keeps(each));
}

export function resultOf(outcome: SourceOutcome, input: ResultInput): Success | Failure {
  if (!outcome.ok) {
    const { reason, message, retryAfterMilliseconds } = outcome;
    return { kind: 'failure', reason, message, retryAfterMilliseconds };
  }
  const { policy, source, previous } = input;
  const response = source.parse(outcome);
  if (response.images.length === 0) return resultWithoutImages(response, input);
  const kept = keptImages(response, previous);
  const images = bestImages(policy, response.images, kept);
  const { incomplete, remarks } = response;
  if (incomplete?.failure !== undefined) return { kind: 'failure', ...incomplete.failure, images };
  const keptCount = images.filter((each) => kept.includes(each)).length;
  const partial = `partial answer: ${counted(keptCount, 'previous image')} kept`;
  const message = [...(incomplete === undefined ? [] : [partial]), ...remarks].join('; ');
  return { kind: 'success', images, message };
}

function resultWithoutImages({ remarks, isEmpty, incomplete }: ParsedResponse, input: ResultInput) {
  if (incomplete?.failure !== undefined) return { kind: 'failure', ...incomplete.failure } as const;
  const message = remarks.join('; ');
  if (!isEmpty && message !== '') return { kind: 'failure', reason: 'BadResponse', message } as const;
  const previousCount = input.previous.images.length || input.takenOverCount;
  if (previousCount > 0) {
    const kept = `empty result; keeping the previous ${counted(previousCount, 'image')}`;
    return { kind: 'failure', reason: 'EmptyResult', message: kept } as const;
  }
  // The missing part may have images, so a set must not follow this result.
  if (incomplete !== undefined) {
    return { kind: 'failure', reason: 'EmptyResult', message: 'empty result of a partial response' } as const;
  }
  return { kind: 'success', images: [], message: 'empty result' } as const;
}
