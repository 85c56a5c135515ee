// What a client needs to talk to one source: its connections, its credentials, and what keeps them out of messages.

import type { CredentialRedactor } from './credential-redactor.ts';
import { basicAuthorizationOf, bearerAuthorizationOf, type Credentials } from './credentials.ts';
import { createHttpClient, type HttpClient, type HttpLimits, parseHttpUrl } from './http-client.ts';
import { SourceError } from './source-error.ts';

export interface SourceSession {
  /** Base URL. A user in it is neither sent nor shown: the spec refuses one, and a Secret is the place for it. */
  readonly base: URL;
  readonly credentials: Credentials;
  readonly http: HttpClient;
  readonly words: CredentialRedactor;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface SessionOptions {
  readonly credentials: Credentials;
  readonly words: CredentialRedactor;
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
  readonly clock: () => number;
}

/** Takes the base URL of a source; gives a session that its client must close. Throws a SourceError when there can be none. */
export function openSession(base: string, options: SessionOptions): SourceSession {
  const url = parseHttpUrl(base);
  if (url === undefined) throw new SourceError('BadResponse', 'the address of the source is no http or https URL');
  const { credentials, words, signal, limits, clock } = options;
  const http = createHttpClient({ origin: url.origin, tls: credentials.tls, signal, limits });
  return { base: url, credentials, http, words, clock };
}

/** Takes a base URL and a path; gives the URL below it: a path and a query of the base are kept. */
export function urlBelow(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${path}`;
  url.hash = '';
  return url;
}

/** Gives the headers that say at once who asks: those of the Secret, its token, else its user. */
export function eagerHeaders({ credentials }: SourceSession): Readonly<Record<string, string>> {
  return withAuthorization(credentials, bearerAuthorizationOf(credentials) ?? basicAuthorizationOf(credentials));
}

/** Gives the headers of the Secret with an authorization in place of any that they hold. */
export function withAuthorization(
  { headers }: Credentials,
  authorization: string | undefined,
): Readonly<Record<string, string>> {
  return authorization === undefined ? headers : { ...headers, authorization };
}
