// A minimal client of the Kubernetes API, for what tests do and no user does with kubectl.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import type { ClusterAddress } from './control-plane.ts';

/** An object as the API server returns it. */
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
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind
  readonly [field: string]: any;
}

/** A response other than 2xx, with the message of the API server. */
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
  /** Like every method, throws an ApiError for a response other than 2xx. */
  get(path: string): Promise<ClusterObject>;
  list(path: string): Promise<readonly ClusterObject[]>;
  create(path: string, body: object): Promise<ClusterObject>;
  replace(path: string, body: object): Promise<ClusterObject>;
  /** A JSON merge patch. */
  patch(path: string, body: object): Promise<ClusterObject>;
  /** Succeeds when the object does not exist. */
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

export function connect(cluster: Pick<ClusterAddress, 'server' | 'certificateAuthority' | 'token'>): Client {
  async function send(method: string, path: string, body?: object): Promise<ClusterObject> {
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
    get: (path) => send('GET', path),
    list: async (path) => (await send('GET', path)).items,
    create: (path, body) => send('POST', path, body),
    replace: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
    async remove(path) {
      try {
        await send('DELETE', path);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      }
    },
  };
}
