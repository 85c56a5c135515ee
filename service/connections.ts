// Connection limits of both HTTP servers: idle and slow clients cannot exhaust memory or file descriptors.
import type { Server } from 'node:net';

/** Metacontroller opens a few dozen connections. An idle one costs about 15 KB. */
const CONNECTIONS_LIMIT = 4_096;
/** All headers of a request must arrive within this time. Connections that send nothing are closed after it, too. */
const HEADERS_TIMEOUT_MILLISECONDS = 5_000;
/** Interval at which Node closes connections that exceeded a timeout. */
const TIMEOUT_CHECK_MILLISECONDS = 1_000;

/** Options of `http.createServer`. */
export const httpServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MILLISECONDS,
  connectionsCheckingInterval: TIMEOUT_CHECK_MILLISECONDS,
};

/** Options of `https.createServer`. */
export const httpsServerOptions = {
  ...httpServerOptions,
  minVersion: 'TLSv1.2',
  handshakeTimeout: HEADERS_TIMEOUT_MILLISECONDS,
} as const;

/** Refuses new connections above the limit. Open connections, such as Metacontroller's, are kept. */
export function limitConnections(server: Server): void {
  server.maxConnections = CONNECTIONS_LIMIT;
}
