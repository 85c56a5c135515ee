// Connection pools: one for the source, which sees the client certificate, and one for other origins, which do not.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent } from 'undici';
import type { TlsMaterial } from './credentials.ts';
import { SourceError } from './source-error.ts';

/** A registry is queried for a few repositories in parallel. */
const CONNECTION_LIMIT = 4;

export interface AgentTimeouts {
  readonly connectMilliseconds: number;
  readonly headersMilliseconds: number;
  readonly bodyMilliseconds: number;
}

export interface TlsAgents {
  /** Shows the client certificate. Trusts only ca.crt if there is one. */
  readonly source: Agent;
  /** Shows no client certificate. Trusts ca.crt and the public authorities. */
  readonly otherOrigins: Agent;
}

/** Node accepts any text as an authority and then trusts no certificate, so an invalid ca.crt is reported here. */
function checkTlsMaterial({ authority, certificate, key }: TlsMaterial): void {
  try {
    if (authority !== undefined) new X509Certificate(authority);
  } catch {
    throw new SourceError('TLSError', 'invalid ca.crt in the Secret: not a PEM certificate');
  }
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SourceError(
      'TLSError',
      `invalid tls.crt and tls.key in the Secret: not a PEM certificate with its key (${code})`,
    );
  }
}

function createAgent(timeouts: AgentTimeouts, tls: { ca?: string[]; cert?: string; key?: string }): Agent {
  return new Agent({
    connections: CONNECTION_LIMIT,
    headersTimeout: timeouts.headersMilliseconds,
    bodyTimeout: timeouts.bodyMilliseconds,
    connect: { ...tls, timeout: timeouts.connectMilliseconds },
  });
}

/** Throws a SourceError with TLSError for invalid TLS material. */
export function createTlsAgents(timeouts: AgentTimeouts, material: TlsMaterial): TlsAgents {
  checkTlsMaterial(material);
  const { authority, certificate, key } = material;
  const sourceTls = {
    ...(authority === undefined ? {} : { ca: [authority] }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  };
  const otherTls = authority === undefined ? {} : { ca: [authority, ...rootCertificates] };
  return { source: createAgent(timeouts, sourceTls), otherOrigins: createAgent(timeouts, otherTls) };
}
