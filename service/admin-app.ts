// Health and metrics without a token, on a port of their own: load on the hooks cannot fail the kubelet's probes.
import Fastify, { type FastifyInstance } from 'fastify';
import { httpServerOptions, limitConnections } from './connections.ts';
import type { Metrics } from './metrics/metrics.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
/** Requests to this port have no body. */
const BODY_LIMIT_BYTES = 1_024;

export function buildAdminApp(metrics: Metrics, isReady: () => boolean): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    http: httpServerOptions,
  });
  limitConnections(app.server);
  // Probes and scrapes open a connection each, so that idle connections cannot use up the limit.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('connection', 'close');
  });
  app.get('/healthz', async () => 'ok\n');
  app.get('/readyz', async (_request, reply) => (isReady() ? 'ok\n' : reply.code(503).send('not serving\n')));
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
