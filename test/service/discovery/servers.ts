// HTTP, HTTPS and TCP servers on loopback that play the sources of a test. closeServers stops all of them.
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface TestServer {
  readonly port: number;
  readonly url: string;
  /** All requests so far, in order. */
  readonly seen: readonly SeenRequest[];
}

export type Responder = (request: SeenRequest, response: ServerResponse) => unknown;

const closers: (() => Promise<void>)[] = [];

/** Closes every server that was started since the last call. */
export async function closeServers(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Returns the port on 127.0.0.1. closeServers stops the server. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}

function recorder(seen: SeenRequest[], respond: Responder): RequestListener {
  return async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { method = '', url = '', headers } = request;
    const each = { method, url, headers, body };
    seen.push(each);
    respond(each, response);
  };
}

export async function serve(respond: Responder): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const port = await listen(createHttpServer(recorder(seen, respond)));
  return { port, url: `http://127.0.0.1:${port}`, seen };
}

export async function serveTls(options: ServerOptions, respond: Responder): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const port = await listen(createHttpsServer(options, recorder(seen, respond)));
  return { port, url: `https://127.0.0.1:${port}`, seen };
}

export async function serveTcp(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const port = await listen(createTcpServer(onConnection));
  return { port, url: `http://127.0.0.1:${port}`, seen: [] };
}

/** Returns a port that no process listens on. */
export async function unusedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Sends a 200 with JSON. */
export function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

/** Responds with a status, a text and headers. */
export function plain(status: number, text: string, headers: Record<string, string> = {}): Responder {
  return (_request, response) => response.writeHead(status, headers).end(text);
}

/** Responds with an empty Prometheus vector. */
export const emptyVector: Responder = (_request, response) =>
  json(response, { status: 'success', data: { resultType: 'vector', result: [] } });
