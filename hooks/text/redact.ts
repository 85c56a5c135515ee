// Removes credentials from messages of registries, proxies and kubelets, which repeat URLs and headers, before the
// messages reach a status, an event or a log.

/** Text beyond this length is dropped unread. */
export const REDACT_INPUT_LIMIT_CHARACTERS = 8192;

const REDACTED = '[redacted]';
const QUERY_MARKER = '?…';

const blankPattern = /[\s\p{Cc}\p{Cf}\p{Cs}]+/gu;

/** Visible ASCII with single spaces in between needs no folding. */
const foldedPattern = /^[!-~]+(?: [!-~]+)*$/;

/** Every pattern below needs one of these; most messages have none of them. */
const signPattern = /[:=>]|bearer|basic|eyJ/i;

/** The text after a scheme, up to white space or a double quote (escaped or not): a password can contain the rest. */
const urlPattern = /:\/\/(?:[^\s"\\]|\\(?!"))+/g;

/** An @ before a digest is part of an image reference, not the end of a user name. */
const digestPattern = /^sha(?:256|384|512):[0-9a-f]{32}/;
const portPattern = /^[0-9]*$/;

const quotedValue = String.raw`\\*(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)`;
const secretKey = '(?:token|password|passwd|pwd|secret|credentials?|(?:api|private|access)[_-]?key)';

/** A header with its value. The value of a scheme with several parameters extends to the end of the text. */
const headerPattern = new RegExp(
  String.raw`((?:authorization|x-registry-auth)\\*["']?\s?[:=]\s?(?:\[(?!redacted\]))?\\*["']?)` +
    String.raw`((?:digest|aws4-hmac-sha256)\s.+|(?:bearer|basic|negotiate|ntlm|token)\s[^\s"']+|[^\s"']+)`,
  'gi',
);

/** Words that follow `bearer` or `basic` in a sentence or in a challenge. */
const sentenceWords = [
  String.raw`auth\w*|tokens?|credentials?|scheme|challenge|header|access|realm=\S*`,
  'is|was|not|and|or|for|required',
].join('|');

/** A scheme with its value. */
const schemePattern = new RegExp(String.raw`\b(bearer|basic)\s(?!(?:${sentenceWords})(?![\w=-]))([^\s"',;]+)`, 'gi');

const assignmentPattern = new RegExp(String.raw`(${secretKey}=)(?:(${quotedValue})|[^\s"'<>]+)`, 'gi');
const quotedKeyPattern = new RegExp(
  String.raw`(["'][\w-]{0,40}(?:${secretKey}|auth)\\*["']\s?(?::|=>?)\s?\[?)(${quotedValue})`,
  'gi',
);
const namedPattern = new RegExp(
  String.raw`((?:token|password|passwd|pwd|api[_-]?key):\s)(?:(${quotedValue})|(?!https?:)([^\s"'<>]+))`,
  'gi',
);

/** The beginning of every JSON Web Token. */
const webTokenPattern = /\beyJ[\w.-]{16,}/g;

/**
 * Returns the message on one line, without credentials, shortened with an ellipsis to the limit (UTF-16 units). Users
 * and passwords of URLs are removed; queries and fragments become `?…`; the values of bearer and basic credentials, of
 * Authorization headers and of keys such as token or password become `[redacted]`. Only the first 8,192 characters are
 * read, in linear time. Never throws.
 */
export function redactMessage(text: string, limitCharacters: number): string {
  const isShort = text.length <= Math.min(limitCharacters, REDACT_INPUT_LIMIT_CHARACTERS);
  if (isShort && foldedPattern.test(text) && !signPattern.test(text)) return text;
  const folded = withoutOpenUrl(text).replace(blankPattern, ' ').trim();
  const redacted = redactCredentials(folded.replace(urlPattern, redactUrl));
  return shorten(redacted, limitCharacters, text.length > REDACT_INPUT_LIMIT_CHARACTERS);
}

