// Connection pools: those of the source, which sees the client certificate, and those of other origins, which do not.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { type AgentTimeouts, type ClientTls, poolLimits } from './agent-options.ts';
import type { TlsMaterial } from './credentials.ts';
import type { HttpProxy } from './proxies.ts';
import { createProxyAgent } from './proxy-agent.ts';
import { SourceError } from './source-error.ts';

export interface TlsAgents {
  /**
   * For the source: shows the client certificate, and trusts only ca.crt if there is one. For other origins: shows no
   * client certificate, and trusts ca.crt and the public authorities. Without a proxy, the connections are direct.
   */
  agentFor(target: 'source' | 'otherOrigin', proxy: HttpProxy | undefined): Dispatcher;
  /** Closes all connections, including those in use. */
  destroy(): Promise<void>;
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

function createAgent(timeouts: AgentTimeouts, tls: ClientTls): Agent {
  return new Agent({
    ...poolLimits(timeouts),
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
  const agents = new Map<string, Dispatcher>();
  return {
    agentFor(target, proxy) {
      const key = `${target} ${proxy?.origin}`;
      const tls = target === 'source' ? sourceTls : otherTls;
      const agent =
        agents.get(key) ?? (proxy === undefined ? createAgent(timeouts, tls) : createProxyAgent(proxy, timeouts, tls));
      agents.set(key, agent);
      return agent;
    },
    async destroy() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
