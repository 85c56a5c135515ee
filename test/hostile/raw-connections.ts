// Bare connections: what no HTTP client would send, and more of them than any would open.
import { connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';

const PATIENCE_MILLISECONDS = 10_000;

/** Takes a port and all the bytes that are to be sent; gives all that comes back until the other end closes. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(PATIENCE_MILLISECONDS, () => socket.destroy());
    socket.on('data', (piece) => {
      received += piece.toString('utf8');
    });
    // Being cut off in the middle of sending is an answer too.
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

/** Takes all that came back on a connection; gives the status codes in it, in order. */
export function statusCodesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** Takes all that came back on a connection; gives the body of the last answer. */
export function lastBodyOf(received: string): string {
  return received.slice(received.lastIndexOf('\r\n\r\n') + 4);
}

export interface OpenConnections {
  /** Those that are still open. */
  readonly count: () => number;
  /** Sends the same on each. */
  write(text: string): void;
  close(): void;
}

/** The system drops what comes faster than it is accepted, and then tries again for seconds. */
const WAVE = 200;
const PAUSE_MILLISECONDS = 15;

/** Opens that many connections and writes the same on each; resolves when each is open or was refused. */
export async function openConnections(port: number, count: number, text = ''): Promise<OpenConnections> {
  const open = new Set<Socket>();
  const openOne = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        open.add(socket);
        if (text !== '') socket.write(text);
        resolve();
      });
      socket.on('data', () => {});
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        resolve();
      });
    });
  for (let opened = 0; opened < count; opened += WAVE) {
    await Promise.all(Array.from({ length: Math.min(WAVE, count - opened) }, openOne));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  return {
    count: () => open.size,
    write(more) {
      for (const socket of open) socket.write(more);
    },
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

/** Gives an `openConnections` whose connections are closed after the test that opened them. */
export function heldConnections(): typeof openConnections {
  let held: OpenConnections[] = [];
  afterEach(() => {
    for (const connections of held) connections.close();
    held = [];
  });
  return async (port, count, text) => {
    const connections = await openConnections(port, count, text);
    held.push(connections);
    return connections;
  };
}
