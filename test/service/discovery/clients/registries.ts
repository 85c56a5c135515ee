// Small registries on loopback for the tests of the registry client.
import type { ServerResponse } from 'node:http';
import { json, type Responder, type SeenRequest } from '../servers.ts';
import { basic, PASSWORD, type RunOptions, registryOf, registryQuery, run, USERNAME } from '../single-query.ts';

/** The tags of each repository, in order. */
export const tagsAt = async (url: string, repositories: readonly string[], options?: RunOptions) =>
  registryOf(await run(registryQuery(url, ...repositories), options)).repositories.map(({ tags }) => tags);

/** The target of the Link header to this path and query, or undefined without the header. */
type LinkTo = (path: string) => string | undefined;

/** Serves tag lists in pages, as the distribution API does. */
export function registry(
  lists: Readonly<Record<string, readonly string[]>>,
  linkTo: LinkTo = (path) => path,
): Responder {
  return ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://a');
    const name = /^\/v2\/(.*)\/tags\/list$/.exec(pathname)?.[1] ?? '';
    const tags = lists[name];
    if (tags === undefined) return response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN"}]}');
    const start = tags.indexOf(searchParams.get('last') ?? '') + 1;
    const page = tags.slice(start, start + Number(searchParams.get('n')));
    const last = page.at(-1);
    const isLast = last === undefined || last === tags.at(-1);
    const link = isLast ? undefined : linkTo(`${pathname}?last=${last}&n=${page.length}`);
    if (link !== undefined) response.setHeader('link', `<${link}>; rel="next"`);
    return json(response, { name, tags: page });
  };
}

export const numbered = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

export const oneTag: Responder = (_request, response) => json(response, { tags: ['1'] });

export const isUser = ({ headers }: SeenRequest) => headers.authorization === basic(USERNAME, PASSWORD);

/** Responds with a 401 and the challenge. */
export function refuse(response: ServerResponse, challenge: string | string[]): void {
  response.setHeader('www-authenticate', challenge).writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
}
