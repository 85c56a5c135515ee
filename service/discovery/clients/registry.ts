// Lists the tags of repositories of an OCI registry, page by page, with the authentication that the registry requires.
import { z } from 'zod';
import type { RegistryQuery, RegistryResponse } from '../../../hooks/discovery-policy/sources/registry.ts';
import { basicAuthorizationOf, bearerAuthorizationOf } from '../credentials.ts';
import type { HttpResponse } from '../http-client.ts';
import { parseBody, statusError } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import { type SourceSession, urlBelow, withAuthorization } from '../source-session.ts';
import { type Challenge, parseChallenges } from './authentication-challenge.ts';
import { registryApiUrl, repositoryPath } from './registry-address.ts';
import { createTokenStore, type TokenStore } from './registry-token.ts';
import type { SourceClient } from './source-client.ts';

/** A common maximum of registries. Some return fewer tags. */
const PAGE_SIZE_TAGS = 1_000;
/** For one repository. Also ends a list of empty pages. */
export const PAGE_LIMIT = 500;
/** For all repositories of a source together. */
export const TAG_LIMIT = 200_000;
/** Repositories that are listed in parallel. More could reach the rate limit of a registry. */
const REPOSITORY_CONCURRENCY = 4;

const tagListShape = z.object({ tags: z.array(z.string()).nullish() });

interface Listing {
  readonly query: RegistryQuery;
  readonly session: SourceSession;
  readonly tokens: TokenStore;
  /** Tags of all repositories so far. */
  tagCount: number;
  isAborted: boolean;
}

interface Repository {
  readonly name: string;
  readonly path: string;
  /** Sent with the next request. */
  authorization: string | undefined;
}

export const registryClient: SourceClient<'registry'> = {
  apiUrl: ({ url }) => registryApiUrl(url),
  send: listTags,
};

/** Fails with the error of the first repository that fails. */
async function listTags(query: RegistryQuery, session: SourceSession): Promise<RegistryResponse> {
  const listing: Listing = { query, session, tokens: createTokenStore(session), tagCount: 0, isAborted: false };
  const lists: RegistryResponse['repositories'][number][] = [];
  const waiting = query.repositories.entries();
  const worker = async () => {
    for (const [index, repository] of waiting) {
      if (listing.isAborted) return;
      lists[index] = { repository, tags: await tagsOf(repository, listing) };
    }
  };
  try {
    await Promise.all(Array.from({ length: REPOSITORY_CONCURRENCY }, worker));
  } finally {
    listing.isAborted = true;
  }
  return { ok: true, type: 'registry', repositories: lists };
}

async function tagsOf(name: string, listing: Listing): Promise<string[]> {
  const { query, session } = listing;
  const path = repositoryPath(query.url, name);
  if (path === undefined) {
    throw new SourceError('BadResponse', `invalid repository name "${name}": use a name such as team/app`);
  }
  const repository: Repository = { name, path, authorization: bearerAuthorizationOf(session.credentials) };
  const first = urlBelow(session.base, `/v2/${path}/tags/list`);
  first.searchParams.set('n', String(PAGE_SIZE_TAGS));
  const tags = new Set<string>();
  const visited = new Set<string>();
  for (let url: URL | undefined = first; url !== undefined; ) {
    checkPage(url, visited, name);
    const response: HttpResponse = await getPage(url, repository, listing);
    const page = parseBody(response, tagListShape, session.redactor).tags ?? [];
    const before = tags.size;
    for (const tag of page) tags.add(tag);
    const added = tags.size - before;
    countTags(listing, added, name);
    url = linkedPage(response, url) ?? (added === 0 ? undefined : pageAfter(page, first));
  }
  return [...tags];
}

function checkPage(url: URL, visited: Set<string>, name: string): void {
  if (visited.has(url.href)) {
    throw new SourceError(
      'BadResponse',
      `pagination loop at ${url.origin}: the tag list of ${name} links to a page that was read already`,
    );
  }
  visited.add(url.href);
  if (visited.size > PAGE_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `too many pages at ${url.origin}: the tag list of ${name} exceeds ${PAGE_LIMIT}`,
    );
  }
}

function countTags(listing: Listing, count: number, name: string): void {
  listing.tagCount += count;
  if (listing.tagCount > TAG_LIMIT) {
    const { origin } = listing.session.base;
    throw new SourceError(
      'BadResponse',
      `too many tags at ${origin}: the limit of ${TAG_LIMIT} was exceeded in ${name}; list fewer repositories`,
    );
  }
}

async function getPage(url: URL, repository: Repository, listing: Listing): Promise<HttpResponse> {
  const { session } = listing;
  const send = () =>
    session.http.send({
      url,
      headers: { accept: 'application/json' },
      secretHeaders: withAuthorization(session.credentials, repository.authorization),
    });
  let response = await send();
  if (response.status === 401 && !response.isFromOtherOrigin) {
    repository.authorization = await authorizationFor(response, repository, listing);
    response = await send();
  }
  if (response.status === 200) return response;
  throw tagListError(response, repository, session);
}

function tagListError(response: HttpResponse, { name }: Repository, { redactor, clock }: SourceSession): SourceError {
  const { reason, message, retryAfterMilliseconds } = statusError(response, redactor, clock());
  return new SourceError(reason, `repository ${name}: ${message}`, retryAfterMilliseconds);
}

/** Returns the authorization to try after a 401. Throws Unauthorized if there is none left. */
async function authorizationFor(response: HttpResponse, repository: Repository, listing: Listing): Promise<string> {
  const challenges = parseChallenges(response.headers['www-authenticate']);
  const { session, tokens } = listing;
  const isTokenRefused =
    repository.authorization !== undefined && repository.authorization === bearerAuthorizationOf(session.credentials);
  const basic = basicAuthorizationOf(session.credentials);
  // Falling back to anonymous access would hide that the token of the Secret was refused.
  if (isTokenRefused && basic === undefined) throw tagListError(response, repository, session);
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined);
  if (bearer !== undefined) return `Bearer ${await tokenFor(bearer, repository, tokens)}`;
  const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
  if (isBasic && basic !== undefined && repository.authorization !== basic) return basic;
  throw tagListError(response, repository, session);
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

const linkPattern = /<([^>]*)>([^<]*)/g;

/**
 * Returns the next page that the Link header (RFC 8288) names, or undefined without one. Only the query of the link is
 * used, because a proxy or virtual repository in front of the registry often passes on an inner host or path.
 */
function linkedPage(response: HttpResponse, current: URL): URL | undefined {
  const header = [response.headers.link ?? []].flat().join(', ');
  const next = [...header.matchAll(linkPattern)].find(([, , parameters = '']) =>
    /;\s*rel\s*=\s*"?next"?/i.test(parameters),
  );
  if (next === undefined) return undefined;
  const url = new URL(current);
  url.search = /\?([^#]*)/.exec(next[1] ?? '')?.[1] ?? '';
  return url;
}

/** Returns the page after a full one, or undefined after a shorter one. The Link header of a full page is optional. */
function pageAfter(page: readonly string[], first: URL): URL | undefined {
  const last = page.at(-1);
  if (last === undefined || page.length < PAGE_SIZE_TAGS) return undefined;
  const url = new URL(first);
  url.searchParams.set('last', last);
  return url;
}
