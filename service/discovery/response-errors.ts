// Errors for responses that cannot be used: by HTTP status, and for bodies that do not parse.
import type { z } from 'zod';
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';
import type { CredentialRedactor } from './credential-redactor.ts';
import type { HttpResponse } from './http-client.ts';
import { SourceError } from './source-error.ts';

/** Enough to recognise a login page or the error page of a proxy. */
export const EXCERPT_LIMIT_CHARACTERS = 80;
/** The rate limit windows of registries last hours at most. */
export const RETRY_AFTER_LIMIT_MILLISECONDS = 24 * 60 * 60 * 1000;

interface StatusMeaning {
  readonly reason: FailureReason;
  readonly problem: string;
  readonly advice: string;
}

const meanings: Readonly<Record<number, StatusMeaning>> = {
  401: { reason: 'Unauthorized', problem: 'unauthorized', advice: 'check the credentials in the Secret of secretRef' },
  403: { reason: 'Forbidden', problem: 'forbidden', advice: 'check the permissions of the credentials' },
  404: { reason: 'NotFound', problem: 'not found', advice: 'check the URL of the source' },
  429: { reason: 'RateLimited', problem: 'rate limited', advice: 'raise syncInterval or use credentials' },
};

const serverError: StatusMeaning = {
  reason: 'ServerError',
  problem: 'server error',
  advice: "check the server's health",
};

const unexpectedStatus: StatusMeaning = {
  reason: 'BadResponse',
  problem: 'unexpected response',
  advice: 'check that the URL is that of the API',
};

/** Parses seconds or a date into milliseconds from now. Returns undefined for anything else. */
function parseRetryAfter(header: unknown, nowMilliseconds: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  // Date.parse also accepts texts such as `-5`. An HTTP date contains the name of a month.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : date - nowMilliseconds;
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.min(Math.max(milliseconds, 0), RETRY_AFTER_LIMIT_MILLISECONDS);
}

/** Returns the error for a response with a status other than 200. `advices` replace those of some statuses. */
export function statusError(
  response: HttpResponse,
  redactor: CredentialRedactor,
  nowMilliseconds: number,
  advices: Readonly<Record<number, string>> = {},
): SourceError {
  const { status, where, text } = response;
  const { reason, problem, advice } = meanings[status] ?? (status >= 500 ? serverError : unexpectedStatus);
  const excerpt = text.trim() === '' ? '' : `: ${redactor.quote(text, EXCERPT_LIMIT_CHARACTERS)}`;
  const retryAfter =
    reason === 'RateLimited' ? parseRetryAfter(response.headers['retry-after'], nowMilliseconds) : undefined;
  return new SourceError(
    reason,
    `${problem} (HTTP ${status}) from ${where}: ${advices[status] ?? advice}${excerpt}`,
    retryAfter,
  );
}

/** Parses the body as JSON of the shape. Throws a BadResponse. */
export function parseBody<Value>(response: HttpResponse, shape: z.ZodType<Value>, redactor: CredentialRedactor): Value {
  const result = shape.safeParse(parseJson(response, redactor));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') || 'body';
  throw new SourceError(
    'BadResponse',
    `unexpected JSON from ${response.where}: ${path}: ${issue?.message}: ` +
      redactor.quote(response.text, EXCERPT_LIMIT_CHARACTERS),
  );
}

function parseJson({ text, where }: HttpResponse, redactor: CredentialRedactor): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') throw new SourceError('BadResponse', `empty response from ${where}: expected JSON`);
    const problem = /^\s*[[{]/.test(text) ? 'truncated or damaged JSON' : 'not JSON';
    const excerpt = redactor.quote(text, EXCERPT_LIMIT_CHARACTERS);
    throw new SourceError('BadResponse', `invalid response from ${where}: ${problem}: ${excerpt}`);
  }
}
