// One request after another to one source, with a limit on everything and its credentials for nobody else.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, request as startRequest } from 'undici';
import type { TlsMaterial } from './credentials.ts';
import { networkFailure } from './network-failure.ts';
import { SourceError } from './source-error.ts';

const MEBIBYTE = 1024 * 1024;

export interface HttpLimits {
  /** Name, connection and TLS handshake together. */
  readonly connectMilliseconds: number;
  /** From the sent request to the first byte: a heavy Prometheus query computes all this time. */
  readonly headersMilliseconds: number;
  /** Between two pieces of a body. */
  readonly bodyMilliseconds: number;
  /** 50,000 series with long labels are a third of it, and as objects they take several times as much memory. */
  readonly responseBytes: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connectMilliseconds: 10_000,
  headersMilliseconds: 40_000,
  bodyMilliseconds: 15_000,
  responseBytes: 32 * MEBIBYTE,
};

/** Sources in the wild need one or two (http to https, a moved path). */
export const REDIRECT_LIMIT = 5;
/** Of an answer that is an error only the first words are shown. */
const ERROR_BODY_LIMIT_BYTES = 64 * 1024;
/** Registries are asked for a few repositories at once. */
const CONNECTION_LIMIT = 4;
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

export interface HttpRequest {
  readonly url: URL;
  /** Sent wherever a redirect leads. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to the origin of `url` alone. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  /** Present: a POST with this form. Absent: a GET. */
  readonly form?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Where it came from, for a person: no query, and of a redirect to elsewhere only the origin. */
  readonly where: string;
  /** A redirect led to another origin; credentials were left behind. */
  readonly isFromElsewhere: boolean;
}

export interface HttpClient {
  /** Gives the answer, whatever its status. Throws a SourceError when there is none that can be read within the limits. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Drops every connection, also those in use. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** The only origin that sees the client certificate. */
  readonly origin: string;
  readonly tls: TlsMaterial;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
  readonly limits: HttpLimits;
}

interface Hop {
  readonly url: URL;
  readonly isPost: boolean;
  readonly isElsewhere: boolean;
}

/** Takes a text; gives it as an http or https URL without user, or undefined. */
export function parseHttpUrl(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.username = '';
  url.password = '';
  return url;
}

function whereOf({ url, isElsewhere }: Hop): string {
  return isElsewhere ? `${url.origin} (reached by a redirect)` : `${url.origin}${url.pathname}`;
}

/** Node takes any text for an authority and then trusts nobody; better to say so. */
function checkTls({ authority, certificate, key }: TlsMaterial): void {
  try {
    if (authority !== undefined) new X509Certificate(authority);
  } catch {
    throw new SourceError('TLSError', 'ca.crt of the Secret is not a PEM certificate');
  }
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SourceError(
      'TLSError',
      `tls.crt and tls.key of the Secret are not a PEM certificate and its key (${code})`,
    );
  }
}

function createAgent(limits: HttpLimits, tls: { ca?: string[]; cert?: string; key?: string }): Agent {
  return new Agent({
    connections: CONNECTION_LIMIT,
    headersTimeout: limits.headersMilliseconds,
    bodyTimeout: limits.bodyMilliseconds,
    connect: { ...tls, timeout: limits.connectMilliseconds },
  });
}

