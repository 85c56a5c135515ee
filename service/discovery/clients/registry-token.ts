// Fetches the short-lived tokens that servers require (distribution `docs/spec/auth/token.md`), each once per query.
import { z } from 'zod';
import { basicAuthorizationOf } from '../credentials.ts';
import { parseHttpUrl } from '../http-client.ts';
import { parseBody, statusError } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import { type SourceSession, withAuthorization } from '../source-session.ts';

interface TokenRequest {
  /** URL of the token service. */
  readonly realm: string;
  readonly service: string | undefined;
  readonly scope: string | undefined;
}

export interface TokenStore {
  /** Returns a token other than the refused one. Throws a SourceError. */
  get(request: TokenRequest, refused: string | undefined): Promise<string>;
}

const tokenText = z.string().regex(/^[\x21-\x7e]+$/, 'invalid token');
/** Both fields have the same meaning. Some services send one of them empty. */
const tokenShape = z
  .object({ token: tokenText.or(z.literal('')).nullish(), access_token: tokenText.or(z.literal('')).nullish() })
  .transform(({ token, access_token }) => token || access_token || '')
  .refine((token) => token !== '', 'neither token nor access_token');

function tokenUrl({ realm, service, scope }: TokenRequest, base: URL): URL {
  const url = parseHttpUrl(realm);
  if (url === undefined) {
    throw new SourceError(
      'BadResponse',
      `invalid token service of ${base.origin}: the realm in WWW-Authenticate must be an http or https URL`,
    );
  }
  if (service !== undefined) url.searchParams.set('service', service);
  if (scope !== undefined) url.searchParams.set('scope', scope);
  return url;
}

/**
 * Whether user and password may be sent to the token service that the registry names. The realm is as trustworthy as
 * the connection to the registry. An https registry may name a service on another host, as Docker Hub does, but the
 * password must stay encrypted. With an http registry there is nothing to protect: an attacker who can forge the realm
 * can also request Basic authentication and read the password from the connection.
 */
export function maySendPassword(registry: URL, realm: URL): boolean {
  return registry.protocol === 'http:' || realm.protocol === 'https:' || realm.origin === registry.origin;
}

async function fetchToken(request: TokenRequest, session: SourceSession): Promise<string> {
  const { base, credentials, http, redactor, clock } = session;
  const url = tokenUrl(request, base);
  const authorization = basicAuthorizationOf(credentials);
  if (authorization !== undefined && !maySendPassword(base, url)) {
    throw new SourceError(
      'Unauthorized',
      `password not sent to ${url.origin}: the token service of ${base.origin} must use https`,
    );
  }
  // The headers of the Secret are meant for the registry only.
  const isRegistry = url.origin === base.origin;
  const response = await http.send({
    url,
    headers: { accept: 'application/json' },
    secretHeaders: withAuthorization(isRegistry ? credentials : { ...credentials, headers: {} }, authorization),
  });
  if (response.status !== 200) throw statusError(response, redactor, clock());
  const token = parseBody(response, tokenShape, redactor);
  redactor.learn(token);
  return token;
}

/** The store fetches each token once, even if several repositories wait for it. */
export function createTokenStore(session: SourceSession): TokenStore {
  const tokens = new Map<string, Promise<string>>();
  return {
    async get(request, refused) {
      const key = JSON.stringify([request.realm, request.service, request.scope]);
      const known = tokens.get(key);
      if (known !== undefined && (await known) !== refused) return known;
      const fresh = fetchToken(request, session);
      tokens.set(key, fresh);
      return fresh;
    },
  };
}
