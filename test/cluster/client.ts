// The plainest client of an API server: a method, a path, a body; for what no user would type.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import type { ClusterAddress } from './control-plane.ts';

/** An object as the API server gives it; tests read what they know to be there. */
export interface ClusterObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: any kind of any group
  readonly [field: string]: any;
}

/** What the API server refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface Client {
  /** Gives what the API server answered; throws an ApiError for anything but 2xx. */
  get(path: string): Promise<ClusterObject>;
  list(path: string): Promise<readonly ClusterObject[]>;
  create(path: string, body: object): Promise<ClusterObject>;
  replace(path: string, body: object): Promise<ClusterObject>;
  /** A JSON merge patch. */
  patch(path: string, body: object): Promise<ClusterObject>;
  /** A path that is not there is deleted already. */
  remove(path: string): Promise<void>;
}

const agents = new Map<string, Agent>();

function agentFor(certificateAuthority: string): Agent {
  const known = agents.get(certificateAuthority);
  if (known !== undefined) return known;
  const agent = new Agent({ connect: { ca: readFileSync(certificateAuthority, 'utf8') } });
  agents.set(certificateAuthority, agent);
  return agent;
}

function asError(status: number, text: string): ApiError {
  try {
    const { reason = '', message = text } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason, message);
  } catch {
    return new ApiError(status, '', text);
  }
}

/** Takes where an API server is and a token; gives its client. */
export function connect(cluster: Pick<ClusterAddress, 'server' | 'certificateAuthority' | 'token'>): Client {
  async function ask(method: string, path: string, body?: object): Promise<ClusterObject> {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const response = await fetch(cluster.server + path, {
      method,
      headers: {
        authorization: `Bearer ${cluster.token}`,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: agentFor(cluster.certificateAuthority),
    });
    const text = await response.text();
    if (!response.ok) throw asError(response.status, text);
    return (text.startsWith('{') ? JSON.parse(text) : { text }) as ClusterObject;
  }
  return {
    get: (path) => ask('GET', path),
    list: async (path) => (await ask('GET', path)).items,
    create: (path, body) => ask('POST', path, body),
    replace: (path, body) => ask('PUT', path, body),
    patch: (path, body) => ask('PATCH', path, body),
    async remove(path) {
      try {
        await ask('DELETE', path);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      }
    },
  };
}
