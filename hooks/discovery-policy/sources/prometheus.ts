// Prometheus and the systems with its query API: the value of a series is the score of the image in its `image` label.
import { z } from 'zod';
import { parseDurationMilliseconds } from '../../text/parsed.ts';
import { isSameUrl } from './same-url.ts';
import { normalizedReference, remark, type ScoredImage } from './scored-image.ts';
import type { ParsedResponse, QueryOrigin, SourceBlock, SourceType } from './source-type.ts';

export type CompiledPrometheus = SourceBlock<'prometheus'>;

export interface PrometheusQuery extends QueryOrigin {
  readonly type: 'prometheus';
  /** Base URL of the API. It may have a path. */
  readonly url: string;
  /** PromQL. */
  readonly query: string;
  /** Undefined for an instant query. */
  readonly range: QueryRange | undefined;
}

/** Start and end are in milliseconds since the epoch. */
interface QueryRange {
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
  readonly stepMilliseconds: number;
}

export interface PrometheusResponse {
  readonly ok: true;
  readonly type: 'prometheus';
  readonly series: readonly Series[];
  /** Number of series without an `image` label. */
  readonly seriesWithoutImage: number;
  /** Number of values that were NaN or infinite. */
  readonly valuesDropped: number;
  /** Warnings of the server, without credentials. */
  readonly warnings: readonly string[];
  /** Whether the server reported that series may be missing. */
  readonly isPartial?: boolean;
}

export interface Series {
  /** The unchanged `image` label. */
  readonly image: string;
  /** One value of an instant query, or all values of a range query. All are finite. */
  readonly values: readonly number[];
}

type Aggregation = CompiledPrometheus['aggregationMethod'];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const aggregations: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum,
  count: (values) => values.length,
  avg: (values) => sum(values) / values.length,
  // Math.max(...values) would exceed the stack with tens of thousands of values.
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
};

function rangeOf({ lookback, step }: CompiledPrometheus, nowMilliseconds: number): QueryRange | undefined {
  if (lookback === undefined) return undefined;
  return {
    startMilliseconds: nowMilliseconds - (parseDurationMilliseconds(lookback) ?? 0),
    endMilliseconds: nowMilliseconds,
    stepMilliseconds: parseDurationMilliseconds(step) ?? 0,
  };
}

/** Appends in place, because one image may have tens of thousands of series. */
function appendValues(valuesByImage: Map<string, number[]>, image: string, values: readonly number[]): void {
  const known = valuesByImage.get(image);
  if (known === undefined) valuesByImage.set(image, [...values]);
  else for (const value of values) known.push(value);
}

function parse(response: PrometheusResponse, { aggregationMethod }: CompiledPrometheus): ParsedResponse {
  const valuesByImage = new Map<string, number[]>();
  let invalidLabels = 0;
  for (const { image: label, values } of response.series) {
    const image = normalizedReference(label);
    if (image === undefined) invalidLabels += 1;
    else if (values.length > 0) appendValues(valuesByImage, image, values);
  }
  const aggregate = aggregations[aggregationMethod];
  const scored = [...valuesByImage].map(([image, values]): ScoredImage => ({ image, score: aggregate(values) }));
  // The sum of finite values can be infinite, which JSON cannot represent.
  const images = scored.filter(({ score }) => Number.isFinite(score));
  return {
    images,
    remarks: [
      ...remark(response.seriesWithoutImage, 'result', ' without an image label'),
      ...remark(invalidLabels, 'invalid image label'),
      ...remark(response.valuesDropped, 'non-finite value'),
      ...remark(scored.length - images.length, 'non-finite score'),
      ...response.warnings.slice(0, 1).map((warning) => `warning: "${warning}"`),
    ],
    isEmpty: response.series.length + response.seriesWithoutImage === 0,
    ...(response.isPartial === true ? { incomplete: { keeps: () => true } } : {}),
  };
}

const storedBlockShape = z.object({ endpoint: z.string(), query: z.string() });

export const prometheusSource: SourceType<'prometheus'> = {
  type: 'prometheus',
  target: ({ endpoint }) => endpoint,
  compile: (block) => block,
  query: (compiled, origin, nowMilliseconds) => ({
    ...origin,
    type: 'prometheus',
    url: compiled.endpoint,
    query: compiled.query,
    range: rangeOf(compiled, nowMilliseconds),
  }),
  parse,
  allows(storedBlock, { url, query }) {
    const { data: stored } = storedBlockShape.safeParse(storedBlock);
    return stored !== undefined && isSameUrl(stored.endpoint, url) && stored.query.trim() === query.trim();
  },
};
