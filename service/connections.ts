// Bounds the connections that are open at once, so that a flood of them costs the flood: above the limit the oldest stranger has to go.
import type { Server, Socket } from 'node:net';
import type { Logger } from 'pino';

/** Metacontroller needs some dozens. Containers may open a million files, and an idle connection takes about 15 KB. */
export const CONNECTIONS_LIMIT = 4_096;
/** Above this part of the limit a connection is closed once it was answered: who idles must not fill the rest. */
export const NEAR_LIMIT_FRACTION = 0.5;
/** A head comes in one packet; whoever has not sent all of it after this time is closed. What is idle between two requests may stay. */
export const HEAD_TIMEOUT_MILLISECONDS = 5_000;
/** How often it is looked for heads that do not end, and for requests that trickle in. */
export const TIMEOUT_CHECK_MILLISECONDS = 1_000;
const SAY_AGAIN_MILLISECONDS = 60_000;

export interface Connections {
  /** Takes the connection of somebody who is known: it is not closed to make room. */
  markAuthenticated(socket: Socket): void;
  /** Whether so many are open that one that was answered is better closed. */
  isNearLimit(): boolean;
}

/** With TLS the socket that a request has is not the one that was accepted, but its other end is the same. */
const endOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Gives what says once a minute that connections are closed to make room. */
export function floodWarning(logger: Logger, clock: () => number): () => void {
  let saidAtMilliseconds = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock() - saidAtMilliseconds < SAY_AGAIN_MILLISECONDS) return;
    saidAtMilliseconds = clock();
    logger.warn({ limit: CONNECTIONS_LIMIT }, 'too many connections: those that have waited longest are closed');
  };
}

export interface ConnectionsOptions {
  /** Told each time that a connection is closed to make room. */
  readonly onFlood?: () => void;
  /** Absent: CONNECTIONS_LIMIT. */
  readonly limit?: number;
}

/** Has the server make room above the limit, the oldest stranger first. */
export function limitConnections(server: Server, options: ConnectionsOptions = {}): Connections {
  const { limit = CONNECTIONS_LIMIT, onFlood = () => undefined } = options;
  /** In the order in which they came. */
  const anonymous = new Map<string, Socket>();
  let count = 0;

  function makeRoom(): void {
    // Where all others are known, it is the new one.
    const [oldest] = anonymous;
    if (oldest !== undefined) {
      anonymous.delete(oldest[0]);
      oldest[1].destroy();
    }
    onFlood();
  }

  server.on('connection', (socket: Socket) => {
    const end = endOf(socket);
    count += 1;
    anonymous.set(end, socket);
    socket.once('close', () => {
      count -= 1;
      if (anonymous.get(end) === socket) anonymous.delete(end);
    });
    if (count > limit) makeRoom();
  });

  return {
    markAuthenticated: (socket) => anonymous.delete(endOf(socket)),
    isNearLimit: () => count > limit * NEAR_LIMIT_FRACTION,
  };
}
