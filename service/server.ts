// Starts and stops the two servers; everything else is built elsewhere, so that tests need no port.
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildAdminApp } from './admin-app.ts';
import { buildApp } from './app.ts';
import type { ServiceConfig } from './config.ts';
import { createCredentialSource, type PolicyCredentials } from './discovery/kubernetes-credentials.ts';
import { createDiscoveryRunner } from './discovery-runner.ts';
import { createMetrics } from './metrics.ts';

export interface RunningService {
  readonly port: number;
  readonly adminPort: number;
  /** Answers what was asked, then stops. */
  stop(): Promise<void>;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}

export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Where the Secrets of discovery sources come from. */
  readonly credentials: PolicyCredentials;
}

function realSurroundings({ settings }: ServiceConfig): Surroundings {
  return { clock: Date.now, credentials: createCredentialSource({ namespace: settings.namespace }) };
}

/** Takes the configuration, a logger and what else the service lives by; gives the running service. Rejects when a port is taken. */
export async function startService(
  config: ServiceConfig,
  logger: Logger,
  { clock, credentials }: Surroundings = realSurroundings(config),
): Promise<RunningService> {
  const metrics = createMetrics();
  const runDiscovery = createDiscoveryRunner(credentials, clock);
  let isServing = false;
  const admin = buildAdminApp(metrics, () => isServing);
  const app = buildApp({ ...config, clock, logger, metrics, runDiscovery });
  const adminPort = await listen(admin, config.host, config.adminPort);
  const port = await listen(app, config.host, config.port).catch(async (error: unknown) => {
    // Else the process would live on, healthy and of no use.
    await admin.close();
    throw error;
  });
  isServing = true;
  logger.info({ port, adminPort, namespace: config.settings.namespace }, 'serving');
  if (!credentials.isAvailable) logger.warn('no Kubernetes API server is known: every secretRef gives SecretNotFound');
  return {
    port,
    adminPort,
    async stop() {
      isServing = false;
      await app.close();
      await admin.close();
      logger.info('stopped');
    },
  };
}
