// Maps the error codes of Node, OpenSSL and undici to failure reasons.
import { errors } from 'undici';
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';
import type { HttpProxy } from './proxies.ts';
import { SourceError } from './source-error.ts';

interface NetworkProblem {
  readonly reason: FailureReason;
  readonly problem: string;
  readonly advice: string;
}

const refused: NetworkProblem = {
  reason: 'ConnectionRefused',
  problem: 'connection refused',
  advice: 'check that the server is running and that the port of the URL is right',
};
const unreachable: NetworkProblem = {
  reason: 'ConnectionRefused',
  problem: 'host unreachable',
  advice: 'check the network and its policies',
};
const unknownHost: NetworkProblem = {
  reason: 'DNSError',
  problem: 'host name not resolved',
  advice: 'check the URL of the source and the DNS of the cluster',
};
const slow: NetworkProblem = {
  reason: 'Timeout',
  problem: 'no complete response in time',
  advice: "check the server's load",
};
const closed: NetworkProblem = {
  reason: 'BadResponse',
  problem: 'connection closed before the response was complete',
  advice: "check the server's logs",
};
const unknownIssuer: NetworkProblem = {
  reason: 'TLSError',
  problem: 'untrusted issuer of the certificate',
  advice: 'add the issuer to ca.crt of the Secret',
};
const otherTls: NetworkProblem = {
  reason: 'TLSError',
  problem: 'TLS handshake failed',
  advice: 'check the TLS settings of the server and of the Secret',
};
const closedAfterHandshake: NetworkProblem = {
  reason: 'TLSError',
  problem: 'connection closed after the TLS handshake',
  advice: 'the server may require tls.crt and tls.key in the Secret',
};
const damagedCompression: NetworkProblem = {
  reason: 'BadResponse',
  problem: 'damaged compressed response',
  advice: 'check the server and its proxies',
};
const notHttp: NetworkProblem = {
  reason: 'BadResponse',
  problem: 'response is not HTTP',
  advice: 'check the port of the URL',
};
const unknownProblem: NetworkProblem = {
  reason: 'BadResponse',
  problem: 'request failed',
  advice: 'check the URL of the source',
};

const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';

const problems: Readonly<Record<string, NetworkProblem>> = {
  ECONNREFUSED: refused,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EAI_FAIL: unknownHost,
  EAI_NODATA: unknownHost,
  EAI_NONAME: unknownHost,
  ETIMEDOUT: slow,
  [CONNECT_TIMEOUT]: {
    reason: 'Timeout',
    problem: 'no connection in time',
    advice: 'check the network and its policies',
  },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'Timeout', problem: 'no response in time', advice: "check the server's load" },
  UND_ERR_BODY_TIMEOUT: { reason: 'Timeout', problem: 'response stalled', advice: "check the server's load" },
  UND_ERR_HEADERS_OVERFLOW: {
    reason: 'BadResponse',
    problem: 'response headers too large',
    advice: 'check that the URL is that of the API',
  },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    reason: 'BadResponse',
    problem: 'response shorter or longer than its Content-Length',
    advice: 'check the server and its proxies',
  },
  UND_ERR_SOCKET: closed,
  ECONNRESET: closed,
  ERR_STREAM_PREMATURE_CLOSE: closed,
  EPIPE: closed,
  EPROTO: {
    reason: 'TLSError',
    problem: 'TLS protocol error from the server',
    advice: 'check the TLS settings of the server',
  },
  CERT_HAS_EXPIRED: { reason: 'TLSError', problem: 'expired certificate', advice: 'renew the certificate' },
  CERT_NOT_YET_VALID: { reason: 'TLSError', problem: 'certificate not valid yet', advice: 'check the clocks' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'TLSError',
    problem: 'certificate for another host',
    advice: 'use a host name of the certificate in the URL',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    reason: 'TLSError',
    problem: 'no TLS response',
    advice: 'check the port of the URL, or use http',
  },
};

/** By code prefix: the verification errors of OpenSSL (Node `crypto_common.cc`), then its other errors. */
const families: readonly (readonly [RegExp, NetworkProblem])[] = [
  // zlib and Brotli.
  [/^(?:Z_|ERR_+(?:BROTLI|ERROR_FORMAT|PADDING))/, damagedCompression],
  [/^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED)/, unknownIssuer],
  [/^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_|HOSTNAME_|PATH_LENGTH_)/, otherTls],
];

interface Cause {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** A host with several addresses has an AggregateError with one error per address. The first error is used. */
function innermostCause(error: unknown): Cause {
  if (error instanceof AggregateError && error.errors.length > 0) return innermostCause(error.errors[0]);
  if (!(error instanceof Error)) return { name: '', code: '', message: '' };
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' && error.cause !== undefined) return innermostCause(error.cause);
  return { name: error.name, code: typeof code === 'string' ? code : '', message: error.message };
}

function problemOf({ name, code, message }: Cause): NetworkProblem {
  if (name === 'TimeoutError') return slow;
  if (name === 'HTTPParserError') return notHttp;
  // A connection that the server closes during the handshake has the code of any closed connection.
  if (code === 'ECONNRESET' && message.includes('before secure TLS connection')) return otherTls;
  const known = Object.hasOwn(problems, code) ? problems[code] : undefined;
  return known ?? families.find(([pattern]) => pattern.test(code))?.[1] ?? unknownProblem;
}

/** undici drops the TLS alert of a server that requires a client certificate and reports a connection without data. */
function isClosedAfterHandshake(error: unknown, where: string): boolean {
  if (!(error instanceof errors.SocketError) || !where.startsWith('https:')) return false;
  return error.socket?.bytesRead === 0;
}

function codeOf({ code }: Cause): string {
  return code === '' ? '' : ` (${code})`;
}

/** Wraps what a request threw, unless it is a SourceError already. `where` is the URL for the message. */
export function networkError(error: unknown, where: string): SourceError {
  if (error instanceof SourceError) return error;
  const cause = innermostCause(error);
  const { reason, problem, advice } = isClosedAfterHandshake(error, where) ? closedAfterHandshake : problemOf(cause);
  return new SourceError(reason, `${problem}${codeOf(cause)} at ${where}: ${advice}`);
}

/** Wraps what the connection to a proxy threw. `target` is the host or URL that the proxy should reach. */
export function proxyNetworkError(error: unknown, { origin, variable }: HttpProxy, target: string): SourceError {
  if (error instanceof SourceError) return error;
  const cause = innermostCause(error);
  const { reason, problem } = problemOf(cause);
  return new SourceError(
    reason,
    `${problem}${codeOf(cause)} at proxy ${origin} for ${target}: check the proxy and its address in ${variable}`,
  );
}

/** Whether there was no connection at all. In a request to a proxy, the error is one of the proxy then. */
export function isConnectError(error: unknown): boolean {
  const cause = innermostCause(error);
  return cause.code === CONNECT_TIMEOUT || ['ConnectionRefused', 'DNSError'].includes(problemOf(cause).reason);
}
