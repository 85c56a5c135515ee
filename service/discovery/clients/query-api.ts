// Sends queries with parameters to an HTTP API such as those of Prometheus and Loki, with the authentication of both.
import type { QueryOrigin } from '../../../hooks/discovery-policy/query-types/query-type.ts';
import { basicAuthorizationOf } from '../credentials.ts';
import type { HttpResponse } from '../http-client.ts';
import { type SourceSession, sourceHeaders, urlBelow, withAuthorization } from '../source-session.ts';
import { parseChallenges } from './authentication-challenge.ts';
import { createTokenStore, type TokenStore } from './registry-token.ts';

export interface QueryApi {
  /** Returns the response of any status to a request at a path below the base URL. Throws a SourceError. */
  readonly send: (path: string, parameters: URLSearchParams) => Promise<HttpResponse>;
}

/** Proxies truncate or refuse longer URLs, so a longer query is sent as a form. */
const GET_URL_LIMIT_CHARACTERS = 2_000;

/** Responses of a server whose API has no POST (client_golang `api/http.go`, DoGetFallback). */
const postRefusedStatuses: readonly number[] = [405, 501];

interface ApiState {
  readonly session: SourceSession;
  readonly tokens: TokenStore;
  /** Token of a token service, sent with each request once there is one. */
  token: string | undefined;
}

function secretHeadersOf({ session, token }: ApiState): Readonly<Record<string, string>> {
  return token === undefined ? sourceHeaders(session) : withAuthorization(session.credentials, `Bearer ${token}`);
}

async function sendOnce(url: URL, parameters: URLSearchParams, state: ApiState): Promise<HttpResponse> {
  const { http } = state.session;
  const headers = { headers: { accept: 'application/json' }, secretHeaders: secretHeadersOf(state) };
  const urlWithParameters = new URL(url);
  for (const [name, value] of parameters) urlWithParameters.searchParams.set(name, value);
  if (urlWithParameters.href.length > GET_URL_LIMIT_CHARACTERS) {
    const response = await http.send({ ...headers, url, form: parameters.toString() });
    if (!postRefusedStatuses.includes(response.status)) return response;
  }
  return http.send({ ...headers, url: urlWithParameters });
}

/** Returns a token for the challenge of a 401, or undefined if the 401 stands. */
async function tokenFor(response: HttpResponse, { session, tokens, token }: ApiState): Promise<string | undefined> {
  if (response.status !== 401 || response.isFromOtherOrigin) return undefined;
  const challenge = parseChallenges(response.headers['www-authenticate']).find(({ scheme }) => scheme === 'bearer');
  const { realm, service, scope } = challenge?.parameters ?? {};
  if (realm === undefined) return undefined;
  const { credentials } = session;
  // Falling back to anonymous access would hide that the token of the Secret was refused.
  if (credentials.token !== undefined && basicAuthorizationOf(credentials) === undefined) return undefined;
  return tokens.get({ realm, service, scope }, token);
}

/** Only a query with a Secret follows the challenge of a 401. */
export function openQueryApi({ secretName }: QueryOrigin, session: SourceSession): QueryApi {
  const state: ApiState = { session, tokens: createTokenStore(session), token: undefined };
  return {
    async send(path, parameters) {
      const url = urlBelow(session.base, path);
      const response = await sendOnce(url, parameters, state);
      const token = secretName === undefined ? undefined : await tokenFor(response, state);
      if (token === undefined) return response;
      state.token = token;
      return sendOnce(url, parameters, state);
    },
  };
}
