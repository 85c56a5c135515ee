// One request of a chain of redirects, and how its errors name the URL and the proxy.
import { errors } from 'undici';
import { isConnectError, networkError, proxyNetworkError } from './network-error.ts';
import type { HttpProxy } from './proxies.ts';
import { proxyStatusError } from './proxy-agent.ts';
import type { SourceError } from './source-error.ts';

export interface Hop {
  readonly url: URL;
  readonly isPost: boolean;
  readonly isOtherOrigin: boolean;
  readonly proxy: HttpProxy | undefined;
}

/** The URL for messages, without its query. */
export function whereOf({ url, isOtherOrigin, proxy }: Hop): string {
  const where = isOtherOrigin ? `${url.origin} (reached by a redirect)` : `${url.origin}${url.pathname}`;
  return proxy === undefined ? where : `${where} through proxy ${proxy.origin}`;
}

/** Whether the proxy reads the request and responds to it, instead of opening a tunnel to the host of the URL. */
function isReadByProxy({ url, proxy }: Hop): boolean {
  return url.protocol === 'http:' && proxy?.origin.startsWith('http:') === true;
}

/** Wraps what a request threw. */
export function hopError(error: unknown, hop: Hop): SourceError {
  const { url, proxy } = hop;
  if (proxy === undefined || !isReadByProxy(hop)) return networkError(error, whereOf(hop));
  // undici reports the status in this way.
  if (error instanceof errors.InvalidArgumentError && error.message.includes('407'))
    return proxyStatusError(407, proxy, url.origin);
  return isConnectError(error) ? proxyNetworkError(error, proxy, url.origin) : networkError(error, whereOf(hop));
}
