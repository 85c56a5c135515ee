// GET requests to the API server of a kubeconfig, with limits on time and size.
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { UsageError } from '../usage-error.ts';
import { quoted } from './kube-config.ts';
import { linesOf } from './lines.ts';
import { TooLargeError } from './too-large-error.ts';

/** Longest time of one request with its response. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** Most bytes of a refusal of a watch. */
const REFUSAL_LIMIT_BYTES = 1024 * 1024;
/** Interval of the probes that find a dead connection. */
const KEEP_ALIVE_MILLISECONDS = 30_000;
/** Longest time of the program that a kubeconfig names for its credentials: a person may have to log in. */
const CREDENTIAL_TIMEOUT_MILLISECONDS = 120_000;

export interface ApiResponse {
  readonly status: number;
  readonly body: string;
}

interface GetOptions {
  readonly limitBytes: number;
  /** The media type of the response. */
  readonly accept: string;
}

export interface ApiClient {
  /** Context and server, for messages. */
  readonly context: string;
  readonly server: string;
  /**
   * Returns a response of any status but 401. Throws a UsageError if the server cannot be reached or refuses the
   * credentials, and a TooLargeError for a body beyond the limit.
   */
  readonly get: (path: string, options: GetOptions) => Promise<ApiResponse>;
  /**
   * Returns once the headers of the response arrived. Throws like `get`. The lines end with an error if the connection
   * breaks, a line is too long, or nothing arrives within the idle time.
   */
  readonly openLines: (path: string, options: LinesOptions) => Promise<LinesResponse>;
}

interface LinesOptions {
  /** Of one line. */
  readonly limitBytes: number;
  /** The media type of the response. */
  readonly accept: string;
  readonly idleMilliseconds: number;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** The lines of a response with status 200; otherwise the refusal. */
type LinesResponse = { readonly lines: AsyncIterable<string> } | { readonly refusal: ApiResponse };

export interface ApiClientOptions {
  readonly requestTimeoutMilliseconds?: number;
}

type RequestOptions = Parameters<KubeConfig['applyToHTTPSOptions']>[0];

async function credentialsOf(kubeConfig: KubeConfig): Promise<RequestOptions> {
  const context = kubeConfig.getCurrentContext();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), CREDENTIAL_TIMEOUT_MILLISECONDS);
  });
  const options: RequestOptions = {};
  try {
    await Promise.race([kubeConfig.applyToHTTPSOptions(options), expired]);
    return options;
  } catch (error) {
    // Certificates that are missing or damaged, and programs that fail.
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `the credentials of the context "${context}" are not usable: log in again: ${quoted(problem)}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: IncomingMessage, limitBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    bytes += piece.length;
    if (bytes > limitBytes) throw new TooLargeError(`more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function responseOf(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  return await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options).on('response', resolve).on('error', reject).end();
  });
}

async function readBody(response: IncomingMessage, limitBytes: number): Promise<ApiResponse> {
  return { status: response.statusCode ?? 0, body: await textOf(response, limitBytes) };
}

async function readLines(
  response: IncomingMessage,
  { limitBytes, idleMilliseconds }: LinesOptions,
): Promise<LinesResponse> {
  response.socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
  response.setTimeout(idleMilliseconds, () => response.destroy(new Error('nothing arrived within the idle time')));
  if (response.statusCode !== 200) return { refusal: await readBody(response, REFUSAL_LIMIT_BYTES) };
  return { lines: linesOf(response, limitBytes) };
}

function unreachable({ server, context }: Pick<ApiClient, 'server' | 'context'>, problem: string): UsageError {
  return new UsageError(
    `the API server ${server} of the context "${context}" cannot be reached: check the network and the context: ` +
      quoted(problem),
  );
}

/** A failed connection to a name with several addresses has one error for each and no message of its own. */
function problemOf(error: unknown): string {
  if (error instanceof AggregateError) return problemOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** Runs the program that the kubeconfig names for its credentials, if any. Throws a UsageError if that fails. */
export async function createApiClient(
  kubeConfig: KubeConfig,
  { requestTimeoutMilliseconds = REQUEST_TIMEOUT_MILLISECONDS }: ApiClientOptions = {},
): Promise<ApiClient> {
  const context = kubeConfig.getCurrentContext();
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  const base = `${server}/`;
  if (!URL.canParse(base))
    throw new UsageError(`the server of the context "${context}" is not a URL: ${quoted(server)}`);
  const credentials = await credentialsOf(kubeConfig);
  const place = { server: new URL(base).host, context };

  const optionsOf = (accept: string, signal: AbortSignal): RequestOptions => {
    return { ...credentials, headers: { ...credentials.headers, accept }, signal };
  };
  const failure = (error: unknown, isLate: boolean) => {
    if (error instanceof TooLargeError) return error;
    const seconds = requestTimeoutMilliseconds / 1_000;
    return unreachable(place, isLate ? `no response within ${seconds} s` : problemOf(error));
  };
  const refused = () =>
    new UsageError(
      `the API server ${place.server} refused the credentials of the context "${context}" (HTTP 401): log in again`,
    );

  async function get(path: string, { limitBytes, accept }: GetOptions): Promise<ApiResponse> {
    const signal = AbortSignal.timeout(requestTimeoutMilliseconds);
    const response = await responseOf(new URL(path, base), optionsOf(accept, signal))
      .then((message) => readBody(message, limitBytes))
      .catch((error: unknown) => {
        throw failure(error, signal.aborted);
      });
    if (response.status === 401) throw refused();
    return response;
  }

  async function openLines(path: string, options: LinesOptions): Promise<LinesResponse> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), requestTimeoutMilliseconds);
    const signal = AbortSignal.any([options.signal, late.signal]);
    const response = await responseOf(new URL(path, base), optionsOf(options.accept, signal))
      .then((message) => readLines(message, options))
      .catch((error: unknown) => {
        throw failure(error, late.signal.aborted);
      })
      .finally(() => clearTimeout(timer));
    if ('refusal' in response && response.refusal.status === 401) throw refused();
    return response;
  }
  return { ...place, get, openLines };
}
