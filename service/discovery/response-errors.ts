// What an answer that is no answer means: statuses by a table, and bodies that do not parse.
import type { z } from 'zod';
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';
import type { CredentialRedactor } from './credential-redactor.ts';
import type { HttpAnswer } from './http-client.ts';
import { SourceError } from './source-error.ts';

/** Enough to recognise a login page or a proxy's error. */
export const EXCERPT_LIMIT_CHARACTERS = 80;
/** Registries count in windows of hours; a longer rest would be a fault of the header. */
export const RETRY_AFTER_LIMIT_MILLISECONDS = 24 * 60 * 60 * 1000;

const statusTable: Readonly<Record<number, { readonly reason: FailureReason; readonly sentence: string }>> = {
  401: { reason: 'Unauthorized', sentence: 'the credentials are missing or refused' },
  403: { reason: 'Forbidden', sentence: 'these credentials do not allow it' },
  404: { reason: 'NotFound', sentence: 'there is nothing at this address' },
  429: { reason: 'RateLimited', sentence: 'too many requests' },
};

/** Takes a header of seconds or a date and the time now; gives milliseconds from now, none when it makes no sense. */
export function parseRetryAfter(header: unknown, nowMilliseconds: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  // A date names its month; of other texts JavaScript makes dates too.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : date - nowMilliseconds;
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.min(Math.max(milliseconds, 0), RETRY_AFTER_LIMIT_MILLISECONDS);
}

/** Takes an answer whose status is not 200; gives the failure with the first words of what came instead. */
export function statusFailure(answer: HttpAnswer, words: CredentialRedactor, nowMilliseconds: number): SourceError {
  const { status, where, text } = answer;
  const known = statusTable[status];
  const reason = known?.reason ?? (status >= 500 ? 'ServerError' : 'BadResponse');
  const sentence = known === undefined ? '' : `, ${known.sentence}`;
  const excerpt = text.trim() === '' ? '' : `: ${words.excerpt(text, EXCERPT_LIMIT_CHARACTERS)}`;
  const retryAfter =
    reason === 'RateLimited' ? parseRetryAfter(answer.headers['retry-after'], nowMilliseconds) : undefined;
  return new SourceError(reason, `${where} answered ${status}${sentence}${excerpt}`, retryAfter);
}

/** Takes an answer and the shape that it should have; gives the value. Throws BadResponse with the first words of what came. */
export function parseAnswer<Value>(answer: HttpAnswer, shape: z.ZodType<Value>, words: CredentialRedactor): Value {
  const result = shape.safeParse(parseJson(answer, words));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const problem = `${path === '' ? 'the whole' : path}: ${issue?.message ?? 'not what was expected'}`;
  throw new SourceError(
    'BadResponse',
    `${answer.where} answered JSON of another shape (${problem}): ${words.excerpt(answer.text, EXCERPT_LIMIT_CHARACTERS)}`,
  );
}

function parseJson({ text, where }: HttpAnswer, words: CredentialRedactor): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const what = /^\s*[[{]/.test(text) ? 'JSON that is cut off or damaged' : 'what is not JSON';
    const excerpt = text.trim() === '' ? 'nothing' : words.excerpt(text, EXCERPT_LIMIT_CHARACTERS);
    throw new SourceError('BadResponse', `${where} answered ${what}: ${excerpt}`);
  }
}
