// A small API server on loopback: it serves lists in pages, and what a test puts in their place.
import { KubeConfig } from '@kubernetes/client-node';
import { json, type Responder, serve, type TestServer } from '../../service/discovery/servers.ts';

interface ListedObject {
  readonly metadata: { readonly name: string };
}

export interface ServedLists {
  /** By resource, for example `pods`; any other resource is an empty list. */
  readonly lists?: Readonly<Record<string, readonly ListedObject[]>>;
  /** What is sent for a resource instead of its list. */
  readonly responses?: Readonly<Record<string, Responder>>;
}

const resourceOf = (url: URL) => url.pathname.split('/').at(-1) ?? '';

/** Sends the page that starts at the number in `continue`. */
function sendPage(url: URL, objects: readonly ListedObject[], response: Parameters<Responder>[1]): void {
  const limit = Number(url.searchParams.get('limit'));
  const start = Number(url.searchParams.get('continue') ?? 0);
  const rest = objects.length - start - limit;
  json(response, {
    kind: 'List',
    metadata: rest > 0 ? { continue: String(start + limit), remainingItemCount: rest } : {},
    items: objects.slice(start, start + limit),
  });
}

export async function serveLists({ lists = {}, responses = {} }: ServedLists): Promise<TestServer> {
  return await serve((request, response) => {
    const url = new URL(request.url, 'http://api');
    const resource = resourceOf(url);
    const instead = responses[resource] ?? responses['*'];
    if (instead !== undefined) return instead(request, response);
    return sendPage(url, lists[resource] ?? [], response);
  });
}

type WatchResponse = Parameters<Responder>[1];

/** A server whose objects a test changes, and whose watches it writes to. */
export interface WatchedServer extends TestServer {
  /** The objects of the next list, by resource. */
  readonly lists: Map<string, readonly ListedObject[]>;
  /** Sent instead of a list, a watch (`watch cachedimages`), or any response (`*`). */
  readonly responses: Map<string, Responder>;
  /** The open watches of a resource. */
  readonly watches: (resource: string) => readonly WatchResponse[];
  /** Sends one event on every open watch of the resource. */
  readonly send: (resource: string, type: string, object: object) => void;
  /** Number of requests so far: lists of the resource, or `watch` and the resource. */
  readonly count: (key: string) => number;
}

const RESOURCE_VERSION = '100';

/** Lists as `serveLists`, and watches that stay open. */
export async function serveWatches(initial: Readonly<Record<string, readonly ListedObject[]>>): Promise<WatchedServer> {
  const lists = new Map(Object.entries(initial));
  const responses = new Map<string, Responder>();
  const watches = new Map<string, Set<WatchResponse>>();
  const counts = new Map<string, number>();
  const openWatch = (resource: string, response: WatchResponse) => {
    const open = watches.get(resource) ?? new Set();
    watches.set(resource, open.add(response));
    response.on('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  };
  const server = await serve((request, response) => {
    const url = new URL(request.url, 'http://api');
    const resource = resourceOf(url);
    const isWatch = url.searchParams.has('watch');
    const key = isWatch ? `watch ${resource}` : resource;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const instead = responses.get(key) ?? responses.get('*');
    if (instead !== undefined) return instead(request, response);
    if (isWatch) return openWatch(resource, response);
    const metadata = { resourceVersion: RESOURCE_VERSION };
    return json(response, { kind: 'List', metadata, items: lists.get(resource) ?? [] });
  });
  const watchesOf = (resource: string) => [...(watches.get(resource) ?? [])];
  return {
    ...server,
    lists,
    responses,
    watches: watchesOf,
    send(resource, type, object) {
      for (const response of watchesOf(resource)) response.write(`${JSON.stringify({ type, object })}\n`);
    },
    count: (key) => counts.get(key) ?? 0,
  };
}

/** The kubeconfig of a server, with a token. */
export function kubeConfigOf(server: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server, skipTLSVerify: true },
    { name: 'test', token: 'the-token' },
  );
  return kubeConfig;
}

/** A status of the API server. */
export function refuse(code: number, message: string): Responder {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', status: 'Failure', code, message }));
  };
}
