// Looks at the bytes of a body before they become values: a few bytes a value, or lists in lists, would take many times their size in memory and time.
import type { FastifyInstance } from 'fastify';

/** Kubernetes' own objects nest some 20 levels; a text of thousands cannot be written again without exhausting the stack. */
export const NESTING_LIMIT = 1_000;
/**
 * Most tokens (texts, lists, objects and commas; a key with a number has two) of one body. A PullPolicy sync of 1,000 nodes and
 * 100 images has 12,000, the Fleet of 5,000 nodes with 40 labels each 966,000. As many of the worst kind take some seconds, and only
 * whoever has the token can send them: that a large cluster is not refused counts for more.
 */
export const TOKENS_LIMIT = 2 ** 20;
/** Whoever lets bodies above 64 MiB in has a larger cluster, and lets more tokens in alike. */
const BYTES_A_TOKEN = 64;

/** Codes of what is refused here, beside Fastify's own. */
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
/** Who set which field: near half of what Kubernetes sends, and no hook reads it. */
const UNREAD_KEY = Buffer.from('managedFields');

function isEscaped(bytes: Buffer, at: number): boolean {
  let start = at;
  while (bytes[start - 1] === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}

/** Takes where a text begins, its quote left out; gives where its closing quote is, or the end of the body. */
function endOfText(bytes: Buffer, start: number): number {
  let quote = bytes.indexOf(QUOTE, start);
  while (quote > start && isEscaped(bytes, quote)) quote = bytes.indexOf(QUOTE, quote + 1);
  return quote < 0 ? bytes.length : quote;
}

const change = new Int8Array(256);
const counts = new Uint8Array(256);
for (const byte of OPENING) change[byte] = 1;
for (const byte of CLOSING) change[byte] = -1;
for (const byte of [QUOTE, COMMA, ...OPENING]) counts[byte] = 1;

/** Takes where a list begins; gives where its closing bracket is, or the end of the body. */
function endOfList(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    depth += change[byte] ?? 0;
    if (depth === 0) return at;
    if (byte === QUOTE) at = endOfText(bytes, at + 1);
  }
  return bytes.length;
}

function afterBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (BLANKS.has(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Takes where the text of a key begins and ends; blanks out its list if it is one that nobody reads. */
function leaveOutUnread(bytes: Buffer, start: number, end: number): void {
  if (end - start !== UNREAD_KEY.length || !bytes.subarray(start, end).equals(UNREAD_KEY)) return;
  const colon = afterBlanks(bytes, end + 1);
  if (bytes[colon] !== COLON) return;
  const list = afterBlanks(bytes, colon + 1);
  if (bytes[list] === OPENING_LIST) bytes.fill(BLANK, list + 1, endOfList(bytes, list));
}

/**
 * Takes the bytes of a body, JSON or not, and how many tokens it may have; gives what is wrong with its shape. What stands in
 * `managedFields` is blanked out and not counted. Takes a millisecond for 1.5 MB.
 */
export function jsonShapeProblem(bytes: Buffer, tokensLimit: number): JsonBodyCode | undefined {
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    depth += change[byte] ?? 0;
    if (depth > NESTING_LIMIT) return 'DROP_BODY_TOO_DEEP';
    tokens += counts[byte] ?? 0;
    if (tokens > tokensLimit) return 'DROP_BODY_TOO_MANY_TOKENS';
    if (byte !== QUOTE) continue;
    const end = endOfText(bytes, at + 1);
    leaveOutUnread(bytes, at + 1, end);
    at = end;
  }
  return undefined;
}

/** Takes the largest body in bytes; gives the most tokens of one. */
export function tokensLimitOf(bodyLimitBytes: number): number {
  return Math.max(TOKENS_LIMIT, bodyLimitBytes / BYTES_A_TOKEN);
}

/** Has the app read JSON as it does by itself, after a look at its shape; keys that would change every object are refused. */
export function readJsonBodies(app: FastifyInstance, bodyLimitBytes: number): void {
  const parse = app.getDefaultJsonParser('error', 'ignore');
  const tokensLimit = tokensLimitOf(bodyLimitBytes);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    const code = jsonShapeProblem(bytes, tokensLimit);
    if (code === undefined) parse(request, bytes.toString('utf8'), done);
    else done(Object.assign(new Error(code), { code }));
  });
}
