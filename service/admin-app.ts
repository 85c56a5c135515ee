// Health and metrics, open to everyone, on a port of their own; a flood of it must not make the kubelet think the service ill.
import Fastify, { type FastifyInstance } from 'fastify';
import { HEAD_TIMEOUT_MILLISECONDS, limitConnections, TIMEOUT_CHECK_MILLISECONDS } from './connections.ts';
import type { Metrics } from './metrics.ts';

/** Nobody sends a body here. */
const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
const BODY_LIMIT_BYTES = 1_024;

/** Takes the metrics and whether the hooks are served; gives the app. */
export function buildAdminApp(metrics: Metrics, isReady: () => boolean): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_MILLISECONDS },
  });
  app.server.headersTimeout = HEAD_TIMEOUT_MILLISECONDS;
  const { isNearLimit } = limitConnections(app.server);
  app.addHook('onSend', async (_request, reply) => {
    if (isNearLimit()) reply.header('connection', 'close');
  });
  app.get('/healthz', async () => 'ok\n');
  app.get('/readyz', async (_request, reply) => (isReady() ? 'ok\n' : reply.code(503).send('not serving\n')));
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
