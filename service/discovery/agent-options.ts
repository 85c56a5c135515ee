// What the agents of undici get, whether they connect directly or through a proxy.

/** A registry is queried for a few repositories in parallel. */
const CONNECTION_LIMIT = 4;

export interface AgentTimeouts {
  readonly connectMilliseconds: number;
  readonly headersMilliseconds: number;
  readonly bodyMilliseconds: number;
}

/** PEM text for the connector of undici. */
export interface ClientTls {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** The limits of the connections to one origin. */
export function poolLimits({ headersMilliseconds, bodyMilliseconds }: AgentTimeouts) {
  return { connections: CONNECTION_LIMIT, headersTimeout: headersMilliseconds, bodyTimeout: bodyMilliseconds };
}
