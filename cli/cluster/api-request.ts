// GET requests to the API server of a kubeconfig, with limits on time and size.
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { UsageError } from '../usage-error.ts';
import { quoted } from './kube-config.ts';

/** Longest time of one request with its response. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** Longest time of the program that a kubeconfig names for its credentials: a person may have to log in. */
const CREDENTIAL_TIMEOUT_MILLISECONDS = 120_000;

export interface ApiResponse {
  readonly status: number;
  readonly body: string;
}

/** A response with more bytes than allowed. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
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
}

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

async function send(url: URL, options: RequestOptions, limitBytes: number): Promise<ApiResponse> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options).on('response', resolve).on('error', reject).end();
  });
  return { status: response.statusCode ?? 0, body: await textOf(response, limitBytes) };
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

  async function get(path: string, { limitBytes, accept }: GetOptions): Promise<ApiResponse> {
    const signal = AbortSignal.timeout(requestTimeoutMilliseconds);
    try {
      const headers = { ...credentials.headers, accept };
      const options = { ...credentials, headers, signal };
      const response = await send(new URL(path, base), options, limitBytes);
      if (response.status !== 401) return response;
    } catch (error) {
      if (error instanceof TooLargeError) throw error;
      const seconds = requestTimeoutMilliseconds / 1_000;
      throw unreachable(place, signal.aborted ? `no response within ${seconds} s` : problemOf(error));
    }
    throw new UsageError(
      `the API server ${place.server} refused the credentials of the context "${context}" (HTTP 401): log in again`,
    );
  }
  return { ...place, get };
}
