// Prometheus and the systems with its query API: the values of a series are samples of the image in its `image` label.
import { z } from 'zod';
import { type ReferenceReader, writtenReference } from '../reference.ts';
import { remark } from '../remark.ts';
import type { ImageSamples, QueryData } from '../samples.ts';
import { durationField, urlField } from './field.ts';
import type { QueryBlock, QueryOrigin, QueryType } from './query-type.ts';
import { isSameUrl } from './same-url.ts';

export interface CompiledPrometheus {
  readonly url: string;
  readonly query: string;
  /** Undefined for an instant query. */
  readonly range: { readonly lookbackMilliseconds: number; readonly stepMilliseconds: number } | undefined;
  readonly reference: ReferenceReader;
}

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
  /** Number of values that were NaN, infinite or unreadable. */
  readonly valuesDropped: number;
  /** Warnings of the server, without credentials. */
  readonly warnings: readonly string[];
  /** Whether the server reported that series may be missing. */
  readonly isPartial?: boolean;
}

export interface Series {
  /** The unchanged `image` label. */
  readonly image: string;
  /** Time of each value, in seconds since the epoch. */
  readonly times: readonly number[];
  /** One value of an instant query, or all values of a range query. All are finite. */
  readonly values: readonly number[];
}

const DEFAULT_LOOKBACK_MILLISECONDS = 24 * 3_600_000;
const DEFAULT_STEP_MILLISECONDS = 5 * 60_000;

function compile(block: QueryBlock<'prometheus'>, path: string): CompiledPrometheus {
  const { endpoint, query, queryType, lookback, step } = block;
  const range = {
    lookbackMilliseconds: durationField(`${path}.lookback`, lookback, DEFAULT_LOOKBACK_MILLISECONDS),
    stepMilliseconds: durationField(`${path}.step`, step, DEFAULT_STEP_MILLISECONDS),
  };
  return {
    url: urlField(`${path}.endpoint`, endpoint),
    query,
    range: queryType === 'instant' ? undefined : range,
    reference: writtenReference,
  };
}

function rangeOf({ range }: CompiledPrometheus, nowMilliseconds: number): QueryRange | undefined {
  if (range === undefined) return undefined;
  return {
    startMilliseconds: nowMilliseconds - range.lookbackMilliseconds,
    endMilliseconds: nowMilliseconds,
    stepMilliseconds: range.stepMilliseconds,
  };
}

/** Joins the series of each image. Copies no list of an image with a single series, which may be long. */
function samplesOf(seriesOfImage: readonly Series[]): ImageSamples {
  const [only, ...others] = seriesOfImage;
  if (only !== undefined && others.length === 0) return { times: only.times, values: only.values, sizes: [] };
  const times: number[] = [];
  const values: number[] = [];
  // Appends one by one: spreading tens of thousands of values would exceed the stack.
  for (const series of seriesOfImage) {
    for (const time of series.times) times.push(time);
    for (const value of series.values) values.push(value);
  }
  return { times, values, sizes: [] };
}

function parse(response: PrometheusResponse, { reference }: CompiledPrometheus): QueryData {
  const seriesByImage = new Map<string, Series[]>();
  let invalidLabels = 0;
  for (const series of response.series) {
    const image = reference(series.image);
    if (image === undefined) {
      invalidLabels += 1;
      continue;
    }
    const known = seriesByImage.get(image);
    if (known === undefined) seriesByImage.set(image, [series]);
    else known.push(series);
  }
  return {
    images: new Map([...seriesByImage].map(([image, series]) => [image, samplesOf(series)])),
    remarks: [
      ...remark(response.seriesWithoutImage, 'result', ' without an image label'),
      ...remark(invalidLabels, 'invalid image label'),
      ...remark(response.valuesDropped, 'non-finite value'),
    ],
    warnings: response.warnings.slice(0, 1).map((warning) => `warning: "${warning}"`),
    isEmpty: response.series.length + response.seriesWithoutImage === 0,
    ...(response.isPartial === true ? { incomplete: { keeps: () => true } } : {}),
  };
}

const storedBlockShape = z.object({ endpoint: z.string(), query: z.string() });

export const prometheusQueries: QueryType<'prometheus'> = {
  type: 'prometheus',
  compile,
  query: (compiled, origin, nowMilliseconds) => ({
    ...origin,
    type: 'prometheus',
    url: compiled.url,
    query: compiled.query,
    range: rangeOf(compiled, nowMilliseconds),
  }),
  parse,
  allows(storedBlock, { url, query }) {
    const { data: stored } = storedBlockShape.safeParse(storedBlock);
    return stored !== undefined && isSameUrl(stored.endpoint, url) && stored.query.trim() === query.trim();
  },
};
