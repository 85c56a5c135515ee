// A small HTTP proxy on loopback: CONNECT tunnels, and requests in absolute form. It resolves the names of its table.
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { compileProxies, readProxyVariables } from '../../../service/discovery/proxies.ts';
import { listen } from './servers.ts';
import { basic, type RunOptions } from './single-query.ts';

/** Only the table of a proxy has this host. */
export const HOST = 'metrics.example.test';
export const PROXY_USER = 'proxy-robot';
export const PROXY_PASSWORD = 'p:x/7 geheim';

interface ProxyOptions {
  /** Port on loopback by host name. The proxy responds with 502 for other names. */
  readonly hosts: Readonly<Record<string, number>>;
  /** Whether the proxy requires PROXY_USER. */
  readonly isClosed?: boolean;
  /** Present: an https proxy with this certificate. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

interface SeenByProxy {
  /** `CONNECT host:port`, or the method and the URL in absolute form. */
  readonly line: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

interface TestProxy {
  /** Without a user. */
  readonly url: string;
  /** With PROXY_USER and PROXY_PASSWORD. */
  readonly urlWithUser: string;
  readonly seen: readonly SeenByProxy[];
}

export async function serveProxy({ hosts, isClosed = false, certificate }: ProxyOptions): Promise<TestProxy> {
  const seen: SeenByProxy[] = [];

  function record({ method, url, headers }: IncomingMessage): void {
    seen.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'], headers });
  }

  function statusFor(hostname: string, { headers }: IncomingMessage): number {
    const isUser = headers['proxy-authorization'] === basic(PROXY_USER, PROXY_PASSWORD);
    if (isClosed && !isUser) return 407;
    return hosts[hostname] === undefined ? 502 : 200;
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    record(request);
    const { hostname, pathname, search } = new URL(request.url ?? '', 'http://not-in-absolute-form.invalid');
    const status = statusFor(hostname, request);
    if (status !== 200) {
      const challenge = status === 407 ? { 'proxy-authenticate': 'Basic realm="proxy"' } : {};
      response.writeHead(status, challenge).end(`you sent ${request.headers['proxy-authorization']} as ${PROXY_USER}`);
      return;
    }
    const { 'proxy-authorization': _ours, ...headers } = request.headers;
    const target = {
      host: '127.0.0.1',
      port: hosts[hostname],
      path: pathname + search,
      method: request.method,
      headers,
    };
    const onward = sendRequest(target, (from) => {
      response.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  function tunnel(request: IncomingMessage, socket: Socket): void {
    record(request);
    const [hostname = ''] = (request.url ?? '').split(':');
    const status = statusFor(hostname, request);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(hosts[hostname] ?? 0, '127.0.0.1', () => socket.write('HTTP/1.1 200 Established\r\n\r\n'));
    for (const end of [onward, socket]) end.on('error', () => {});
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  }

  const server = certificate === undefined ? createServer(forward) : createTlsServer(certificate, forward);
  server.on('connect', tunnel);
  const address = `127.0.0.1:${await listen(server)}`;
  const scheme = certificate === undefined ? 'http' : 'https';
  const user = `${encodeURIComponent(PROXY_USER)}:${encodeURIComponent(PROXY_PASSWORD)}`;
  return { url: `${scheme}://${address}`, urlWithUser: `${scheme}://${user}@${address}`, seen };
}

/** Compiles the proxies of an environment. */
export function proxiesOf(environment: NodeJS.ProcessEnv) {
  const variables = readProxyVariables(environment);
  if (variables === undefined) throw new Error('the environment names no proxy');
  return compileProxies(variables);
}

/** Both kinds of URLs have the same proxy. */
export const through = (url: string, noProxy = ''): RunOptions => ({
  proxies: proxiesOf({ HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: noProxy }),
});

export const proxyAuthorization = basic(PROXY_USER, PROXY_PASSWORD);
