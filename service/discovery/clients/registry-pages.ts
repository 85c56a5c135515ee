// Finds the next page of a tag list: by the Link header, or behind the last tag of a full page.
import type { HttpResponse } from '../http-client.ts';

/** A common maximum of registries. Some return fewer tags. */
export const PAGE_SIZE_TAGS = 1_000;

const linkPattern = /<([^>]*)>([^<]*)/g;

/**
 * Returns the next page that the Link header (RFC 8288) names, or undefined without one. Only the query of the link is
 * used, because a proxy or virtual repository in front of the registry often passes on an inner host or path.
 */
export function linkedPage(response: HttpResponse, current: URL): URL | undefined {
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
export function pageAfter(page: readonly string[], first: URL): URL | undefined {
  const last = page.at(-1);
  if (last === undefined || page.length < PAGE_SIZE_TAGS) return undefined;
  const url = new URL(first);
  url.searchParams.set('last', last);
  return url;
}
