// The HTTP side of the hooks: authentication, limits of requests, error responses, and the log of each call.
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { HookSettings } from '../hooks/settings.ts';
import { bearerTokenCheck } from './bearer-token.ts';
import { createBodyAdmission } from './body-admission.ts';
import type { Certificate } from './certificate.ts';
import { httpServerOptions, httpsServerOptions, limitConnections } from './connections.ts';
import { CUSTOMIZE_RETRY_SECONDS, createCustomizeGate } from './customize-gate.ts';
import type { RunDiscovery } from './discovery-runner.ts';
import type { StatusChange } from './events/status-event.ts';
import { type Hook, type HookReply, hooks, type SyncReport } from './hook-table.ts';
import { type JsonBodyCode, NESTING_LIMIT, readJsonBodies } from './json-body.ts';
import { withShortTexts } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createServiceMemory, type ServiceMemory } from './status-memory.ts';

/** A whole request must arrive within this time. Metacontroller itself waits 10 s for a response by default. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** Longer than Metacontroller keeps an idle connection (90 s), so that the service never closes one in use. */
const KEEP_ALIVE_MILLISECONDS = 100_000;

export interface AppOptions {
  /** Undefined: no token is required. */
  readonly token: string | undefined;
  readonly bodyLimitBytes: number;
  readonly settings: HookSettings;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly runDiscovery: RunDiscovery;
  /** Called with the status of every response. */
  readonly onStatus?: ((change: StatusChange) => void) | undefined;
  /** Version of the chart that started the service. Absent: customize requests of every version are accepted. */
  readonly chartVersion?: string | undefined;
  /** Absent: the hooks are served without TLS. */
  readonly certificate?: Certificate | undefined;
}

const noop = () => undefined;

interface HttpError {
  readonly statusCode: number;
  readonly message: string;
}

const emptyBody: HttpError = { statusCode: 400, message: 'the body is empty' };
const noSuchHook: HttpError = { statusCode: 404, message: 'no such hook' };
const tooManyLargeRequests: HttpError = {
  statusCode: 503,
  message: 'too many large requests in flight; retry later',
};

const otherVersion: HttpError = {
  statusCode: 429,
  message: 'this Pod belongs to another version of the chart; retry later',
};

const jsonBodyErrors: Readonly<Record<JsonBodyCode, HttpError>> = {
  DROP_BODY_TOO_DEEP: { statusCode: 400, message: `the body is nested more than ${NESTING_LIMIT} levels deep` },
  DROP_BODY_TOO_MANY_TOKENS: {
    statusCode: 413,
    message: 'the body has too many values; the limit grows with DROP_BODY_LIMIT_BYTES above 64 MiB',
  },
};

/** By error code. These requests are rejected before a hook is called. */
const knownErrors: Readonly<Record<string, HttpError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { statusCode: 413, message: 'the body is larger than DROP_BODY_LIMIT_BYTES' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { statusCode: 415, message: 'the body must be application/json' },
  FST_ERR_CTP_EMPTY_JSON_BODY: emptyBody,
  FST_ERR_CTP_INVALID_JSON_BODY: { statusCode: 400, message: 'the body is not valid JSON' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { statusCode: 400, message: 'the body length differs from Content-Length' },
  ...jsonBodyErrors,
};

const internalError: HttpError = { statusCode: 500, message: 'internal error; see the log of the service' };

function httpErrorOf(error: FastifyError): HttpError {
  const known = Object.hasOwn(knownErrors, error.code ?? '') ? knownErrors[error.code] : undefined;
  if (known !== undefined) return known;
  const { statusCode } = error;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // The parser's own message quotes parts of the body, which may hold anything.
    return { statusCode, message: statusCode === 400 ? 'the body is not valid JSON' : 'the request is not valid' };
  }
  return internalError;
}

async function sendError(reply: FastifyReply, { statusCode, message }: HttpError): Promise<FastifyReply> {
  return reply.code(statusCode).send({ error: message });
}

function logHookReply(logger: Logger, hook: Hook, hookReply: HookReply, durationMilliseconds: number): void {
  const { resyncAfterSeconds } = hookReply.body as { readonly resyncAfterSeconds?: number };
  const fields = withShortTexts({
    hook: hook.path,
    parent: hookReply.parent,
    ...hookReply.logFields,
    resyncAfterSeconds,
    durationMilliseconds: Math.round(durationMilliseconds * 10) / 10,
  });
  if (hookReply.logFields.problems !== undefined) logger.warn(fields, 'hook called');
  else if (hook.isQuiet) logger.debug(fields, 'hook called');
  else logger.info(fields, 'hook called');
}

