// Connections through an HTTP proxy: CONNECT tunnels to https sources, absolute-form requests to http sources.
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { type AgentTimeouts, type ClientTls, poolLimits } from './agent-options.ts';
import { proxyNetworkError } from './network-error.ts';
import type { HttpProxy } from './proxies.ts';
import { SourceError } from './source-error.ts';

/** The error for a status of the proxy itself. `target` is the host or URL that it should reach. */
export function proxyStatusError(status: number, { origin, variable }: HttpProxy, target: string): SourceError {
  const where = `(HTTP ${status}) at proxy ${origin} for ${target}`;
  return new SourceError(
    'ProxyError',
    status === 407
      ? `proxy authentication failed ${where}: check user and password in ${variable}`
      : `proxy cannot or may not reach the host ${where}: check the proxy, or add the host to NO_PROXY`,
  );
}

/** Opens tunnels. undici alone would not name the proxy in errors, and would retry a closed connection for ever. */
function createTunnelPool(origin: URL, options: object, proxy: HttpProxy, timeouts: AgentTimeouts): Dispatcher {
  const pool = new Pool(origin, { ...options, headersTimeout: timeouts.connectMilliseconds });
  const open = pool.connect.bind(pool);
  async function connect(request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const tunnel = await open(request).catch((error: unknown) => {
      throw proxyNetworkError(error, proxy, request.path);
    });
    if (tunnel.statusCode >= 200 && tunnel.statusCode < 300) return { ...tunnel, statusCode: 200 };
    tunnel.socket.on('error', () => {}).destroy();
    throw proxyStatusError(tunnel.statusCode, proxy, request.path);
  }
  return Object.assign(pool, { connect });
}

/** Shows the client certificate to the target, not to the proxy. An https proxy needs a public certificate. */
export function createProxyAgent(proxy: HttpProxy, timeouts: AgentTimeouts, tls: ClientTls): Dispatcher {
  const limits = poolLimits(timeouts);
  const timeout = timeouts.connectMilliseconds;
  return new ProxyAgent({
    uri: proxy.origin,
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
    proxyTunnel: false,
    proxyTls: { timeout },
    requestTls: { ...tls, timeout },
    ...limits,
    factory: (origin, options) => new Pool(origin, { ...options, ...limits }),
    clientFactory: (origin, options) => createTunnelPool(origin, options, proxy, timeouts),
  });
}
