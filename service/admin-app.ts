// Health and metrics, open to everyone, on a port of their own.
import Fastify, { type FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/** Takes the metrics and whether the hooks are served; gives the app. */
export function buildAdminApp(metrics: Metrics, isReady: () => boolean): FastifyInstance {
  const app = Fastify({ logger: false });
  app.get('/healthz', async () => 'ok\n');
  app.get('/readyz', async (_request, reply) => (isReady() ? 'ok\n' : reply.code(503).send('not serving\n')));
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
