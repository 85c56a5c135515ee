// Finds the next page of a tag list: by the Link header, or behind the last tag of a full page.
import type { HttpResponse } from '../http-client.ts';

/** A common maximum of registries. Some return fewer tags. */
export const PAGE_SIZE_TAGS = 1_000;

export interface Page {
  readonly url: URL;
  /** Whether no Link header names the page, so that the registry may refuse it. */
  readonly isGuess: boolean;
}

const linkPattern = /<([^>]*)>([^<]*)/g;

/**
 * Returns the next page that the Link header (RFC 8288) names, or undefined without one. Only the query of the link is
 * used, because a proxy or virtual repository in front of the registry often passes on an inner host or path.
 */
export function linkedPage(response: HttpResponse, current: URL): Page | undefined {
  const header = [response.headers.link ?? []].flat().join(', ');
  const next = [...header.matchAll(linkPattern)].find(([, , parameters = '']) =>
    /;\s*rel\s*=\s*"?next"?/i.test(parameters),
  );
  if (next === undefined) return undefined;
  const url = new URL(current);
  url.search = /\?([^#]*)/.exec(next[1] ?? '')?.[1] ?? '';
  return { url, isGuess: false };
}

/**
 * Returns the page behind the last of the listed tags, or undefined if the page was not full or had no new tag. The
 * Link header of a full page is optional. A registry that ignores `n` and `last` returns the same page again.
 */
export function pageAfter(listed: readonly string[], newTags: number, first: URL): Page | undefined {
  const last = listed.at(-1);
  if (last === undefined || listed.length < PAGE_SIZE_TAGS || newTags === 0) return undefined;
  const url = new URL(first);
  url.searchParams.set('last', last);
  return { url, isGuess: true };
}

/** Amazon ECR accepts only the cursors of its own Link headers, and refuses other pages with a 405. */
const refusals: readonly number[] = [400, 404, 405];

/** Whether the response ends a list whose last page was full. */
export function isRefusedGuess({ isGuess }: Page, { status }: HttpResponse): boolean {
  return isGuess && refusals.includes(status);
}
