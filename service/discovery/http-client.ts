// An HTTP client for one source, with limits on everything. Redirects to another origin do not carry credentials.
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Dispatcher, request as sendRequest } from 'undici';
import type { TlsMaterial } from './credentials.ts';
import { networkError } from './network-error.ts';
import { SourceError } from './source-error.ts';
import { createTlsAgents } from './tls-agents.ts';

const MEBIBYTE = 1024 * 1024;

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
/** Messages show only the beginning of an error response. */
const ERROR_BODY_LIMIT_BYTES = 64 * 1024;
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
  /** Aborts requests in progress. */
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
}

interface Hop {
  readonly url: URL;
  readonly isPost: boolean;
  readonly isOtherOrigin: boolean;
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

function whereOf({ url, isOtherOrigin }: Hop): string {
  return isOtherOrigin ? `${url.origin} (reached by a redirect)` : `${url.origin}${url.pathname}`;
}

function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
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

/** Some servers and proxies compress although the request asks for `identity`. */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** The body without its compression. Throws a BadResponse for an unknown one. */
function decodedBody({ headers, body }: Dispatcher.ResponseData, hop: Hop): Readable {
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (encoding === 'identity') return body;
  const decoder = decoders.get(encoding)?.();
  if (decoder === undefined) {
    discard(body);
    throw new SourceError(
      'BadResponse',
      `unsupported compression from ${whereOf(hop)}: the server or a proxy ignores accept-encoding: identity`,
    );
  }
  // An end of either stream, also by the size limit, ends the other.
  pipeline(body, decoder, () => {});
  return decoder;
}

async function readText(response: Dispatcher.ResponseData, hop: Hop, limitBytes: number): Promise<string> {
  const isError = response.statusCode >= 400;
  const body = decodedBody(response, hop);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (isError && bytes > ERROR_BODY_LIMIT_BYTES) break;
    if (bytes > limitBytes) {
      // Leaving the loop closes the connection.
      const limit = limitBytes >= MEBIBYTE ? `${limitBytes / MEBIBYTE} MiB` : `${limitBytes} bytes`;
      throw new SourceError('BadResponse', `response too large from ${whereOf(hop)}: the limit is ${limit}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function readResponse(response: Dispatcher.ResponseData, hop: Hop, limitBytes: number): Promise<HttpResponse> {
  return {
    status: response.statusCode,
    headers: response.headers,
    text: await readText(response, hop, limitBytes),
    where: whereOf(hop),
    isFromOtherOrigin: hop.isOtherOrigin,
  };
}

/** Keeps a POST and its form, because the form holds the query. Only 303 requires a GET. */
function nextHop(hop: Hop, url: URL, origin: string, status: number): Hop {
  return { url, isPost: hop.isPost && status !== 303, isOtherOrigin: hop.isOtherOrigin || url.origin !== origin };
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

function headersOf(hop: Hop, request: HttpRequest): Record<string, string> {
  return {
    'user-agent': 'drop',
    // Not every server honours it; the size limit counts decompressed bytes.
    'accept-encoding': 'identity',
    ...request.headers,
    ...(hop.isOtherOrigin ? {} : request.secretHeaders),
    ...(hop.isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  };
}

/** Throws a SourceError with TLSError for invalid TLS material. */
export function createHttpClient({ origin, tls, signal, limits }: HttpClientOptions): HttpClient {
  const agents = createTlsAgents(limits, tls);

  function dispatch(hop: Hop, request: HttpRequest): Promise<Dispatcher.ResponseData> {
    return sendRequest(hop.url, {
      dispatcher: hop.url.origin === origin && !hop.isOtherOrigin ? agents.source : agents.otherOrigins,
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
      const response = await dispatch(hop, request);
      const target = redirectTarget(response, hop);
      if (target === undefined) return await readResponse(response, hop, limits.responseBytes);
      discard(response.body);
      hop = nextHop(hop, target, request.url.origin, response.statusCode);
      checkHops(hop, hops);
    }
  }

  return {
    async send(request) {
      const first: Hop = { url: request.url, isPost: request.form !== undefined, isOtherOrigin: false };
      const hops: Hop[] = [];
      try {
        return await follow(request, first, hops);
      } catch (error) {
        throw networkError(error, whereOf(hops[0] ?? first));
      }
    },
    async close() {
      await Promise.all([agents.source.destroy(), agents.otherOrigins.destroy()]);
    },
  };
}
