// Makes a message from outside fit for a status, because registries and proxies repeat URLs and headers with credentials in them.

/** What stands beyond is not looked at. */
export const REDACT_INPUT_LIMIT_CHARACTERS = 8192;

const REDACTED = '[redacted]';
const QUERY_MARKER = '?…';

const blankPattern = /[\s\p{Cc}\p{Cf}\p{Cs}]+/gu;

/** Visible ASCII with single blanks in between: nothing to fold. */
const foldedPattern = /^[!-~]+(?: [!-~]+)*$/;

/** Each pattern of what is dropped needs one of these signs; most messages have none of them. */
const signPattern = /[:=>]|bearer|basic|eyJ/i;

/** What follows a scheme, up to a blank or a double quote (also one that is escaped): all else may be in a password. */
const urlPattern = /:\/\/(?:[^\s"\\]|\\(?!"))+/g;

/** An @ before a digest belongs to an image reference, not to a user's name. */
const digestPattern = /^sha(?:256|384|512):[0-9a-f]{32}/;
const portPattern = /^[0-9]*$/;

const quotedValue = String.raw`\\*(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)`;
const secretKey = '(?:token|password|passwd|pwd|secret|credentials?|(?:api|private|access)[_-]?key)';

/** A header with its value; schemes with several parameters reach to the end of the text. */
const headerPattern =
  /((?:authorization|x-registry-auth)\\*["']?\s?[:=]\s?(?:\[(?!redacted\]))?\\*["']?)((?:digest|aws4-hmac-sha256)\s.+|(?:bearer|basic|negotiate|ntlm|token)\s[^\s"']+|[^\s"']+)/gi;

/** A scheme with what follows it, except the words that follow it in a sentence or in a challenge. */
const schemePattern =
  /\b(bearer|basic)\s(?!(?:auth\w*|tokens?|credentials?|scheme|challenge|header|access|realm=\S*|is|was|not|and|or|for|required)(?![\w=-]))([^\s"',;]+)/gi;

const assignmentPattern = new RegExp(String.raw`(${secretKey}=)(?:(${quotedValue})|[^\s"'<>]+)`, 'gi');
const quotedKeyPattern = new RegExp(
  String.raw`(["'][\w-]{0,40}(?:${secretKey}|auth)\\*["']\s?(?::|=>?)\s?\[?)(${quotedValue})`,
  'gi',
);
const namedPattern = new RegExp(
  String.raw`((?:token|password|passwd|pwd|api[_-]?key):\s)(?:(${quotedValue})|(?!https?:)([^\s"'<>]+))`,
  'gi',
);

/** Every JSON Web Token begins so. */
const webTokenPattern = /\beyJ[\w.-]{16,}/g;

/**
 * Takes a message from outside and a limit in characters (UTF-16 units), gives it on one line without credentials, cut with
 * an ellipsis: users and passwords of URLs are dropped, their queries and fragments become `?…`, the values of bearer and
 * basic credentials, of Authorization headers and of keys such as token or password become `[redacted]`. Only the first
 * 8,192 characters are looked at; time is linear in them. Never throws.
 */
export function redactMessage(text: string, limitCharacters: number): string {
  const isShort = text.length <= Math.min(limitCharacters, REDACT_INPUT_LIMIT_CHARACTERS);
  if (isShort && foldedPattern.test(text) && !signPattern.test(text)) return text;
  const folded = withoutOpenUrl(text).replace(blankPattern, ' ').trim();
  const redacted = redactCredentials(folded.replace(urlPattern, redactUrl));
  return shorten(redacted, limitCharacters, text.length > REDACT_INPUT_LIMIT_CHARACTERS);
}

/** A URL that the input limit cuts could show the beginning of a password whose @ is cut off. */
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

/** A password may hold an unescaped slash: then what looks like a port is none, and the @ is further on. */
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

/** The signs that end a sentence or a clause are not the query's. */
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

/** "may require authorization: server message" is a sentence of registries, not a header. */
function redactHeader(match: string, lead: string, value: string): string {
  const isSentence = /^authorization: $/.test(lead) && /^[a-z]+[.,:;]?$/.test(value);
  return isSentence ? match : lead + REDACTED;
}

/** "basic" is an ordinary word too; in lower case it is a scheme only before what no word looks like. */
function redactScheme(match: string, scheme: string, value: string): string {
  const isSentence = scheme === 'basic' && !/[0-9=]|[a-z][A-Z]/.test(value);
  return isSentence ? match : `${scheme} ${REDACTED}`;
}

/** After "token: " there is mostly a sentence; a value has at least six characters, letters and digits among them. */
function redactNamed(match: string, lead: string, quoted?: string, bare?: string): string {
  const isSentence = bare !== undefined && !(bare.length >= 6 && /[a-z]/i.test(bare) && /[0-9]/.test(bare));
  return isSentence ? match : lead + redactQuoted(quoted);
}

/** Keeps the quotes, so that what was JSON still reads like it. */
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
