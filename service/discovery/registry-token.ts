// Fetches the short-lived tokens that registries ask for (distribution `docs/spec/auth/token.md`), each once a run.
import { z } from 'zod';
import { basicAuthorizationOf } from './credentials.ts';
import { parseHttpUrl } from './http-client.ts';
import { parseAnswer, statusFailure } from './response-errors.ts';
import { SourceError } from './source-error.ts';
import { type SourceSession, withAuthorization } from './source-session.ts';

export interface TokenDemand {
  readonly realm: string;
  readonly service: string | undefined;
  readonly scope: string;
}

export interface TokenStore {
  /** Takes what a registry demands and the token that it just refused, if any; gives another. Throws a SourceError. */
  get(demand: TokenDemand, refused: string | undefined): Promise<string>;
}

const tokenText = z.string().regex(/^[\x21-\x7e]+$/, 'no token');
/** Both names mean the same; some services send one of them empty. */
const tokenShape = z
  .object({ token: tokenText.or(z.literal('')).nullish(), access_token: tokenText.or(z.literal('')).nullish() })
  .transform(({ token, access_token }) => token || access_token || '')
  .refine((token) => token !== '', 'neither token nor access_token');

function realmUrl({ realm, service, scope }: TokenDemand, base: URL): URL {
  const url = parseHttpUrl(realm);
  if (url === undefined) {
    throw new SourceError('BadResponse', `${base.origin} names a token service that is no http or https URL`);
  }
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  return url;
}

/**
 * Takes the registry and the realm that it named; tells whether user and password may be sent there. The realm comes from the
 * registry, so it is as trustworthy as the connection to it. Over https the registry itself says which service keeps its
 * accounts (Docker Hub's is on another host), and what is left to ask is that the password stays encrypted. Over plain http
 * whoever could forge the realm could as well ask for Basic and read the password from the wire, so a realm loses nothing.
 */
export function maySendPassword(registry: URL, realm: URL): boolean {
  return registry.protocol === 'http:' || realm.protocol === 'https:' || realm.origin === registry.origin;
}

async function fetchToken(demand: TokenDemand, session: SourceSession): Promise<string> {
  const { base, credentials, http, words, clock } = session;
  const url = realmUrl(demand, base);
  const authorization = basicAuthorizationOf(credentials);
  if (authorization !== undefined && !maySendPassword(base, url)) {
    throw new SourceError('Unauthorized', `${base.origin} wants the password sent to ${url.origin} without encryption`);
  }
  // Headers of the Secret are for the registry itself.
  const isOwn = url.origin === base.origin;
  const answer = await http.send({
    url,
    headers: { accept: 'application/json' },
    secretHeaders: withAuthorization(isOwn ? credentials : { ...credentials, headers: {} }, authorization),
  });
  if (answer.status !== 200) throw statusFailure(answer, words, clock());
  const token = parseAnswer(answer, tokenShape, words);
  words.learn(token);
  return token;
}

/** Takes an open session; gives a store that fetches each token once, however many repositories wait for it. */
export function createTokenStore(session: SourceSession): TokenStore {
  const byDemand = new Map<string, Promise<string>>();
  return {
    async get(demand, refused) {
      const key = JSON.stringify([demand.realm, demand.service, demand.scope]);
      const known = byDemand.get(key);
      if (known !== undefined && (await known) !== refused) return known;
      const fresh = fetchToken(demand, session);
      byDemand.set(key, fresh);
      return fresh;
    },
  };
}
