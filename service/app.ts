// The HTTP side of the hooks: who may ask, how large a question may be, and what is said when it makes no sense.
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { HookSettings } from '../hooks/settings.ts';
import { bearerTokenCheck } from './bearer-token.ts';
import { createAdmission } from './body-admission.ts';
import type { Certificate } from './certificate.ts';
import {
  type Connections,
  floodWarning,
  HEAD_TIMEOUT_MILLISECONDS,
  limitConnections,
  TIMEOUT_CHECK_MILLISECONDS,
} from './connections.ts';
import type { RunDiscovery } from './discovery-runner.ts';
import type { StatusChange } from './events/status-event.ts';
import { type Hook, type HookReply, hooks } from './hook-table.ts';
import { type JsonBodyCode, NESTING_LIMIT, readJsonBodies } from './json-body.ts';
import { withShortTexts } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createStatusMemory, type StatusMemory } from './status-memory.ts';

/** A request that trickles in longer than this is given up; Metacontroller itself gives up after 10 s unless it is told otherwise. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** Longer than Metacontroller keeps an idle connection (90 s), so that it is never we who close a connection it is about to use. */
const KEEP_ALIVE_MILLISECONDS = 100_000;

export interface AppOptions {
  /** Undefined: every caller is answered. */
  readonly token: string | undefined;
  readonly bodyLimitBytes: number;
  readonly settings: HookSettings;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly runDiscovery: RunDiscovery;
  /** Told of every status that is answered; absent: nobody is. */
  readonly onStatus?: ((change: StatusChange) => void) | undefined;
  /** Absent: the hooks are served without TLS. */
  readonly certificate?: Certificate | undefined;
  /** Absent: half a minute. */
  readonly requestTimeoutMilliseconds?: number;
}

const noop = () => undefined;

interface Refusal {
  readonly statusCode: number;
  readonly sentence: string;
}

const emptyBody: Refusal = { statusCode: 400, sentence: 'the body is empty' };
const noSuchHook: Refusal = { statusCode: 404, sentence: 'there is no such hook' };
const noRoom: Refusal = { statusCode: 503, sentence: 'too many large bodies are on their way: ask again' };

const misshapen: Readonly<Record<JsonBodyCode, Refusal>> = {
  DROP_BODY_TOO_DEEP: { statusCode: 400, sentence: `the body is nested more than ${NESTING_LIMIT} levels deep` },
  DROP_BODY_TOO_MANY_TOKENS: {
    statusCode: 413,
    sentence: 'the body has too many values; the limit grows with DROP_BODY_LIMIT_BYTES above 64 MiB',
  },
};

/** What is refused before a hook is asked, by its error code. */
const refusals: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { statusCode: 413, sentence: 'the body is larger than DROP_BODY_LIMIT_BYTES' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { statusCode: 415, sentence: 'the body must be application/json' },
  FST_ERR_CTP_EMPTY_JSON_BODY: emptyBody,
  FST_ERR_CTP_INVALID_JSON_BODY: { statusCode: 400, sentence: 'the body is not valid JSON' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { statusCode: 400, sentence: 'the body is not as long as its header says' },
  ...misshapen,
};

const internalError: Refusal = { statusCode: 500, sentence: 'internal error; the log of the service says more' };

function refusalOf(error: FastifyError): Refusal {
  const known = Object.hasOwn(refusals, error.code ?? '') ? refusals[error.code] : undefined;
  if (known !== undefined) return known;
  const { statusCode } = error;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // The parser's own words repeat parts of the body, which may hold anything.
    return { statusCode, sentence: statusCode === 400 ? 'the body is not valid JSON' : 'the request makes no sense' };
  }
  return internalError;
}

async function refuse(reply: FastifyReply, { statusCode, sentence }: Refusal): Promise<FastifyReply> {
  return reply.code(statusCode).send({ error: sentence });
}

function logAnswer(logger: Logger, hook: Hook, answered: HookReply, durationMilliseconds: number): void {
  const { resyncAfterSeconds } = answered.body as { readonly resyncAfterSeconds?: number };
  const line = withShortTexts({
    hook: hook.path,
    parent: answered.parent,
    ...answered.logFields,
    resyncAfterSeconds,
    durationMilliseconds: Math.round(durationMilliseconds * 10) / 10,
  });
  if (hook.isQuiet) logger.debug(line, 'answered');
  else logger.info(line, 'answered');
}

