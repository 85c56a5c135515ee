// Decodes the Secret of a source. No message contains a value of it.
import type { DiscoveryQuery, SourceFailure } from '../../hooks/discovery-policy/query.ts';
import { DOCKER_CONFIG_KEY, userOfDockerConfig } from './docker-config.ts';
import { SourceError } from './source-error.ts';

export interface Credentials {
  readonly ok: true;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Headers of every request to the source, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

/** Unchecked PEM text of the Secret. */
export interface TlsMaterial {
  readonly authority: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export interface CredentialSource {
  /** Returns the content of the query's Secret, if it may be sent to the URL of the query. Never rejects. */
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
/** Visible characters, with blanks and tabs after the first. A line break would start another header. */
const headerValuePattern = /^[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*$/;
const tokenPattern = /^[\x21-\x7e]+$/;

/** Headers of the connection or of the message format, which the HTTP client sets. */
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

const supportedKeys: ReadonlySet<string> = new Set(['token', 'username', 'password', 'ca.crt', 'tls.crt', 'tls.key']);

/** The `data` of a Secret: base64 by key. */
export type SecretData = Readonly<Record<string, string>>;

type SecretText = (key: string) => string | undefined;

/**
 * Decodes the data of a Secret and ignores unknown keys. `secret` is its namespace and name,
 * `registryUrl` the registry whose entry of a Docker configuration may be used. Throws a SourceError with
 * SecretNotFound that names the invalid key.
 */
export function decodeCredentials(data: SecretData, secret: string, registryUrl?: string): Credentials {
  const text: SecretText = (key) =>
    Object.hasOwn(data, key) ? Buffer.from(data[key] ?? '', 'base64').toString('utf8') : undefined;
  const keys = Object.keys(data);
  const hasOtherKey = keys.some((key) => supportedKeys.has(key) || key.startsWith(HEADER_KEY_PREFIX));
  return {
    ok: true,
    token: decodeToken(text, secret),
    ...decodeUser(text, secret),
    ...decodeDockerConfig(text, secret, { registryUrl, hasOtherKey }),
    headers: decodeHeaders(keys, text, secret),
    tls: decodeTls(text, secret),
  };
}

function invalidSecret(secret: string, problem: string): SourceError {
  return new SourceError('SecretNotFound', `invalid Secret ${secret}: ${problem}`);
}

/** kubectl keeps the line break at the end of a file from which it reads a value. */
function withoutLineBreak(text: string | undefined): string | undefined {
  return text?.replace(/\r?\n$/, '');
}

function decodeToken(text: SecretText, secret: string): string | undefined {
  const token = text('token')?.trim();
  if (token !== undefined && !tokenPattern.test(token)) {
    throw invalidSecret(secret, 'token is empty or contains characters that are not allowed in a header');
  }
  return token;
}

function decodeUser(text: SecretText, secret: string): Pick<Credentials, 'username' | 'password'> {
  const username = withoutLineBreak(text('username'));
  const password = withoutLineBreak(text('password'));
  if ((username === undefined) !== (password === undefined)) {
    throw invalidSecret(secret, 'set both username and password, or neither');
  }
  if (username?.includes(':')) throw invalidSecret(secret, 'username must not contain a colon');
  return { username, password };
}

/** Token or username of the Secret win. Without any supported key the query would silently be anonymous. */
function decodeDockerConfig(
  text: SecretText,
  secret: string,
  { registryUrl, hasOtherKey }: { readonly registryUrl: string | undefined; readonly hasOtherKey: boolean },
): Partial<Pick<Credentials, 'username' | 'password'>> {
  const config = text(DOCKER_CONFIG_KEY);
  if (config === undefined || text('token') !== undefined || text('username') !== undefined) return {};
  // The query itself reports an invalid URL.
  if (registryUrl !== undefined && !URL.canParse(registryUrl)) return {};
  const user = registryUrl === undefined ? undefined : userOfDockerConfig(config, registryUrl);
  if (user === 'invalid') {
    throw invalidSecret(secret, `${DOCKER_CONFIG_KEY} is not a Docker configuration: recreate it with kubectl`);
  }
  if (user !== undefined) return user;
  if (hasOtherKey) return {};
  const cause =
    registryUrl === undefined ? 'serves only registry sources' : `has no user for ${new URL(registryUrl).host}`;
  const keys = [...supportedKeys].join(', ');
  throw invalidSecret(
    secret,
    `${DOCKER_CONFIG_KEY} ${cause}, and the Secret has none of the supported keys (${keys}, headers.*)`,
  );
}

function decodeTls(text: SecretText, secret: string): TlsMaterial {
  const certificate = text('tls.crt');
  const key = text('tls.key');
  if ((certificate === undefined) !== (key === undefined)) {
    throw invalidSecret(secret, 'set both tls.crt and tls.key, or neither');
  }
  return { authority: text('ca.crt'), certificate, key };
}

function headerProblem(name: string, value: string): string | undefined {
  if (!headerNamePattern.test(name)) return 'is not a header name';
  if (refusedHeaders.has(name)) return 'cannot be set: the HTTP client sets this header';
  if (!headerValuePattern.test(value)) return 'is empty or contains characters that are not allowed in a header';
  return undefined;
}

function decodeHeaders(keys: readonly string[], text: SecretText, secret: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const key of keys.filter((each) => each.startsWith(HEADER_KEY_PREFIX))) {
    const name = key.slice(HEADER_KEY_PREFIX.length).toLowerCase();
    const value = text(key)?.trim() ?? '';
    const problem = Object.hasOwn(headers, name) ? 'is set twice' : headerProblem(name, value);
    if (problem !== undefined) throw invalidSecret(secret, `${key} ${problem}`);
    headers[name] = value;
  }
  return headers;
}

/** Undefined without user and password. */
export function basicAuthorizationOf({ username, password }: Credentials): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Undefined without a token. */
export function bearerAuthorizationOf({ token }: Credentials): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}
