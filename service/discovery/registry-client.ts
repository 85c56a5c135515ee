// Lists the tags of an OCI registry's repositories: page by page, with whatever authentication it asks for.
import { z } from 'zod';
import type { RegistryAnswer, RegistryQuery } from '../../hooks/discovery-policy/query.ts';
import { type Challenge, parseChallenges } from './authentication-challenge.ts';
import { basicAuthorizationOf, bearerAuthorizationOf } from './credentials.ts';
import { type HttpAnswer, parseHttpUrl } from './http-client.ts';
import { repositoryPath } from './registry-address.ts';
import { createTokenStore, type TokenStore } from './registry-token.ts';
import { parseAnswer, statusFailure } from './response-errors.ts';
import { SourceError } from './source-error.ts';
import { type SourceSession, urlBelow, withAuthorization } from './source-session.ts';

/** What registries commonly allow at most; some send fewer. */
const PAGE_SIZE_TAGS = 1_000;
/** For one repository; also ends a list of empty pages. */
export const PAGE_LIMIT = 500;
/** For all repositories of a source together. */
export const TAG_LIMIT = 200_000;
/** Repositories asked for at once: quick enough, and no burst that a rate limit would notice. */
const REPOSITORY_CONCURRENCY = 4;

const tagListShape = z.object({ tags: z.array(z.string()).nullish() });

interface Listing {
  readonly query: RegistryQuery;
  readonly session: SourceSession;
  readonly tokens: TokenStore;
  /** How many tags of all repositories came so far. */
  tagCount: number;
  isAborted: boolean;
}

interface Repository {
  readonly name: string;
  readonly path: string;
  /** What the last request that was not refused said. */
  authorization: string | undefined;
}

/** Takes a query and an open session with its registry; gives the tags of every repository. Throws a SourceError for the first that fails. */
export async function listTags(query: RegistryQuery, session: SourceSession): Promise<RegistryAnswer> {
  const listing: Listing = { query, session, tokens: createTokenStore(session), tagCount: 0, isAborted: false };
  const lists: RegistryAnswer['repositories'][number][] = [];
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
  return { ok: true, kind: 'registry', repositories: lists };
}

async function tagsOf(name: string, listing: Listing): Promise<string[]> {
  const { query, session } = listing;
  const path = repositoryPath(query.url, name);
  if (path === undefined) throw new SourceError('BadResponse', `"${name}" is not the name of a repository`);
  const repository: Repository = { name, path, authorization: bearerAuthorizationOf(session.credentials) };
  const first = urlBelow(session.base, `/v2/${path}/tags/list`);
  first.searchParams.set('n', String(PAGE_SIZE_TAGS));
  const tags: string[] = [];
  const visited = new Set<string>();
  for (let url: URL | undefined = first; url !== undefined; ) {
    checkPage(url, visited, name);
    const answer: HttpAnswer = await getPage(url, repository, listing);
    const page = parseAnswer(answer, tagListShape, session.words).tags ?? [];
    countTags(listing, page.length, name);
    tags.push(...page);
    url = nextPage(answer, url, name);
  }
  return tags;
}

function checkPage(url: URL, visited: Set<string>, name: string): void {
  if (visited.has(url.href)) {
    throw new SourceError(
      'BadResponse',
      `the tag list of ${name} at ${url.origin} leads back to a page that it already gave`,
    );
  }
  visited.add(url.href);
  if (visited.size > PAGE_LIMIT) {
    throw new SourceError(
      'BadResponse',
      `the tag list of ${name} at ${url.origin} has more than the limit of ${PAGE_LIMIT} pages`,
    );
  }
}

function countTags(listing: Listing, count: number, name: string): void {
  listing.tagCount += count;
  if (listing.tagCount > TAG_LIMIT) {
    const { origin } = listing.session.base;
    throw new SourceError(
      'BadResponse',
      `the tag lists at ${origin} have more than the limit of ${TAG_LIMIT} tags, in ${name} the last`,
    );
  }
}

async function getPage(url: URL, repository: Repository, listing: Listing): Promise<HttpAnswer> {
  const { session } = listing;
  const send = () =>
    session.http.send({
      url,
      headers: { accept: 'application/json' },
      secretHeaders: withAuthorization(session.credentials, repository.authorization),
    });
  let answer = await send();
  if (answer.status === 401 && !answer.isFromElsewhere) {
    repository.authorization = await authorize(answer, repository, listing);
    answer = await send();
  }
  if (answer.status === 200) return answer;
  throw tagListFailure(answer, repository, session);
}

function tagListFailure(answer: HttpAnswer, { name }: Repository, { words, clock }: SourceSession): SourceError {
  const { reason, message, retryAfterMilliseconds } = statusFailure(answer, words, clock());
  return new SourceError(reason, `repository ${name}: ${message}`, retryAfterMilliseconds);
}

/** Takes a refusal; gives the authorization to try next. Throws Unauthorized when nothing is left to try. */
async function authorize(answer: HttpAnswer, repository: Repository, listing: Listing): Promise<string> {
  const challenges = parseChallenges(answer.headers['www-authenticate']);
  const { session, tokens } = listing;
  const isTokenRefused =
    repository.authorization !== undefined && repository.authorization === bearerAuthorizationOf(session.credentials);
  const basic = basicAuthorizationOf(session.credentials);
  // A token of the Secret was meant to be all; asking on as nobody would only hide that it is refused.
  if (isTokenRefused && basic === undefined) throw tagListFailure(answer, repository, session);
  const demand = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined);
  if (demand !== undefined) return `Bearer ${await tokenFor(demand, repository, tokens)}`;
  const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
  if (isBasic && basic !== undefined && repository.authorization !== basic) return basic;
  throw tagListFailure(answer, repository, session);
}

/** The scope is ours to say, so that no registry gets a token for more than this repository. */
async function tokenFor(
  { parameters }: Challenge,
  { path, authorization }: Repository,
  tokens: TokenStore,
): Promise<string> {
  const demand = { realm: parameters.realm ?? '', service: parameters.service, scope: `repository:${path}:pull` };
  return tokens.get(demand, authorization?.replace(/^Bearer /, ''));
}

const linkPattern = /<([^>]*)>([^<]*)/g;

/** Gives the next page of a list, or undefined after the last (RFC 8288). Throws when it is on another origin. */
function nextPage(answer: HttpAnswer, current: URL, name: string): URL | undefined {
  const header = [answer.headers.link ?? []].flat().join(', ');
  const next = [...header.matchAll(linkPattern)].find(([, , parameters = '']) =>
    /;\s*rel\s*=\s*"?next"?/i.test(parameters),
  );
  if (next === undefined) return undefined;
  const url = parseHttpUrl(next[1] ?? '', current);
  if (url?.origin !== current.origin) {
    throw new SourceError(
      'BadResponse',
      `the tag list of ${name} at ${current.origin} goes on at another origin, which is not followed`,
    );
  }
  return url;
}
