// Small clients for tests that need a real connection: a slow one, a bare one, and one that only asks whether anybody listens.
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Longest that a test waits for an answer. */
const ANSWER_LIMIT_MILLISECONDS = 10_000;

/** Takes a port and what to send; gives all that comes back until the server closes or the first answer is there. */
export function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(ANSWER_LIMIT_MILLISECONDS, () => socket.destroy(new Error(`no answer; so far: ${received}`)));
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
      if (received.includes('\r\n\r\n') && received.endsWith('}')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

/** Tells whether somebody listens on a port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Takes a port until it is told to give it back. */
export function takePort(): Promise<{ readonly port: number; release(): Promise<void> }> {
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
  /** Sends the body; gives the answer. */
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

/** Sends the headers of a request on a connection that is kept; resolves when the server has read them and waits for the body. */
export function slowRequest({ port, path, headers, body }: SlowOptions): Promise<SlowRequest> {
  const agent = new Agent({ keepAlive: true });
  return new Promise((resolve, reject) => {
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      timeout: ANSWER_LIMIT_MILLISECONDS,
      headers: { ...headers, expect: '100-continue', 'content-length': String(Buffer.byteLength(body)) },
    });
    const answer = new Promise<IncomingMessage>((done) => outgoing.on('response', done));
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('continue', () =>
      resolve({
        finish: async () => {
          outgoing.end(body);
          const message = await answer;
          return { statusCode: message.statusCode, body: await bodyOf(message) };
        },
        close: () => agent.destroy(),
      }),
    );
    outgoing.flushHeaders();
  });
}