function addHook(app: FastifyInstance, hook: Hook, options: AppOptions, memory: ServiceMemory): void {
  const { settings, clock, logger, metrics, runDiscovery, onStatus = noop } = options;
  app.post(hook.path, async (request, reply) => {
    if (request.body === undefined) return sendError(reply, emptyBody);
    const parsed = hook.parse(request.body);
    if (!parsed.ok) return sendError(reply, { statusCode: 400, message: parsed.problem });
    const context = {
      settings,
      memory,
      clock,
      runDiscovery,
      onSync: (report: SyncReport) => {
        observeSync(metrics, report);
        onStatus(report);
      },
      nowMilliseconds: clock(),
    };
    const hookReply = await parsed.respond(context);
    const { started } = hookReply.logFields;
    if (Array.isArray(started)) metrics.observeStarts(hookReply.parent, started.length);
    logHookReply(logger, hook, hookReply, reply.elapsedTime);
    return reply.send(hookReply.body);
  });
}

/** Checks the token before the body is read, and closes the connection of a caller without it. */
function requireToken(app: FastifyInstance, token: string): void {
  const isAllowed = bearerTokenCheck(token);
  app.addHook('onRequest', async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    if (isAllowed(headers.authorization)) return undefined;
    const problem = headers.authorization === undefined ? 'missing' : 'wrong';
    return sendError(reply.header('connection', 'close'), {
      statusCode: 401,
      message: `the bearer token is ${problem}`,
    });
  });
}

/** Must run after the token check: callers without the token must not reserve memory. */
function limitBodiesInFlight(app: FastifyInstance, bodyLimitBytes: number): void {
  const admitBody = createBodyAdmission(bodyLimitBytes);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) =>
    admitBody(request.headers, reply.raw) ? undefined : sendError(reply, tooManyLargeRequests),
  );
}

/** The refusal closes the connection, so that the next one can reach a Pod of the new version. */
function refuseOtherVersions(app: FastifyInstance, { chartVersion, clock }: AppOptions): void {
  const accepts = createCustomizeGate(chartVersion);
  app.addHook<{ Querystring: { readonly version?: unknown } }>('onRequest', async ({ query, routeOptions }, reply) => {
    const { version } = query;
    if (!routeOptions.url?.endsWith('/customize') || typeof version !== 'string') return undefined;
    if (accepts(version, clock())) return undefined;
    reply.header('connection', 'close').header('retry-after', CUSTOMIZE_RETRY_SECONDS);
    return sendError(reply, otherVersion);
  });
}

/** An open keep-alive connection would delay the end of the service until the client closes it. */
function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping) reply.header('connection', 'close');
  });
}

/** Typed as object: Fastify types apps with and without TLS differently, and no other code needs the difference. */
function serverOptions(certificate: Certificate | undefined): object {
  return certificate === undefined ? { http: httpServerOptions } : { https: { ...httpsServerOptions, ...certificate } };
}

function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler(async (_request, reply) => sendError(reply, noSuchHook));
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const httpError = httpErrorOf(error);
    if (httpError === internalError) logger.error({ err: error, hook: request.routeOptions.url }, 'internal error');
    return sendError(reply, httpError);
  });
}

function observeSync(metrics: Metrics, { subject, isWriteRequested, pullOutcomes, removals }: SyncReport): void {
  metrics.observePulls(pullOutcomes);
  metrics.observeRemovals(removals);
  if (isWriteRequested) metrics.observeStatusWrite(subject.kind);
}

/** The value of a Content-Length header; 0 without one. */
function bytesOf(contentLength: unknown): number {
  return Number(contentLength ?? 0) || 0;
}

function observeResponses(app: FastifyInstance, { metrics, logger }: AppOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = request.routeOptions.url ?? 'unknown';
    metrics.observeHook({
      path,
      statusCode: reply.statusCode,
      durationSeconds: reply.elapsedTime / 1000,
      requestBytes: bytesOf(request.headers['content-length']),
      responseBytes: bytesOf(reply.getHeader('content-length')),
    });
    if (reply.statusCode >= 400 && reply.statusCode !== internalError.statusCode) {
      logger.warn({ hook: path, statusCode: reply.statusCode }, 'request rejected');
    }
  });
}

export function buildApp(options: AppOptions): FastifyInstance {
  const { logger, bodyLimitBytes } = options;
  const app = Fastify({
    logger: false,
    ...serverOptions(options.certificate),
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded fails before the token check.
    frameworkErrors: (_error, _request, reply) => sendError(reply.header('connection', 'close'), noSuchHook),
  });
  limitConnections(app.server);
  closeConnectionsWhenStopping(app);
  if (options.token !== undefined) requireToken(app, options.token);
  refuseOtherVersions(app, options);
  limitBodiesInFlight(app, bodyLimitBytes);
  // By default Fastify parses text as well.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app, bodyLimitBytes);
  handleErrors(app, logger);
  observeResponses(app, options);
  const memory = createServiceMemory();
  for (const hook of hooks) addHook(app, hook, options, memory);
  return app;
}
