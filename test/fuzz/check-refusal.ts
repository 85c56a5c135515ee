// Tells whether a refusal is deserved: each sentence is only for a body that has what it complains of.
import { z } from 'zod';
import { NESTING_LIMIT } from '../../service/json-body.ts';
import { containersOf } from './mutations.ts';

/** Largest body that the service under test takes; small, so that bodies above it are cheap. */
export const BODY_LIMIT_BYTES = 512 * 1024;

const refusal = z.strictObject({ error: z.string().min(1) });

const withoutUnread = (key: string, value: unknown) => (key === 'managedFields' && Array.isArray(value) ? [] : value);

/** The value that a text of JSON is, if it is one. Excuse: what stands in `managedFields` is never read, so anything may. */
function parsed(payload: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(payload, withoutUnread) };
  } catch {
    return undefined;
  }
}

/** A key with which an object would change others when it is copied; it is refused like bad JSON. */
const hasPoisonousKey = (value: unknown) => containersOf(value).some((each) => Object.hasOwn(each, '__proto__'));

function depthOf(payload: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [character] of payload.replaceAll(/"(?:[^"\\]|\\.)*"?/gs, '').matchAll(/[[\]{}]/g)) {
    depth += character === '[' || character === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function isNoJson(payload: string): boolean {
  const body = parsed(payload);
  return body === undefined || hasPoisonousKey(body.value);
}

/** Excuse: a body may be broken in `managedFields`, where nobody looks, and then be refused for the rest of it. */
function canBeRead(payload: string): boolean {
  return parsed(payload) === undefined ? payload.includes('"managedFields"') : !isNoJson(payload);
}

interface Complaint {
  readonly statusCode: number;
  readonly sentence: RegExp;
  readonly isDeserved: (payload: string) => boolean;
}

const failures: readonly Complaint[] = [
  {
    statusCode: 413,
    sentence: /^the body is larger than DROP_BODY_LIMIT_BYTES$/,
    isDeserved: (payload) => Buffer.byteLength(payload) > BODY_LIMIT_BYTES,
  },
  { statusCode: 400, sentence: /^the body is empty$/, isDeserved: (payload) => payload === '' },
  { statusCode: 400, sentence: /^the body is not valid JSON$/, isDeserved: isNoJson },
  {
    statusCode: 400,
    sentence: new RegExp(`^the body is nested more than ${NESTING_LIMIT} levels deep$`),
    isDeserved: (payload) => depthOf(payload) > NESTING_LIMIT,
  },
  {
    // Says where the request is not one; a request that is as Metacontroller sends it gets an answer, which is asked elsewhere.
    statusCode: 400,
    sentence: /^(?:body|object|parent|attachments|children|related|finalizing)\b[^:]*: \S/,
    isDeserved: canBeRead,
  },
];

/** Takes what was sent and the refusal that came back, as its status code and parsed body; gives what is wrong with it. */
export function refusalProblem(payload: string, statusCode: number, body: unknown): string | undefined {
  const result = refusal.safeParse(body);
  if (!result.success) return `the refusal ${statusCode} has no sentence`;
  const { error } = result.data;
  const failure = failures.find((each) => each.statusCode === statusCode && each.sentence.test(error));
  if (failure === undefined) return `an unknown refusal: ${statusCode} ${error.slice(0, 200)}`;
  return failure.isDeserved(payload) ? undefined : `an undeserved refusal: ${statusCode} ${error.slice(0, 200)}`;
}

/** Whether a body has no meaning, so that it must be refused. */
export function mustBeRefused(payload: string): boolean {
  if (Buffer.byteLength(payload) > BODY_LIMIT_BYTES) return true;
  const body = parsed(payload);
  if (body === undefined) return !canBeRead(payload);
  return hasPoisonousKey(body.value) || depthOf(JSON.stringify(body.value)) > NESTING_LIMIT;
}