function addHook(app: FastifyInstance, hook: Hook, options: AppOptions, memory: StatusMemory): void {
  const { settings, clock, logger, metrics, runDiscovery, onStatus = noop } = options;
  app.post(hook.path, async (request, reply) => {
    if (request.body === undefined) return refuse(reply, emptyBody);
    const reading = hook.parse(request.body);
    if (!reading.ok) return refuse(reply, { statusCode: 400, sentence: reading.problem });
    const context = { settings, memory, clock, runDiscovery, onStatus, nowMilliseconds: clock() };
    const answered = await reading.respond(context);
    const { started } = answered.logFields;
    if (Array.isArray(started)) metrics.observeStarts(answered.parent, started.length);
    logAnswer(logger, hook, answered, reply.elapsedTime);
    // Serialised here once: a response shape would drop fields, and none would have Fastify do just this.
    return reply.type('application/json').send(JSON.stringify(answered.body));
  });
}

function requireToken(app: FastifyInstance, token: string, connections: Connections): void {
  const isAllowed = bearerTokenCheck(token);
  // Before the body is read: a stranger costs a header, and keeps no connection.
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (isAllowed(request.headers.authorization)) {
      connections.markAuthenticated(request.raw.socket);
      return undefined;
    }
    const given = request.headers.authorization === undefined ? 'missing' : 'wrong';
    return refuse(reply.header('connection', 'close'), {
      statusCode: 401,
      sentence: `the bearer token is ${given}`,
    });
  });
}

/** Who needs no token is known once all that he asks is there. */
function authenticateAll(app: FastifyInstance, connections: Connections): void {
  app.addHook('preHandler', async ({ raw }: FastifyRequest) => connections.markAuthenticated(raw.socket));
}

/** After the token: a stranger takes no room. */
function limitBodies(app: FastifyInstance, bodyLimitBytes: number): void {
  const isAdmitted = createAdmission(bodyLimitBytes);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) =>
    isAdmitted(request.headers, reply.raw) ? undefined : refuse(reply, noRoom),
  );
}

/** A connection that is kept open would keep a stopping service alive until its other end gives it up, and in a crowd somebody out. */
function closeConnections(app: FastifyInstance, { isNearLimit }: Connections): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping || isNearLimit()) reply.header('connection', 'close');
  });
}

/** Fastify's types know an app by its server; nothing here looks at that, so one type serves both. */
function serverOptions(certificate: Certificate | undefined, requestTimeout: number): object {
  const connectionsCheckingInterval = Math.min(TIMEOUT_CHECK_MILLISECONDS, requestTimeout);
  if (certificate === undefined) return { requestTimeout, http: { connectionsCheckingInterval } };
  const tls = { ...certificate, minVersion: 'TLSv1.2', handshakeTimeout: HEAD_TIMEOUT_MILLISECONDS };
  return { requestTimeout, https: { ...tls, connectionsCheckingInterval } };
}

/** Takes what the service is made of; gives the app, ready to listen or to be injected into. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { logger, metrics, bodyLimitBytes, requestTimeoutMilliseconds = REQUEST_TIMEOUT_MILLISECONDS } = options;
  const app = Fastify({
    logger: false,
    ...serverOptions(options.certificate, requestTimeoutMilliseconds),
    bodyLimit: bodyLimitBytes,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    forceCloseConnections: 'idle',
    // A path that cannot even be decoded; nobody has looked at the token then.
    frameworkErrors: (_error, _request, reply) => refuse(reply.header('connection', 'close'), noSuchHook),
  });
  app.server.headersTimeout = Math.min(HEAD_TIMEOUT_MILLISECONDS, requestTimeoutMilliseconds);
  const connections = limitConnections(app.server, { onFlood: floodWarning(logger, options.clock) });
  closeConnections(app, connections);
  if (options.token === undefined) authenticateAll(app, connections);
  else requireToken(app, options.token, connections);
  limitBodies(app, bodyLimitBytes);
  // Fastify reads text too unless told; a hook takes JSON alone.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app, bodyLimitBytes);
  app.setNotFoundHandler(async (_request, reply) => refuse(reply, noSuchHook));
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal === internalError) logger.error({ err: error, hook: request.routeOptions.url }, 'internal error');
    return refuse(reply, refusal);
  });
  app.addHook('onResponse', async (request, reply) => {
    const path = request.routeOptions.url ?? 'unknown';
    metrics.observeHook(path, reply.statusCode, reply.elapsedTime / 1000);
    if (reply.statusCode >= 400 && reply.statusCode !== internalError.statusCode) {
      logger.warn({ hook: path, statusCode: reply.statusCode }, 'refused');
    }
  });
  const memory = createStatusMemory();
  for (const hook of hooks) addHook(app, hook, options, memory);
  return app;
}
