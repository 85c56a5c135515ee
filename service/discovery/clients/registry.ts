// Lists the tags of repositories of an OCI registry, page by page, with the authentication that the registry requires.
import { z } from 'zod';
import type {
  MissingRepositories,
  RegistryQuery,
  RegistryResponse,
} from '../../../hooks/discovery-policy/query-types/registry.ts';
import { nodeList } from '../../../hooks/status/node-list.ts';
import { bearerAuthorizationOf } from '../credentials.ts';
import type { HttpResponse } from '../http-client.ts';
import { parseBody } from '../response-errors.ts';
import { SourceError } from '../source-error.ts';
import { type SourceSession, urlBelow, withAuthorization } from '../source-session.ts';
import { registryApiUrl, repositoryPath } from './registry-address.ts';
import { asksForLogin, authorizationFor, type Repository, tagListError } from './registry-authorization.ts';
import { isRefusedGuess, linkedPage, PAGE_SIZE_TAGS, type Page, pageAfter } from './registry-pages.ts';
import { createTokenStore, type TokenStore } from './registry-token.ts';
import type { SourceClient } from './source-client.ts';

/** For one repository. Also ends a list of empty pages. */
export const PAGE_LIMIT = 500;
/** For all repositories of a query together. */
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

interface TagList {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Whether the list ends at the maxScan of the query. */
  readonly isCut?: boolean;
  /** The 404 of the registry for this repository. */
  readonly notFound?: HttpResponse;
}

export const registryClient: SourceClient<'registry'> = {
  apiUrl: ({ url }) => registryApiUrl(url),
  send: listTags,
};

/** Fails with the error of the first repository that fails, or if the registry finds none of them. */
async function listTags(query: RegistryQuery, session: SourceSession): Promise<RegistryResponse> {
  const listing: Listing = { query, session, tokens: createTokenStore(session), tagCount: 0, isAborted: false };
  const lists: TagList[] = [];
  const waiting = query.repositories.entries();
  const worker = async () => {
    for (const [index, repository] of waiting) {
      if (listing.isAborted) return;
      lists[index] = await tagsOf(repository, listing);
    }
  };
  try {
    await Promise.all(Array.from({ length: REPOSITORY_CONCURRENCY }, worker));
  } finally {
    listing.isAborted = true;
  }
  const found = lists.filter(({ notFound }) => notFound === undefined);
  const repositories = found.map(({ notFound: _, ...list }) => list);
  const missing = missingOf(lists, session);
  return { ok: true, type: 'registry', repositories, ...(missing === undefined ? {} : { missing }) };
}

/** Throws a NotFound if the registry found no repository. */
function missingOf(lists: readonly TagList[], session: SourceSession): MissingRepositories | undefined {
  const missing = lists.filter(({ notFound }) => notFound !== undefined);
  const response = missing[0]?.notFound;
  if (response === undefined) return undefined;
  const repositories = missing.map(({ repository }) => repository);
  const subject = `${missing.length === 1 ? 'repository' : 'repositories'} ${nodeList(repositories)}`;
  const error = tagListError(response, subject, session);
  if (missing.length === lists.length) throw error;
  return { repositories, message: session.redactor.message(error.message) };
}

async function tagsOf(name: string, listing: Listing): Promise<TagList> {
  const { query, session } = listing;
  const path = repositoryPath(query.url, name);
  if (path === undefined) {
    throw new SourceError('BadResponse', `invalid repository name "${name}": use a name such as team/app`);
  }
  const { credentials } = session;
  const isHeaderSet = credentials.headers.authorization !== undefined;
  const authorization = isHeaderSet ? undefined : bearerAuthorizationOf(credentials);
  const repository: Repository = { name, path, authorization };
  const first = urlBelow(session.base, `/v2/${path}/tags/list`);
  first.searchParams.set('n', String(PAGE_SIZE_TAGS));
  if (query.tagSeek !== undefined) first.searchParams.set('last', query.tagSeek);
  return readPages(first, repository, listing);
}

/** A list that is being read page by page. */
interface OpenList {
  readonly first: URL;
  readonly name: string;
  readonly tags: Set<string>;
  isCut: boolean;
}

async function readPages(first: URL, repository: Repository, listing: Listing): Promise<TagList> {
  const { name } = repository;
  const list: OpenList = { first, name, tags: new Set(), isCut: false };
  const visited = new Set<string>();
  for (let page: Page | undefined = { url: first, isGuess: false }; page !== undefined; ) {
    checkPage(page.url, visited, name);
    const response: HttpResponse = await getPage(page.url, repository, listing);
    if (isRefusedGuess(page, response)) break;
    if (response.status === 404) return { repository: name, tags: [], notFound: response };
    if (response.status !== 200) throw tagListError(response, `repository ${name}`, listing.session);
    page = addPage(response, page.url, list, listing);
  }
  return { repository: name, tags: [...list.tags], ...(list.isCut ? { isCut: true } : {}) };
}

/** Adds the tags of a response, at most `maxScan` in all. Returns the next page, undefined at the end. */
function addPage(response: HttpResponse, url: URL, list: OpenList, listing: Listing): Page | undefined {
  const { maxScan = Number.POSITIVE_INFINITY } = listing.query;
  const listed = parseBody(response, tagListShape, listing.session.redactor).tags ?? [];
  const newTags = [...new Set(listed)].filter((tag) => !list.tags.has(tag));
  const wanted = newTags.slice(0, maxScan - list.tags.size);
  addTags(wanted, list, listing);
  const next = linkedPage(response, url) ?? pageAfter(listed, wanted.length, list.first);
  if (list.tags.size < maxScan) return next;
  list.isCut = wanted.length < newTags.length || next !== undefined;
  return undefined;
}

/** Throws a BadResponse beyond the limit of tags. */
function addTags(newTags: readonly string[], { name, tags }: OpenList, listing: Listing): void {
  for (const tag of newTags) tags.add(tag);
  listing.tagCount += newTags.length;
  if (listing.tagCount <= TAG_LIMIT) return;
  const { origin } = listing.session.base;
  throw new SourceError(
    'BadResponse',
    `too many tags at ${origin}: the limit of ${TAG_LIMIT} was exceeded in ${name}; list fewer repositories`,
  );
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

/** Returns the response of any status, after a login if the registry asks for one. */
async function getPage(url: URL, repository: Repository, listing: Listing): Promise<HttpResponse> {
  const { session } = listing;
  const send = () =>
    session.http.send({
      url,
      headers: { accept: 'application/json' },
      secretHeaders: withAuthorization(session.credentials, repository.authorization),
    });
  let response = await send();
  // The 404 comes first: a registry that gets a login then may require a token with a 401.
  for (const status of [404, 401]) {
    if (response.status !== status || !asksForLogin(response, repository, session)) continue;
    repository.authorization = await authorizationFor(response, repository, listing);
    response = await send();
  }
  return response;
}