/** The source itself is trusted by ca.crt alone; others also by the public authorities, and they see no client certificate. */
function createAgents(limits: HttpLimits, { authority, certificate, key }: TlsMaterial) {
  const own = {
    ...(authority === undefined ? {} : { ca: [authority] }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  };
  const foreign = authority === undefined ? {} : { ca: [authority, ...rootCertificates] };
  return { own: createAgent(limits, own), foreign: createAgent(limits, foreign) };
}

function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

/** Gives where a redirect leads, or undefined for any other answer. Throws when it leads nowhere. */
function redirectTarget(response: Dispatcher.ResponseData, hop: Hop): URL | undefined {
  if (!REDIRECT_STATUSES.includes(response.statusCode)) return undefined;
  const { location } = response.headers;
  const target = typeof location === 'string' ? parseHttpUrl(location, hop.url) : undefined;
  if (target === undefined) {
    throw new SourceError('BadResponse', `${whereOf(hop)} redirects to what is no http or https URL`);
  }
  return target;
}

async function readText(response: Dispatcher.ResponseData, hop: Hop, limitBytes: number): Promise<string> {
  const isError = response.statusCode >= 400;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response.body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (isError && bytes > ERROR_BODY_LIMIT_BYTES) break;
    if (bytes > limitBytes) {
      // Leaving the loop ends the connection.
      throw new SourceError('BadResponse', `${whereOf(hop)}: the answer is larger than ${limitText(limitBytes)}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function limitText(bytes: number): string {
  return bytes >= MEBIBYTE ? `the limit of ${bytes / MEBIBYTE} MiB` : `the limit of ${bytes} bytes`;
}

async function parseResponse(response: Dispatcher.ResponseData, hop: Hop, limitBytes: number): Promise<HttpAnswer> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    discard(response.body);
    throw new SourceError('BadResponse', `${whereOf(hop)}: the answer is compressed though the request refuses that`);
  }
  return {
    status: response.statusCode,
    headers: response.headers,
    text: await readText(response, hop, limitBytes),
    where: whereOf(hop),
    isFromElsewhere: hop.isElsewhere,
  };
}

/** A POST stays one, form and all: it only asks, and without its form it would ask nothing. 303 means a GET by definition. */
function nextHop(hop: Hop, url: URL, origin: string, status: number): Hop {
  return { url, isPost: hop.isPost && status !== 303, isElsewhere: hop.isElsewhere || url.origin !== origin };
}

function headersOf(hop: Hop, request: HttpRequest): Record<string, string> {
  return {
    'user-agent': 'drop',
    // So that the limit counts what will be in memory.
    'accept-encoding': 'identity',
    ...request.headers,
    ...(hop.isElsewhere ? {} : request.secretHeaders),
    ...(hop.isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  };
}

/** Takes the source's origin, its TLS material, the deadline and the limits; gives a client. Throws when the material is unusable. */
export function createHttpClient({ origin, tls, signal, limits }: HttpClientOptions): HttpClient {
  checkTls(tls);
  const agents = createAgents(limits, tls);

  function dispatch(hop: Hop, request: HttpRequest): Promise<Dispatcher.ResponseData> {
    return startRequest(hop.url, {
      dispatcher: hop.url.origin === origin && !hop.isElsewhere ? agents.own : agents.foreign,
      method: hop.isPost ? 'POST' : 'GET',
      headers: headersOf(hop, request),
      body: hop.isPost ? (request.form ?? null) : null,
      signal,
    });
  }

  async function follow(request: HttpRequest, first: Hop, hops: Hop[]): Promise<HttpAnswer> {
    let hop = first;
    for (;;) {
      hops.unshift(hop);
      const response = await dispatch(hop, request);
      const target = redirectTarget(response, hop);
      if (target === undefined) return await parseResponse(response, hop, limits.responseBytes);
      discard(response.body);
      hop = nextHop(hop, target, request.url.origin, response.statusCode);
      checkHops(hop, hops);
    }
  }

  return {
    async send(request) {
      const first: Hop = { url: request.url, isPost: request.form !== undefined, isElsewhere: false };
      const hops: Hop[] = [];
      try {
        return await follow(request, first, hops);
      } catch (error) {
        throw networkFailure(error, whereOf(hops[0] ?? first));
      }
    },
    async close() {
      await Promise.all([agents.own.destroy(), agents.foreign.destroy()]);
    },
  };
}

function checkHops(next: Hop, hops: readonly Hop[]): void {
  const [first] = hops.slice(-1);
  const where = whereOf(first ?? next);
  if (hops.some(({ url }) => url.href === next.url.href)) {
    throw new SourceError('BadResponse', `${where} redirects in a loop`);
  }
  if (hops.length > REDIRECT_LIMIT) {
    throw new SourceError('BadResponse', `${where} redirects more than the limit of ${REDIRECT_LIMIT} times`);
  }
}
