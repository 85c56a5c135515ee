// Clients for tests that need a real connection.
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Longest wait for a response. */
const RESPONSE_TIMEOUT_MILLISECONDS = 10_000;

/** Sends raw text. Returns everything received until the first response is complete or the server closes. */
export function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(RESPONSE_TIMEOUT_MILLISECONDS, () =>
      socket.destroy(new Error(`no response; received so far: ${received}`)),
    );
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
      if (received.includes('\r\n\r\n') && received.endsWith('}')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Occupies a port until it is released. */
export function occupyPort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        release: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

export interface SlowRequest {
  /** Sends the body and returns the response. */
  finish(): Promise<{ readonly statusCode: number | undefined; readonly body: string }>;
  /** Closes the connection. */
  close(): void;
}

interface SlowOptions {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}

/** Sends the headers of a request. Resolves when the server has read them and waits for the body. */
export function slowRequest({ port, path, headers, body }: SlowOptions): Promise<SlowRequest> {
  const agent = new Agent({ keepAlive: true });
  return new Promise((resolve, reject) => {
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      timeout: RESPONSE_TIMEOUT_MILLISECONDS,
      headers: { ...headers, expect: '100-continue', 'content-length': String(Buffer.byteLength(body)) },
    });
    const response = new Promise<IncomingMessage>((done) => outgoing.on('response', done));
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no response')));
    outgoing.on('continue', () =>
      resolve({
        finish: async () => {
          outgoing.end(body);
          const message = await response;
          return { statusCode: message.statusCode, body: await bodyOf(message) };
        },
        close: () => agent.destroy(),
      }),
    );
    outgoing.flushHeaders();
  });
}
