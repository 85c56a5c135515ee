// The response of a source as images with scores: its signal reduces the samples of each image.
import type { PolicySignal } from '../compiled-policy.ts';
import { remark } from '../remark.ts';
import type { QueryData } from '../samples.ts';
import type { ScoredImage } from './scored-image.ts';

export interface ScoredResponse extends Pick<QueryData, 'remarks' | 'isEmpty' | 'incomplete'> {
  readonly images: readonly ScoredImage[];
}

/** An image without a sample has no score. */
export function scoredResponse(data: QueryData, { evaluate }: PolicySignal, nowMilliseconds: number): ScoredResponse {
  const scored: ScoredImage[] = [];
  for (const [image, samples] of data.images) {
    const score = evaluate(samples, nowMilliseconds);
    const { repository } = samples;
    if (score !== undefined) scored.push({ image, score, ...(repository === undefined ? {} : { repository }) });
  }
  // The sum of finite values can be infinite, which JSON cannot represent.
  const images = scored.filter(({ score }) => Number.isFinite(score));
  const { remarks, warnings = [], isEmpty, incomplete } = data;
  return {
    images,
    remarks: [...remarks, ...remark(scored.length - images.length, 'non-finite score'), ...warnings],
    isEmpty,
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}
