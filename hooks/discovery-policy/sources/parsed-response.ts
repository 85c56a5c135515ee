// The response of a source as images with scores: the values of each image, combined into one.
import { remark } from '../remark.ts';
import type { IncompleteResponse, QueryData } from '../samples.ts';
import type { ScoredImage } from './scored-image.ts';
import type { Aggregation } from './source-query.ts';

export interface ParsedResponse {
  readonly images: readonly ScoredImage[];
  /** Messages about the parts of the response that could not be used. */
  readonly remarks: readonly string[];
  /** Whether the response had no entries at all, usable or not. */
  readonly isEmpty: boolean;
  /** Absent for a complete response, which replaces all previous images. */
  readonly incomplete?: IncompleteResponse;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const aggregations: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum,
  count: (values) => values.length,
  avg: (values) => sum(values) / values.length,
  // Math.max(...values) would exceed the stack with tens of thousands of values.
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
};

/** An image without a value has no score. */
export function scoredResponse(data: QueryData, aggregation: Aggregation): ParsedResponse {
  const aggregate = aggregations[aggregation];
  const scored: ScoredImage[] = [];
  for (const [image, { values, repository }] of data.images) {
    if (values.length > 0) {
      scored.push({ image, score: aggregate(values), ...(repository === undefined ? {} : { repository }) });
    }
  }
  // The sum of finite values can be infinite, which JSON cannot represent.
  const images = scored.filter(({ score }) => Number.isFinite(score));
  const { isEmpty, incomplete } = data;
  return {
    images,
    remarks: [...data.remarks, ...remark(scored.length - images.length, 'non-finite score'), ...(data.warnings ?? [])],
    isEmpty,
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}
