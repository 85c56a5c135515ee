// Parses one response of Loki's query_range into log lines.
import { z } from 'zod';
import type { HttpResponse } from '../http-client.ts';
import { EXCERPT_LIMIT_CHARACTERS, parseBody, statusError } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import type { SourceSession } from '../source-session.ts';

export interface RawLine {
  /** Since the epoch. */
  readonly nanoseconds: bigint;
  /** All labels of the stream. Lines of a stream share the object. */
  readonly stream: Labels;
  readonly text: string;
}

export type Labels = Readonly<Record<string, string>>;

/** Loki describes the error in a query at the end of its message. */
const QUERY_ERROR_LIMIT_CHARACTERS = 160;

const bodyShape = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.array(z.unknown()).nullish() }),
});

/** 64-bit nanoseconds. */
const timePattern = /^\d{1,19}$/;

/** Throws a SourceError unless the response is a success with streams. */
export function parseLokiPage(response: HttpResponse, session: SourceSession): RawLine[] {
  if (response.status !== 200) throw failedStatusError(response, session);
  const { data } = parseBody(response, bodyShape, session.redactor);
  if (data.resultType !== 'streams') throw noLinesError(response, data.resultType, session);
  const lines: RawLine[] = [];
  for (const stream of data.result ?? []) {
    if (!addLines(stream, lines)) throw streamFormatError(response, session);
  }
  return lines;
}

function failedStatusError(response: HttpResponse, { redactor, clock }: SourceSession): SourceError {
  const { status, where, text } = response;
  if (status !== 400) return statusError(response, redactor, clock());
  const excerpt = redactor.quote(text, QUERY_ERROR_LIMIT_CHARACTERS);
  return new SourceError('BadResponse', `query rejected (HTTP ${status}) at ${where}: ${excerpt}`);
}

function noLinesError({ where }: HttpResponse, resultType: string, { redactor }: SourceSession): SourceError {
  return new SourceError(
    'BadResponse',
    `no log lines from ${where}: write a query that selects lines, such as \`{job="events"}\`, not a metric query; ` +
      `the result type is ${redactor.quote(resultType, EXCERPT_LIMIT_CHARACTERS)}`,
  );
}

function streamFormatError({ where, text }: HttpResponse, { redactor }: SourceSession): SourceError {
  const excerpt = redactor.quote(text, EXCERPT_LIMIT_CHARACTERS);
  return new SourceError('BadResponse', `unexpected streams from ${where}: check that it is Loki: ${excerpt}`);
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areLabels = (value: unknown): value is Labels =>
  isFields(value) && Object.values(value).every((label) => typeof label === 'string');

/** Returns false for anything but a stream. Checked without zod, because each line may be a stream of its own. */
function addLines(value: unknown, lines: RawLine[]): boolean {
  if (!isFields(value) || !areLabels(value.stream) || !Array.isArray(value.values)) return false;
  for (const entry of value.values as readonly unknown[]) {
    // Loki may add structured metadata behind the line.
    const [time, text]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof time !== 'string' || !timePattern.test(time) || typeof text !== 'string') return false;
    lines.push({ nanoseconds: BigInt(time), stream: value.stream, text });
  }
  return true;
}
