// Which reason a failed connection has: one table of the codes that Node, OpenSSL and undici give.
import { errors } from 'undici';
import type { FailureReason } from '../../hooks/discovery-policy/query.ts';
import { SourceError } from './source-error.ts';

interface Trouble {
  readonly reason: FailureReason;
  readonly sentence: string;
}

const refused: Trouble = { reason: 'ConnectionRefused', sentence: 'the connection was refused' };
const unreachable: Trouble = { reason: 'ConnectionRefused', sentence: 'the host cannot be reached' };
const unknownHost: Trouble = { reason: 'DNSError', sentence: 'the name of the host cannot be resolved' };
const slow: Trouble = { reason: 'Timeout', sentence: 'there was no complete answer in time' };
const closed: Trouble = {
  reason: 'BadResponse',
  sentence: 'the connection was closed before the answer was complete',
};

const troubles: Readonly<Record<string, Trouble>> = {
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
  UND_ERR_CONNECT_TIMEOUT: { reason: 'Timeout', sentence: 'there was no connection in time' },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'Timeout', sentence: 'no answer began in time' },
  UND_ERR_BODY_TIMEOUT: { reason: 'Timeout', sentence: 'the answer began and then nothing more came' },
  UND_ERR_HEADERS_OVERFLOW: { reason: 'BadResponse', sentence: 'the headers of the answer are too large' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { reason: 'BadResponse', sentence: 'the answer is not as long as it says' },
  UND_ERR_SOCKET: closed,
  ECONNRESET: closed,
  EPIPE: closed,
  EPROTO: { reason: 'TLSError', sentence: 'the other side does not speak TLS as it should' },
  CERT_HAS_EXPIRED: { reason: 'TLSError', sentence: 'the certificate has expired' },
  CERT_NOT_YET_VALID: { reason: 'TLSError', sentence: 'the certificate is not valid yet' },
  ERR_TLS_CERT_ALTNAME_INVALID: { reason: 'TLSError', sentence: 'the certificate is for another host' },
  ERR_SSL_WRONG_VERSION_NUMBER: { reason: 'TLSError', sentence: 'the other side does not speak TLS' },
};

const unknownIssuer: Trouble = {
  reason: 'TLSError',
  sentence: 'the certificate is signed by an issuer that is not trusted; ca.crt of the Secret can name it',
};
const otherTls: Trouble = { reason: 'TLSError', sentence: 'the TLS handshake failed' };
const handshakeOnly: Trouble = {
  reason: 'TLSError',
  sentence: 'the connection was closed after the TLS handshake; the other side may require tls.crt and tls.key',
};
const notHttp: Trouble = { reason: 'BadResponse', sentence: 'the answer is not HTTP' };
const unknownTrouble: Trouble = { reason: 'BadResponse', sentence: 'the request failed' };

/** Whole families of codes: OpenSSL's verification results (Node `crypto_common.cc`), and its errors. */
const families: readonly (readonly [RegExp, Trouble])[] = [
  [/^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED)/, unknownIssuer],
  [/^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_|HOSTNAME_|PATH_LENGTH_)/, otherTls],
];

/** A host with several addresses fails once for each; the first says why. */
function innermost(error: unknown): { readonly name: string; readonly code: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { name: '', code: '', message: '' };
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' && error.cause !== undefined) return innermost(error.cause);
  return { name: error.name, code: typeof code === 'string' ? code : '', message: error.message };
}

function troubleOf(error: unknown): Trouble {
  const { name, code, message } = innermost(error);
  if (name === 'TimeoutError') return slow;
  if (name === 'HTTPParserError') return notHttp;
  // A server that hangs up during the handshake has the code of any other that hangs up.
  if (code === 'ECONNRESET' && message.includes('before secure TLS connection')) return otherTls;
  const known = Object.hasOwn(troubles, code) ? troubles[code] : undefined;
  return known ?? families.find(([pattern]) => pattern.test(code))?.[1] ?? unknownTrouble;
}

/** undici loses the alert of a server that requires a client certificate; what is left of it is a connection on which nothing came. */
function closedAfterHandshake(error: unknown, where: string): boolean {
  if (!(error instanceof errors.SocketError) || !where.startsWith('https:')) return false;
  return error.socket?.bytesRead === 0;
}

/** Takes what a request threw and where it went; gives the failure, with the code that an operator can look up. */
export function networkFailure(error: unknown, where: string): SourceError {
  if (error instanceof SourceError) return error;
  const { reason, sentence } = closedAfterHandshake(error, where) ? handshakeOnly : troubleOf(error);
  const { code } = innermost(error);
  return new SourceError(reason, `${where}: ${sentence}${code === '' ? '' : ` (${code})`}`);
}
