// What a client needs to query one source: its connections, its credentials, and the redactor for its messages.
import type { CredentialRedactor } from './credential-redactor.ts';
import { basicAuthorizationOf, bearerAuthorizationOf, type Credentials } from './credentials.ts';
import { createHttpClient, type HttpClient, type HttpLimits, parseHttpUrl } from './http-client.ts';
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
  readonly clock: () => number;
}

/** Opens a session at the base URL of an API. The caller closes its HTTP client. Throws a SourceError. */
export function openSession(base: string, options: SessionOptions): SourceSession {
  const url = parseHttpUrl(base);
  if (url === undefined) throw new SourceError('BadResponse', 'invalid URL of the source: use an http or https URL');
  const { credentials, redactor, signal, limits, clock } = options;
  const http = createHttpClient({ origin: url.origin, tls: credentials.tls, signal, limits });
  return { base: url, credentials, http, redactor, clock };
}

/** Appends a path to the base URL. Keeps the base's own path and query. */
export function urlBelow(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${path}`;
  url.hash = '';
  return url;
}

/** Returns the headers of the Secret and an authorization: the token if there is one, otherwise user and password. */
export function sourceHeaders({ credentials }: SourceSession): Readonly<Record<string, string>> {
  return withAuthorization(credentials, bearerAuthorizationOf(credentials) ?? basicAuthorizationOf(credentials));
}

/** Returns the headers of the Secret. The authorization, if given, replaces one among them. */
export function withAuthorization(
  { headers }: Credentials,
  authorization: string | undefined,
): Readonly<Record<string, string>> {
  return authorization === undefined ? headers : { ...headers, authorization };
}
