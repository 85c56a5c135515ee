// What a client needs to query one source: its connections, its credentials, and the redactor for its messages.
import type { CredentialRedactor } from './credential-redactor.ts';
import { basicAuthorizationOf, bearerAuthorizationOf, type Credentials } from './credentials.ts';
import { createHttpClient, type HttpClient, type HttpLimits, parseHttpUrl } from './http-client.ts';
import { checkSecretRoute, type ProxyRules } from './proxies.ts';
import { SourceError } from './source-error.ts';

export interface SourceSession {
  /** Base URL without user and password, which belong in a Secret and are refused in the spec. */
  readonly base: URL;
  readonly credentials: Credentials;
  readonly http: HttpClient;
  readonly redactor: CredentialRedactor;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface SessionOptions {
  readonly credentials: Credentials;
  readonly redactor: CredentialRedactor;
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
  readonly proxies: ProxyRules;
  readonly clock: () => number;
}

/** Opens a session at the base URL of an API. The caller closes its HTTP client. Throws a SourceError. */
export function openSession(base: string, options: SessionOptions): SourceSession {
  const url = parseHttpUrl(base);
  if (url === undefined) throw new SourceError('BadResponse', 'invalid URL of the source: use an http or https URL');
  const { credentials, redactor, signal, limits, proxies, clock } = options;
  const hasSecret = hasCredential(credentials);
  // A registry would get the credentials only after it asks for them, and the source would fail only then.
  if (hasSecret) checkSecretRoute(url, proxies.proxyFor(url));
  const http = createHttpClient({ origin: url.origin, tls: credentials.tls, signal, limits, proxies, hasSecret });
  return { base: url, credentials, http, redactor, clock };
}

/** Whether the Secret has a token, a user or a header. Certificates are not sent to http sources. */
function hasCredential({ token, username, headers }: Credentials): boolean {
  return token !== undefined || username !== undefined || Object.keys(headers).length > 0;
}

/** Appends a path to the base URL. Keeps the base's own path, without empty segments, and its query. */
export function urlBelow(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname}${path}`.replace(/\/{2,}/g, '/');
  url.hash = '';
  return url;
}

/**
 * Returns the headers of the Secret and, unless one of them is an authorization, one: the token if there is one,
 * otherwise user and password.
 */
export function sourceHeaders({ credentials }: SourceSession): Readonly<Record<string, string>> {
  const authorization = bearerAuthorizationOf(credentials) ?? basicAuthorizationOf(credentials);
  return authorization === undefined ? credentials.headers : { authorization, ...credentials.headers };
}

/** Returns the headers of the Secret. The authorization, if given, replaces one among them. */
export function withAuthorization(
  { headers }: Credentials,
  authorization: string | undefined,
): Readonly<Record<string, string>> {
  return authorization === undefined ? headers : { ...headers, authorization };
}
