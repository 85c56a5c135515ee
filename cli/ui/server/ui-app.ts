// The HTTP side of the page: who may read it, its files, its events and the report of `why`.
import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { html } from '../../plan/html/markup.ts';
import { UsageError } from '../../usage-error.ts';
import { whyReport } from '../../why/why.ts';
import type { SnapshotSource } from '../follow/snapshot-source.ts';
import { pageHtml, pageIcon, pageScript, pageStyle } from '../page/page-assets.ts';
import { uiView } from '../view/build-view.ts';
import { type Access, createAccess, type Refusal, type Secrets, securityHeaders } from './access.ts';
import { createEventStreams, type StreamTimes } from './event-streams.ts';
import { createViewFeed, type FeedTimes } from './view-feed.ts';

/** All headers of a request together. The cookies of other servers on the machine count, too. */
export const HEADER_LIMIT_BYTES = 16 * 1024;
/** A whole request must arrive within this time. */
const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
/** Open connections at once. A browser opens up to 6 for each tab. */
const CONNECTION_LIMIT = 128;
/** A reference with registry, repository, tag and digest is shorter. */
const IMAGE_LIMIT_CHARACTERS = 1_024;
/** The limit of Kubernetes for a name. */
const NODE_LIMIT_CHARACTERS = 253;

export interface UiAppOptions {
  readonly source: SnapshotSource;
  /** What the page shows, for example the context of the kubeconfig. */
  readonly title: string;
  readonly secrets: Secrets;
  /** Of the server. It is known once the server listens. */
  readonly port: () => number;
  readonly feedTimes?: FeedTimes | undefined;
  readonly streamTimes?: StreamTimes | undefined;
}

const HTML_TYPE = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** A page of one sentence. */
function messagePage({ status, message }: Refusal): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title><p>${message}</p></html>
`.html;
}

async function sendRefusal(reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
  if (refusal.status === 405) reply.header('allow', 'GET');
  return reply.code(refusal.status).type(HTML_TYPE).send(messagePage(refusal));
}

const notFound: Refusal = { status: 404, message: 'There is no such page: open the address without a path.' };
const internalError = 'internal error: reload the page, or start the command again';

/** The build for browsers lies beside the folder of the build that Node loads. */
function readLitHtml(): string {
  const require = createRequire(import.meta.url);
  const ofNode = require.resolve('lit-html');
  return readFileSync(new URL('../lit-html.js', pathToFileURL(ofNode)), 'utf8');
}

const isExchange = ({ method, url }: FastifyRequest) => method === 'GET' && /^\/\?(?:[^#]*&)?token=/.test(url);

async function exchange(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = new URL(request.url, 'http://page').searchParams.get('token') ?? '';
  const result = access.exchange(token);
  if (!('cookie' in result)) return sendRefusal(reply, result);
  return reply.header('set-cookie', result.cookie).redirect('/', 303);
}

/** Returns undefined for a request that may continue. */
async function guard(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  reply.headers(securityHeaders);
  const refused = access.refuse(request);
  if (refused !== undefined) return sendRefusal(reply, refused);
  if (isExchange(request)) return exchange(access, request, reply);
  const withoutCookie = access.refuseWithoutCookie(request);
  return withoutCookie === undefined ? undefined : sendRefusal(reply, withoutCookie);
}

/** Sends the refusal of a request that Node could not parse, with the headers of every response. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
  const status = statuses[error.code ?? ''] ?? 400;
  const body = messagePage({ status, message: 'The request is not valid: open the link that the command printed.' });
  const headers = Object.entries({
    ...securityHeaders,
    'content-type': HTML_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${body}`);
}

function addFiles(app: FastifyInstance): void {
  const script = 'text/javascript; charset=utf-8';
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': [HTML_TYPE, pageHtml],
    '/app.js': [script, pageScript],
    '/style.css': ['text/css; charset=utf-8', pageStyle],
    '/lit-html.js': [script, readLitHtml()],
    '/icon.svg': ['image/svg+xml', pageIcon],
  };
  for (const [path, [type, text]] of Object.entries(files)) {
    app.get(path, async (_request, reply) => reply.type(type).send(text));
  }
}

const whyQuery = z.object({
  image: z.string().min(1).max(IMAGE_LIMIT_CHARACTERS),
  node: z.string().min(1).max(NODE_LIMIT_CHARACTERS).optional(),
});

function addWhy(app: FastifyInstance, { source }: UiAppOptions): void {
  app.get('/api/why', async ({ query }, reply) => {
    const send = (status: number, body: unknown) => reply.code(status).type(JSON_TYPE).send(JSON.stringify(body));
    const question = whyQuery.safeParse(query);
    if (!question.success) return send(400, { message: 'the parameter image, or node, is missing or not valid' });
    try {
      return send(200, whyReport(source.current(), question.data));
    } catch (error) {
      if (error instanceof UsageError) return send(404, { message: error.message });
      throw error;
    }
  });
}

function currentView({ source, title }: UiAppOptions) {
  const view = uiView(source.current(), title);
  const problem = source.problem?.();
  return problem === undefined ? view : { ...view, remarks: [problem, ...view.remarks] };
}

function addEvents(app: FastifyInstance, options: UiAppOptions): void {
  const { source, feedTimes: times, streamTimes } = options;
  const feed = createViewFeed({ compute: () => currentView(options), onChange: source.onChange, times });
  const streams = createEventStreams(feed, streamTimes);
  app.addHook('preClose', async () => streams.closeAll());
  app.get('/api/events', async (_request, reply) => {
    if (streams.isFull()) {
      return sendRefusal(reply, { status: 503, message: 'The page is open in too many tabs: close some of them.' });
    }
    // An error of the first view is still an ordinary response.
    streams.open(reply.raw, securityHeaders);
    return reply.hijack();
  });
}

/** The app without a listening server. */
export function createUiApp(options: UiAppOptions): FastifyInstance {
  const access = createAccess(options.secrets, options.port);
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    forceCloseConnections: true,
    // A missing Host is refused with the headers of every response, not by Node.
    http: { maxHeaderSize: HEADER_LIMIT_BYTES, requireHostHeader: false },
    clientErrorHandler: refuseRaw,
    // A path that cannot be decoded fails before the hooks.
    frameworkErrors: async (_error, request, reply) =>
      (await guard(access, request, reply)) ?? sendRefusal(reply, notFound),
  });
  app.server.maxConnections = CONNECTION_LIMIT;
  // By default Node refuses other expectations than 100-continue without the headers of every response.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', (request, reply) => guard(access, request, reply));
  app.setNotFoundHandler(async (_request, reply) => sendRefusal(reply, notFound));
  app.setErrorHandler(async (_error, _request, reply) =>
    reply
      .code(500)
      .type(JSON_TYPE)
      .send(JSON.stringify({ message: internalError })),
  );
  addFiles(app);
  addWhy(app, options);
  addEvents(app, options);
  return app;
}
