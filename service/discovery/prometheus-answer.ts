// Reads what Prometheus' query API answers into series of images, and says what it left out.
import { z } from 'zod';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import type { PrometheusAnswer, Series } from '../../hooks/discovery-policy/query.ts';
import type { CredentialRedactor } from './credential-redactor.ts';
import type { HttpAnswer } from './http-client.ts';
import { EXCERPT_LIMIT_CHARACTERS, parseAnswer, statusFailure } from './response-errors.ts';
import { SourceError } from './source-error.ts';
import type { SourceSession } from './source-session.ts';

/** Far beyond any ranking of images; a query without `by (image)` easily passes it. */
export const SERIES_LIMIT = 50_000;
/** 500 images over a week in steps of 5 minutes. As objects they take about 100 MB. */
export const POINT_LIMIT = 1_000_000;
/** Prometheus repeats a warning for every block it reads. */
export const WARNING_LIMIT = 10;
/** What is wrong in a query is said at the end of the sentence. */
const ERROR_WORDS_LIMIT_CHARACTERS = 160;

/** A time in seconds and a number as text. Checked by hand: a shape for each of a million points costs a second. */
type Point = readonly [number, string];

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && typeof value[1] === 'string';

const metric = z.object({ image: z.string().optional() });
const vectorSeries = z.object({ metric, value: z.unknown().optional() });
const matrixSeries = z.object({ metric, values: z.array(z.unknown()).optional() });

const words = z.array(z.string()).optional();
const successShape = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.unknown() }),
  warnings: words,
  infos: words,
});
const errorShape = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const answerShape = z.discriminatedUnion('status', [successShape, errorShape]);

type Success = z.infer<typeof successShape>;
type ErrorAnswer = z.infer<typeof errorShape>;

interface RawSeries {
  readonly image: string | undefined;
  readonly points: readonly unknown[];
}

/** Statuses that say more than the words beside them. */
const decisiveStatuses: readonly number[] = [401, 403, 404, 429];

/** Takes an answer of the query API, whatever its status; gives its series. Throws a SourceError for anything else. */
export function readPrometheusAnswer(answer: HttpAnswer, session: SourceSession): PrometheusAnswer {
  if (answer.status !== 200) throw failedStatus(answer, session);
  const parsed = parseAnswer(answer, answerShape, session.words);
  if (parsed.status === 'error') throw errorFailure(answer, parsed, session.words);
  const { series, ...counts } = usableSeries(rawSeries(answer, parsed, session.words), answer, session.words);
  return { ok: true, kind: 'prometheus', series, ...counts, warnings: warningsOf(parsed, session.words) };
}

function failedStatus(answer: HttpAnswer, session: SourceSession): SourceError {
  const plain = statusFailure(answer, session.words, session.clock());
  if (decisiveStatuses.includes(answer.status)) return plain;
  const parsed = errorAnswerOf(answer.text);
  return parsed === undefined ? plain : errorFailure(answer, parsed, session.words);
}

function errorAnswerOf(text: string): ErrorAnswer | undefined {
  try {
    return errorShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function errorFailure(
  { status, where }: HttpAnswer,
  { errorType, error }: ErrorAnswer,
  words: CredentialRedactor,
): SourceError {
  const sentence = `${where} refused the query: ${words.excerpt(`${errorType}: ${error}`, ERROR_WORDS_LIMIT_CHARACTERS)}`;
  if (errorType === 'timeout') return new SourceError('Timeout', sentence);
  return new SourceError(status >= 500 ? 'ServerError' : 'BadResponse', sentence);
}

function warningsOf({ warnings = [], infos = [] }: Success, words: CredentialRedactor): string[] {
  const all = [...warnings, ...infos];
  const shown = all.slice(0, WARNING_LIMIT).map((text) => words.excerpt(text, MESSAGE_LIMIT_CHARACTERS));
  return all.length > WARNING_LIMIT ? [...shown, `and ${all.length - WARNING_LIMIT} more`] : shown;
}

function rawSeries(answer: HttpAnswer, { data }: Success, words: CredentialRedactor): RawSeries[] {
  const { resultType, result } = data;
  if (resultType !== 'vector' && resultType !== 'matrix') {
    const kind = words.excerpt(resultType, EXCERPT_LIMIT_CHARACTERS);
    throw new SourceError(
      'BadResponse',
      `${answer.where}: the query gives a ${kind}, not series; each must have an \`image\` label, as in \`count(...) by (image)\``,
    );
  }
  if (Array.isArray(result) && result.length > SERIES_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `${answer.where}: the query gives ${result.length} series, the limit is ${SERIES_LIMIT}; topk() or \`by (image)\` makes them fewer`,
    );
  }
  return resultType === 'vector' ? vectorOf(answer, words, result) : matrixOf(answer, words, result);
}

/** A series with a native histogram has no `value`: one point that is no number. */
function vectorOf(answer: HttpAnswer, words: CredentialRedactor, result: unknown): RawSeries[] {
  return parsedSeries(answer, words, z.array(vectorSeries).safeParse(result)).map((series) => ({
    image: series.metric.image,
    points: [series.value],
  }));
}

function matrixOf(answer: HttpAnswer, words: CredentialRedactor, result: unknown): RawSeries[] {
  return parsedSeries(answer, words, z.array(matrixSeries).safeParse(result)).map((series) => ({
    image: series.metric.image,
    points: series.values ?? [undefined],
  }));
}

function parsedSeries<Value>(
  answer: HttpAnswer,
  words: CredentialRedactor,
  result: z.ZodSafeParseResult<Value>,
): Value {
  if (result.success) return result.data;
  throw wrongSeries(answer, words);
}

function wrongSeries({ where, text }: HttpAnswer, words: CredentialRedactor): SourceError {
  return new SourceError(
    'BadResponse',
    `${where} answered series of another shape: ${words.excerpt(text, EXCERPT_LIMIT_CHARACTERS)}`,
  );
}

/** NaN, +Inf and -Inf are words that JavaScript takes for NaN, all of them; the empty text it would take for 0. */
function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

type Counted = Pick<PrometheusAnswer, 'series' | 'seriesWithoutImage' | 'valuesDropped'>;

function usableSeries(raw: readonly RawSeries[], answer: HttpAnswer, words: CredentialRedactor): Counted {
  checkPoints(raw, answer);
  const series: Series[] = [];
  let seriesWithoutImage = 0;
  let valuesDropped = 0;
  for (const { image, points } of raw) {
    const numbers = points.map((point) => numberOfPoint(point, answer, words));
    const values = numbers.filter(Number.isFinite);
    valuesDropped += numbers.length - values.length;
    if (image === undefined || image === '') seriesWithoutImage += 1;
    else if (values.length > 0) series.push({ image, values });
  }
  return { series, seriesWithoutImage, valuesDropped };
}

function numberOfPoint(point: unknown, answer: HttpAnswer, words: CredentialRedactor): number {
  if (point === undefined) return Number.NaN;
  if (!isPoint(point)) throw wrongSeries(answer, words);
  return numberOf(point[1]);
}

function checkPoints(raw: readonly RawSeries[], { where }: HttpAnswer): void {
  const count = raw.reduce((sum, { points }) => sum + points.length, 0);
  if (count > POINT_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `${where}: the query gives ${count} values, the limit is ${POINT_LIMIT}; a larger step makes them fewer`,
    );
  }
}
