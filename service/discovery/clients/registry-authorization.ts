// The authorization of registry requests: what to try after a 401, or after a 404 that may hide a repository.
import { basicAuthorizationOf, bearerAuthorizationOf } from '../credentials.ts';
import type { HttpResponse } from '../http-client.ts';
import { statusError } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import type { SourceSession } from '../source-session.ts';
import { type Challenge, parseChallenges } from './authentication-challenge.ts';
import type { TokenStore } from './registry-token.ts';

export interface Repository {
  readonly name: string;
  readonly path: string;
  /** Sent with the next request. */
  authorization: string | undefined;
}

const NOT_FOUND_ADVICE = 'check the names of the repositories and the permissions of the credentials';

/** The error of a response with a status other than 200. `subject` names the repository or repositories. */
export function tagListError(response: HttpResponse, subject: string, { redactor, clock }: SourceSession): SourceError {
  const { reason, message, retryAfterMilliseconds } = statusError(response, redactor, clock(), {
    404: NOT_FOUND_ADVICE,
  });
  return new SourceError(reason, `${subject}: ${message}`, retryAfterMilliseconds);
}

/**
 * Whether the login of the Secret may change the response: after a 401, and after a 404 if the request carried no login
 * although the Secret has a user. Artifactory hides repositories from anonymous requests in this way.
 */
export function asksForLogin(response: HttpResponse, { authorization }: Repository, session: SourceSession): boolean {
  if (response.isFromOtherOrigin) return false;
  if (response.status === 401) return true;
  const hasUnusedUser = authorization === undefined && basicAuthorizationOf(session.credentials) !== undefined;
  return response.status === 404 && hasUnusedUser;
}

/** Returns the authorization to try after a response that asks for a login. Throws its error if there is none left. */
export async function authorizationFor(
  response: HttpResponse,
  repository: Repository,
  { session, tokens }: { readonly session: SourceSession; readonly tokens: TokenStore },
): Promise<string> {
  const refusal = () => tagListError(response, `repository ${repository.name}`, session);
  const challenges = parseChallenges(response.headers['www-authenticate']);
  const isTokenRefused =
    repository.authorization !== undefined && repository.authorization === bearerAuthorizationOf(session.credentials);
  const basic = basicAuthorizationOf(session.credentials);
  // Falling back to anonymous access would hide that the token of the Secret was refused.
  if (isTokenRefused && basic === undefined) throw refusal();
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined);
  if (bearer !== undefined) return `Bearer ${await tokenFor(bearer, repository, tokens)}`;
  const isBasic = response.status === 404 || challenges.some(({ scheme }) => scheme === 'basic');
  if (isBasic && basic !== undefined && repository.authorization !== basic) return basic;
  throw refusal();
}

/** Read access. A challenge may also ask for the right to push or to delete, which must never be requested. */
const readActions = ['pull', 'metadata_read'];

/** Returns the read actions that the challenge asks for on this repository, or `pull` if it asks for none. */
function scopeOf({ parameters }: Challenge, path: string): string {
  const prefix = `repository:${path}:`;
  const scopes = (parameters.scope ?? '').split(' ').filter((scope) => scope.startsWith(prefix));
  const asked = scopes.flatMap((scope) => scope.slice(prefix.length).split(','));
  const actions = readActions.filter((action) => asked.includes(action));
  return prefix + (actions.join(',') || 'pull');
}

async function tokenFor(
  challenge: Challenge,
  { path, authorization }: Repository,
  tokens: TokenStore,
): Promise<string> {
  const { realm = '', service } = challenge.parameters;
  return tokens.get({ realm, service, scope: scopeOf(challenge, path) }, authorization?.replace(/^Bearer /, ''));
}
