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
