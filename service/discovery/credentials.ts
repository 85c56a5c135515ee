// What a source's Secret may hold, and how it is read: nothing of it ever reaches a message.
import type { DiscoveryQuery, SourceFailure } from '../../hooks/discovery-policy/query.ts';
import { SourceError } from './source-error.ts';

export interface Credentials {
  readonly ok: true;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Headers of every request to the source itself, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

/** PEM text, as it stands in the Secret. */
export interface TlsMaterial {
  readonly authority: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export interface CredentialSource {
  /** Takes a query with a secretName; gives what its Secret holds if it may be sent where the query goes. Never rejects. */
  read(query: DiscoveryQuery): Promise<Credentials | SourceFailure>;
}

export const noCredentials: Credentials = {
  ok: true,
  token: undefined,
  username: undefined,
  password: undefined,
  headers: {},
  tls: { authority: undefined, certificate: undefined, key: undefined },
};

const HEADER_KEY_PREFIX = 'headers.';
const headerNamePattern = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** A visible character, then visible ones, blanks and tabs: no line break, so no second header. */
const headerValuePattern = /^[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*$/;
const tokenPattern = /^[\x21-\x7e]+$/;

/** They belong to the connection or to how a request is read, not to who asks. */
const refusedHeaders: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
]);

type SecretText = (key: string) => string | undefined;

/**
 * Takes a Secret's data (base64 by key) and its namespace and name; gives the credentials. Keys that mean nothing here are
 * ignored. Throws a SourceError with SecretNotFound that names the key at fault, never its value.
 */
export function decodeCredentials(data: Readonly<Record<string, string>>, secret: string): Credentials {
  const text: SecretText = (key) =>
    Object.hasOwn(data, key) ? Buffer.from(data[key] ?? '', 'base64').toString('utf8') : undefined;
  return {
    ok: true,
    token: decodeToken(text, secret),
    ...decodeUser(text, secret),
    headers: decodeHeaders(Object.keys(data), text, secret),
    tls: decodeTls(text, secret),
  };
}

function unusable(secret: string, problem: string): SourceError {
  return new SourceError('SecretNotFound', `Secret ${secret} cannot be used: ${problem}`);
}

/** Files end with a line break, and so do the values that kubectl reads from them. */
function withoutLineBreak(text: string | undefined): string | undefined {
  return text?.replace(/\r?\n$/, '');
}

function decodeToken(text: SecretText, secret: string): string | undefined {
  const token = text('token')?.trim();
  if (token !== undefined && !tokenPattern.test(token)) {
    throw unusable(secret, 'token is empty or holds characters that no header can');
  }
  return token;
}

function decodeUser(text: SecretText, secret: string): Pick<Credentials, 'username' | 'password'> {
  const username = withoutLineBreak(text('username'));
  const password = withoutLineBreak(text('password'));
  if ((username === undefined) !== (password === undefined)) {
    throw unusable(secret, 'username and password belong together, and one is missing');
  }
  if (username?.includes(':')) throw unusable(secret, 'username holds a colon');
  return { username, password };
}

function decodeTls(text: SecretText, secret: string): TlsMaterial {
  const certificate = text('tls.crt');
  const key = text('tls.key');
  if ((certificate === undefined) !== (key === undefined)) {
    throw unusable(secret, 'tls.crt and tls.key belong together, and one is missing');
  }
  return { authority: text('ca.crt'), certificate, key };
}

function headerProblem(name: string, value: string): string | undefined {
  if (!headerNamePattern.test(name)) return 'is not the name of a header';
  if (refusedHeaders.has(name)) return 'belongs to the connection and cannot be set';
  if (!headerValuePattern.test(value)) return 'is empty or holds characters that no header can';
  return undefined;
}

function decodeHeaders(keys: readonly string[], text: SecretText, secret: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const key of keys.filter((each) => each.startsWith(HEADER_KEY_PREFIX))) {
    const name = key.slice(HEADER_KEY_PREFIX.length).toLowerCase();
    const value = text(key)?.trim() ?? '';
    const problem = Object.hasOwn(headers, name) ? 'stands there twice' : headerProblem(name, value);
    if (problem !== undefined) throw unusable(secret, `${key} ${problem}`);
    headers[name] = value;
  }
  return headers;
}

/** Gives the Basic authorization of credentials that hold a user. */
export function basicAuthorizationOf({ username, password }: Credentials): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Gives the bearer authorization of credentials that hold a token. */
export function bearerAuthorizationOf({ token }: Credentials): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}
