// An HTTP client for one source, with limits on everything. Redirects to another origin do not carry credentials.
import { type Dispatcher, request as sendRequest } from 'undici';
import type { TlsMaterial } from './credentials.ts';
import { type Hop, hopError, whereOf } from './hop.ts';
import { checkSecretRoute, type ProxyRules } from './proxies.ts';
import { discard, MEBIBYTE, readText } from './response-body.ts';
import { SourceError } from './source-error.ts';
import { createTlsAgents } from './tls-agents.ts';

export interface HttpLimits {
  /** For name resolution, connection and TLS handshake together. */
  readonly connectMilliseconds: number;
  /** From the sent request to the response headers. A heavy Prometheus query computes during this time. */
  readonly headersMilliseconds: number;
  /** Between two pieces of a body. */
  readonly bodyMilliseconds: number;
  readonly responseBytes: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connectMilliseconds: 10_000,
  headersMilliseconds: 40_000,
  bodyMilliseconds: 15_000,
  // 50,000 series with long labels have a third of this size. As objects, they take several times as much memory.
  responseBytes: 32 * MEBIBYTE,
};

/** Real sources redirect once or twice: from http to https, or from a moved path. */
const REDIRECT_LIMIT = 5;
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

interface HttpRequest {
  readonly url: URL;
  /** Sent to every origin. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent only to the origin of `url`. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  /** Present: a POST with this form. Absent: a GET. */
  readonly form?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The URL for messages: without its query, and after a redirect to another origin only the origin. */
  readonly where: string;
  /** After a redirect to another origin: the request had no credentials. */
  readonly isFromOtherOrigin: boolean;
}

export interface HttpClient {
  /** Returns the response of any status. Throws a SourceError if there is no complete response within the limits. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections, including those in use. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** The only origin that sees the client certificate. */
  readonly origin: string;
  readonly tls: TlsMaterial;
  readonly proxies: ProxyRules;
  /** Whether the secret headers of requests contain a credential of the Secret. */
  readonly hasSecret: boolean;
  /** Aborts requests in progress. */
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
}

/** Returns an http or https URL without user and password, or undefined for any other text. */
export function parseHttpUrl(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.username = '';
  url.password = '';
  return url;
}

/** Returns undefined if the response is not a redirect. Throws a BadResponse for a redirect to an invalid URL. */
function redirectTarget(response: Dispatcher.ResponseData, hop: Hop): URL | undefined {
  if (!REDIRECT_STATUSES.includes(response.statusCode)) return undefined;
  const { location } = response.headers;
  const target = typeof location === 'string' ? parseHttpUrl(location, hop.url) : undefined;
  if (target === undefined) {
    throw new SourceError(
      'BadResponse',
      `invalid redirect from ${whereOf(hop)}: Location must be an http or https URL`,
    );
  }
  return target;
}

async function readResponse(response: Dispatcher.ResponseData, hop: Hop, limitBytes: number): Promise<HttpResponse> {
  const where = whereOf(hop);
  return {
    status: response.statusCode,
    headers: response.headers,
    text: await readText(response, where, limitBytes),
    where,
    isFromOtherOrigin: hop.isOtherOrigin,
  };
}

function checkHops(next: Hop, hops: readonly Hop[]): void {
  const [first] = hops.slice(-1);
  const where = whereOf(first ?? next);
  if (hops.some(({ url }) => url.href === next.url.href)) {
    throw new SourceError('BadResponse', `redirect loop from ${where}: check the URL of the source`);
  }
  if (hops.length > REDIRECT_LIMIT) {
    throw new SourceError('BadResponse', `too many redirects from ${where}: the limit is ${REDIRECT_LIMIT}`);
  }
}

function secretHeadersOf({ isOtherOrigin }: Hop, { secretHeaders }: HttpRequest): Readonly<Record<string, string>> {
  return isOtherOrigin ? {} : secretHeaders;
}

function headersOf(hop: Hop, request: HttpRequest): Record<string, string> {
  return {
    'user-agent': 'drop',
    // Not every server honours it; the size limit counts decompressed bytes.
    'accept-encoding': 'identity',
    ...request.headers,
    ...secretHeadersOf(hop, request),
    ...(hop.isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  };
}

/** Throws a SourceError with TLSError for invalid TLS material. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { origin, tls, signal, limits, proxies, hasSecret } = options;
  const agents = createTlsAgents(limits, tls);

  function firstHop({ url, form }: HttpRequest): Hop {
    return { url, isPost: form !== undefined, isOtherOrigin: false, proxy: proxies.proxyFor(url) };
  }

  /** Keeps a POST and its form, because the form holds the query. Only 303 requires a GET. */
  function nextHop(hop: Hop, url: URL, status: number, first: URL): Hop {
    return {
      url,
      isPost: hop.isPost && status !== 303,
      isOtherOrigin: hop.isOtherOrigin || url.origin !== first.origin,
      proxy: proxies.proxyFor(url),
    };
  }

  function checkSecrets(hop: Hop, request: HttpRequest): void {
    if (hasSecret && Object.keys(secretHeadersOf(hop, request)).length > 0) checkSecretRoute(hop.url, hop.proxy);
  }

  function dispatch(hop: Hop, request: HttpRequest): Promise<Dispatcher.ResponseData> {
    const isSource = hop.url.origin === origin && !hop.isOtherOrigin;
    return sendRequest(hop.url, {
      dispatcher: agents.agentFor(isSource ? 'source' : 'otherOrigin', hop.proxy),
      method: hop.isPost ? 'POST' : 'GET',
      headers: headersOf(hop, request),
      body: hop.isPost ? (request.form ?? null) : null,
      signal,
    });
  }

  /** Prepends each hop to `hops`, so that the caller knows where an error occurred. */
  async function follow(request: HttpRequest, first: Hop, hops: Hop[]): Promise<HttpResponse> {
    let hop = first;
    for (;;) {
      hops.unshift(hop);
      checkSecrets(hop, request);
      const response = await dispatch(hop, request);
      const target = redirectTarget(response, hop);
      if (target === undefined) return await readResponse(response, hop, limits.responseBytes);
      discard(response.body);
      hop = nextHop(hop, target, response.statusCode, request.url);
      checkHops(hop, hops);
    }
  }

  return {
    async send(request) {
      const first = firstHop(request);
      const hops: Hop[] = [];
      try {
        return await follow(request, first, hops);
      } catch (error) {
        throw hopError(error, hops[0] ?? first);
      }
    },
    async close() {
      await agents.destroy();
    },
  };
}
