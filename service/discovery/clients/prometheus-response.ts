// Parses responses of the Prometheus query API into series with an image label, and counts what was left out.
import { z } from 'zod';
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import type { PrometheusResponse, Series } from '../../../hooks/discovery-policy/query-types/prometheus.ts';
import type { CredentialRedactor } from '../credential-redactor.ts';
import type { HttpResponse } from '../http-client.ts';
import { EXCERPT_LIMIT_CHARACTERS, parseBody, statusError } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import type { SourceSession } from '../source-session.ts';

/** Far more than any ranking of images needs. A query without `by (image)` easily exceeds it. */
export const SERIES_LIMIT = 50_000;
/** 500 images over a week in steps of 5 minutes. As objects, the points take about 100 MB. */
const POINT_LIMIT = 1_000_000;
/** Prometheus repeats a warning for every block that it reads. */
export const WARNING_LIMIT = 10;
/** Prometheus describes the error in a query at the end of its message. */
const QUERY_ERROR_LIMIT_CHARACTERS = 160;

const metric = z.object({ image: z.string().optional() });
/** An instant query has `value`, a range query `values`. Some servers send the other one. */
const seriesShape = z.array(
  z.object({ metric, value: z.unknown().optional(), values: z.array(z.unknown()).optional() }),
);

/** Thanos, Cortex and some Prometheus versions write null for an empty list. */
const messages = z.array(z.string()).nullish();
const successShape = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.unknown() }),
  warnings: messages,
  infos: messages,
  /** VictoriaMetrics: true if some of its storage nodes did not respond. */
  isPartial: z.unknown().optional(),
});
const errorShape = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const bodyShape = z.discriminatedUnion('status', [successShape, errorShape]);

type SuccessBody = z.infer<typeof successShape>;
type ErrorBody = z.infer<typeof errorShape>;

interface RawSeries {
  readonly image: string | undefined;
  readonly points: readonly unknown[];
}

interface Context {
  readonly response: HttpResponse;
  readonly redactor: CredentialRedactor;
}

/** For these statuses, the status is more informative than the error in the body. */
const decisiveStatuses: readonly number[] = [401, 403, 404, 429];

/** Throws a SourceError unless the response is a success with a vector or a matrix. */
export function parsePrometheusResponse(response: HttpResponse, session: SourceSession): PrometheusResponse {
  const { redactor } = session;
  const context: Context = { response, redactor };
  if (response.status !== 200) throw failedStatusError(context, session.clock());
  const body = parseBody(response, bodyShape, redactor);
  if (body.status === 'error') throw queryError(context, body);
  const { series, ...counts } = usableSeries(rawSeries(body, context), context);
  return {
    ok: true,
    type: 'prometheus',
    series,
    ...counts,
    warnings: warningsOf(body, redactor),
    ...(body.isPartial === true ? { isPartial: true } : {}),
  };
}

function failedStatusError(context: Context, nowMilliseconds: number): SourceError {
  const { response, redactor } = context;
  const body = decisiveStatuses.includes(response.status) ? undefined : errorBodyOf(response.text);
  return body === undefined ? statusError(response, redactor, nowMilliseconds) : queryError(context, body);
}

function errorBodyOf(text: string): ErrorBody | undefined {
  try {
    return errorShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function queryError({ response: { status, where }, redactor }: Context, { errorType, error }: ErrorBody): SourceError {
  const excerpt = redactor.quote(`${errorType}: ${error}`, QUERY_ERROR_LIMIT_CHARACTERS);
  const details = `(HTTP ${status}) at ${where}: ${excerpt}`;
  if (errorType === 'timeout') return new SourceError('Timeout', `query timed out ${details}`);
  if (status >= 500) return new SourceError('ServerError', `query failed ${details}`);
  return new SourceError('BadResponse', `query rejected ${details}`);
}

function warningsOf({ warnings, infos }: SuccessBody, redactor: CredentialRedactor): string[] {
  const all = [...(warnings ?? []), ...(infos ?? [])];
  const shown = all.slice(0, WARNING_LIMIT).map((text) => redactor.excerpt(text, MESSAGE_LIMIT_CHARACTERS));
  return all.length > WARNING_LIMIT ? [...shown, `and ${all.length - WARNING_LIMIT} more`] : shown;
}

function rawSeries({ data: { resultType, result } }: SuccessBody, context: Context): RawSeries[] {
  const { where } = context.response;
  if (resultType !== 'vector' && resultType !== 'matrix') {
    throw new SourceError(
      'BadResponse',
      `no series from ${where}: write a query whose series have an \`image\` label, ` +
        'such as `count(...) by (image)`; ' +
        `the result type is ${context.redactor.quote(resultType, EXCERPT_LIMIT_CHARACTERS)}`,
    );
  }
  if (Array.isArray(result) && result.length > SERIES_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `${result.length} series from ${where}: ` +
        `reduce them to the limit of ${SERIES_LIMIT} with topk() or \`by (image)\``,
    );
  }
  const { data } = seriesShape.safeParse(result ?? []);
  if (data === undefined) throw seriesFormatError(context);
  // A series with a native histogram has neither and counts as one non-finite value.
  return data.map(({ metric: { image }, value, values }) => ({ image, points: values ?? [value] }));
}

function seriesFormatError({ response: { where, text }, redactor }: Context): SourceError {
  const excerpt = redactor.quote(text, EXCERPT_LIMIT_CHARACTERS);
  return new SourceError(
    'BadResponse',
    `unexpected series from ${where}: check that it is a Prometheus API: ${excerpt}`,
  );
}

/** JavaScript reads NaN, +Inf and -Inf as NaN, but the empty text as 0. */
function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

/** Appends a time in seconds and a number as text. Returns false for anything else, and for NaN and infinities. */
function addPoint(point: unknown, times: number[], values: number[]): boolean {
  // Checked without zod, which takes a second for a million points.
  const [time, text]: readonly unknown[] = Array.isArray(point) ? point : [];
  if (typeof time !== 'number' || typeof text !== 'string') return false;
  const value = numberOf(text);
  if (!Number.isFinite(time) || !Number.isFinite(value)) return false;
  times.push(time);
  values.push(value);
  return true;
}

type Counted = Pick<PrometheusResponse, 'series' | 'seriesWithoutImage' | 'valuesDropped'>;

function usableSeries(raw: readonly RawSeries[], { response }: Context): Counted {
  checkPoints(raw, response);
  const series: Series[] = [];
  let seriesWithoutImage = 0;
  let valuesDropped = 0;
  for (const { image, points } of raw) {
    const times: number[] = [];
    const values: number[] = [];
    for (const point of points) if (!addPoint(point, times, values)) valuesDropped += 1;
    if (image === undefined || image === '') seriesWithoutImage += 1;
    else series.push({ image, times, values });
  }
  return { series, seriesWithoutImage, valuesDropped };
}

function checkPoints(raw: readonly RawSeries[], { where }: HttpResponse): void {
  const count = raw.reduce((sum, { points }) => sum + points.length, 0);
  if (count > POINT_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `${count} values from ${where}: reduce them to the limit of ${POINT_LIMIT} with a larger step`,
    );
  }
}