/** Drops a URL that the input limit cuts: without its @, the beginning of a password would not be recognised. */
function withoutOpenUrl(text: string): string {
  if (text.length <= REDACT_INPUT_LIMIT_CHARACTERS) {
    return text;
  }
  const kept = text.slice(0, REDACT_INPUT_LIMIT_CHARACTERS);
  const lastUrl = kept.lastIndexOf('://');
  return lastUrl < 0 || /\s/.test(kept.slice(lastUrl)) ? kept : kept.slice(0, lastUrl);
}

function redactUrl(match: string): string {
  const redacted: string[] = [];
  for (const part of match.split('://').slice(1)) {
    const address = withoutUser(part);
    const query = address.search(/[?#]/);
    if (query >= 0) {
      redacted.push(address.slice(0, query) + QUERY_MARKER + trailingPunctuation(match));
      break;
    }
    redacted.push(address);
  }
  return `://${redacted.join('://')}`;
}

/** A password can contain an unescaped slash. Then the text after the colon is not a port, and the @ comes later. */
function withoutUser(address: string): string {
  const authorityEnd = address.search(/[/?#]/);
  const authority = authorityEnd < 0 ? address : address.slice(0, authorityEnd);
  const at = lastUserEnd(authority);
  if (at >= 0) {
    return address.slice(at + 1);
  }
  const port = authority.slice(Math.max(authority.lastIndexOf(':'), authority.lastIndexOf(']')) + 1);
  const hasPort = port === authority || portPattern.test(port);
  return hasPort ? address : address.slice(lastUserEnd(address) + 1);
}

function lastUserEnd(text: string): number {
  let at = text.lastIndexOf('@');
  while (at >= 0 && digestPattern.test(text.slice(at + 1, at + 64))) {
    at = at === 0 ? -1 : text.lastIndexOf('@', at - 1);
  }
  return at;
}

/** Punctuation that ends a sentence or a clause is not part of the query. */
function trailingPunctuation(text: string): string {
  let start = text.length;
  while (start > 0 && `.,:;)]}>'\``.includes(text.charAt(start - 1))) {
    start -= 1;
  }
  return text.slice(start);
}

function redactCredentials(text: string): string {
  return text
    .replace(headerPattern, redactHeader)
    .replace(schemePattern, redactScheme)
    .replace(webTokenPattern, REDACTED)
    .replace(quotedKeyPattern, (_match, lead: string, quoted: string) => lead + redactQuoted(quoted))
    .replace(assignmentPattern, (_match, lead: string, quoted?: string) => lead + redactQuoted(quoted))
    .replace(namedPattern, redactNamed);
}

/** Registries write "may require authorization: server message", which is a sentence, not a header. */
function redactHeader(match: string, lead: string, value: string): string {
  const isSentence = /^authorization: $/.test(lead) && /^[a-z]+[.,:;]?$/.test(value);
  return isSentence ? match : lead + REDACTED;
}

/** "basic" is also an ordinary word: in lower case it is a scheme only before a value that is not like a word. */
function redactScheme(match: string, scheme: string, value: string): string {
  const isSentence = scheme === 'basic' && !/[0-9=]|[a-z][A-Z]/.test(value);
  return isSentence ? match : `${scheme} ${REDACTED}`;
}

/** A sentence usually follows "token: ". A value has at least six characters, with letters and digits. */
function redactNamed(match: string, lead: string, quoted?: string, bare?: string): string {
  const isSentence = bare !== undefined && !(bare.length >= 6 && /[a-z]/i.test(bare) && /[0-9]/.test(bare));
  return isSentence ? match : lead + redactQuoted(quoted);
}

/** Keeps the quotes, so that JSON still looks like JSON. */
function redactQuoted(quoted: string | undefined): string {
  const sign = quoted === undefined ? '' : quoted.includes('"') && !quoted.startsWith("'") ? '"' : "'";
  return sign + REDACTED + sign;
}

function shorten(text: string, limitCharacters: number, isCutAlready: boolean): string {
  if (text.length <= limitCharacters && !isCutAlready) {
    return text;
  }
  if (limitCharacters < 1) {
    return '';
  }
  const kept = text.slice(0, limitCharacters - 1);
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}
