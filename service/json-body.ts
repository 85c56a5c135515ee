// Checks a body before parsing it: many tiny values or deep nesting cost many times the body's size in memory and time.
import type { FastifyInstance } from 'fastify';

/** Kubernetes objects nest about 20 levels. Serializing thousands of levels exhausts the stack. */
export const NESTING_LIMIT = 1_000;
/**
 * Most tokens of a body: strings, lists, objects and commas (a key with a number counts two). A PullPolicy sync of
 * 1,000 nodes and 100 images has 12,000, the Fleet of 5,000 nodes with 40 labels each 966,000. The worst body within
 * the limit takes seconds, but only a caller with the token can send it. A lower limit would reject large clusters.
 */
export const TOKENS_LIMIT = 2 ** 20;
/** Above a body limit of 64 MiB the token limit grows with it: such a limit is set for a larger cluster. */
const BYTES_PER_TOKEN = 64;

/** Error codes of this module, in addition to Fastify's. */
export type JsonBodyCode = 'DROP_BODY_TOO_DEEP' | 'DROP_BODY_TOO_MANY_TOKENS';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_LIST = 0x5b;
const OPENING = new Set([OPENING_LIST, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const BLANK = 0x20;
const BLANKS = new Set([BLANK, 0x09, 0x0a, 0x0d]);
/** The field that records which client set which field: almost half of what Kubernetes sends, and no hook reads it. */
const UNREAD_KEY = Buffer.from('managedFields');

/** By byte: how it changes the depth of nesting. */
const depthChanges = new Int8Array(256);
/** By byte: whether it begins a token. */
const tokenCounts = new Uint8Array(256);
for (const byte of OPENING) depthChanges[byte] = 1;
for (const byte of CLOSING) depthChanges[byte] = -1;
for (const byte of [QUOTE, COMMA, ...OPENING]) tokenCounts[byte] = 1;

function isEscaped(bytes: Buffer, at: number): boolean {
  let start = at;
  while (bytes[start - 1] === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}

/** Returns the position of the closing quote, or the end of the body. `start` is after the opening quote. */
function endOfString(bytes: Buffer, start: number): number {
  let quote = bytes.indexOf(QUOTE, start);
  while (quote > start && isEscaped(bytes, quote)) quote = bytes.indexOf(QUOTE, quote + 1);
  return quote < 0 ? bytes.length : quote;
}

/** Returns the position of the closing bracket of the list that starts here, or the end of the body. */
function endOfList(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    depth += depthChanges[byte] ?? 0;
    if (depth === 0) return at;
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
  }
  return bytes.length;
}

function afterBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (BLANKS.has(bytes[at] ?? 0)) at += 1;
  return at;
}

/** If the string from start to end is the key `managedFields`, overwrites the items of its list with blanks. */
function blankOutManagedFields(bytes: Buffer, start: number, end: number): void {
  if (end - start !== UNREAD_KEY.length || !bytes.subarray(start, end).equals(UNREAD_KEY)) return;
  const colon = afterBlanks(bytes, end + 1);
  if (bytes[colon] !== COLON) return;
  const list = afterBlanks(bytes, colon + 1);
  if (bytes[list] === OPENING_LIST) bytes.fill(BLANK, list + 1, endOfList(bytes, list));
}

/**
 * Returns the limit that the body exceeds, valid JSON or not. Overwrites the content of `managedFields` with blanks and
 * does not count it. Needs a millisecond for 1.5 MB.
 */
export function jsonShapeProblem(bytes: Buffer, tokensLimit: number): JsonBodyCode | undefined {
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    depth += depthChanges[byte] ?? 0;
    if (depth > NESTING_LIMIT) return 'DROP_BODY_TOO_DEEP';
    tokens += tokenCounts[byte] ?? 0;
    if (tokens > tokensLimit) return 'DROP_BODY_TOO_MANY_TOKENS';
    if (byte !== QUOTE) continue;
    const end = endOfString(bytes, at + 1);
    blankOutManagedFields(bytes, at + 1, end);
    at = end;
  }
  return undefined;
}

export function tokensLimitOf(bodyLimitBytes: number): number {
  return Math.max(TOKENS_LIMIT, bodyLimitBytes / BYTES_PER_TOKEN);
}

/** Parses JSON like Fastify after checking its shape. The key `__proto__` is an error, `constructor` is accepted. */
export function readJsonBodies(app: FastifyInstance, bodyLimitBytes: number): void {
  const parse = app.getDefaultJsonParser('error', 'ignore');
  const tokensLimit = tokensLimitOf(bodyLimitBytes);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    const code = jsonShapeProblem(bytes, tokensLimit);
    if (code !== undefined) return done(Object.assign(new Error(code), { code }));
    // This parser calls `done` and returns no promise, although its type allows one.
    void parse(request, bytes.toString('utf8'), done);
  });
}
