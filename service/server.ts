// Starts and stops the two servers; everything else is built elsewhere, so that tests need no port.
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeConfig } from '@kubernetes/client-node';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildAdminApp } from './admin-app.ts';
import { buildApp } from './app.ts';
import { type Certificate, followCertificate, readCertificate } from './certificate.ts';
import type { ServiceConfig } from './config.ts';
import { createCredentialSource, type PolicyCredentials } from './discovery/kubernetes-credentials.ts';
import { createDiscoveryRunner } from './discovery-runner.ts';
import { createEventWriter, type EventWriter } from './events/event-writer.ts';
import { loadKubeConfig } from './kubernetes-client.ts';
import { createMetrics, type Metrics } from './metrics.ts';

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
  /** The cluster that Events are written to; absent: none are. */
  readonly eventCluster?: KubeConfig | undefined;
}

function realSurroundings({ secretsNamespace, writesEvents }: ServiceConfig): Surroundings {
  const kubeConfig = loadKubeConfig();
  return {
    clock: Date.now,
    credentials: createCredentialSource({ namespace: secretsNamespace, kubeConfig }),
    eventCluster: writesEvents ? kubeConfig : undefined,
  };
}

interface EventOptions {
  readonly clock: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

function eventWriter(cluster: KubeConfig | undefined, options: EventOptions): EventWriter | undefined {
  if (cluster === undefined) return undefined;
  return createEventWriter({ kubeConfig: cluster, ...options, onOutcome: options.metrics.observeEvent });
}

function follow(config: ServiceConfig, app: FastifyInstance, logger: Logger): () => void {
  return config.tls === undefined
    ? () => undefined
    : followCertificate(config.tls, app.server as unknown as Server, logger);
}

/** Takes the configuration, a logger and what else the service lives by; gives the running service. Rejects when a port is taken. */
export async function startService(
  config: ServiceConfig,
  logger: Logger,
  { clock, credentials, eventCluster }: Surroundings = realSurroundings(config),
): Promise<RunningService> {
  const certificate: Certificate | undefined = config.tls === undefined ? undefined : readCertificate(config.tls);
  const metrics = createMetrics();
  const runDiscovery = createDiscoveryRunner(credentials, clock);
  let isServing = false;
  const admin = buildAdminApp(metrics, () => isServing);
  const events = eventWriter(eventCluster, { clock, logger, metrics });
  const app = buildApp({
    ...config,
    clock,
    logger,
    metrics,
    runDiscovery,
    certificate,
    onStatus: events?.observe,
  });
  const adminPort = await listen(admin, config.host, config.adminPort);
  const port = await listen(app, config.host, config.port).catch(async (error: unknown) => {
    // Else the process would live on, healthy and of no use.
    await admin.close();
    throw error;
  });
  const unfollow = follow(config, app, logger);
  isServing = true;
  logger.info({ port, adminPort, namespace: config.settings.namespace }, 'serving');
  if (!credentials.isAvailable) logger.warn('no Kubernetes API server is known: every secretRef gives SecretNotFound');
  if (config.writesEvents && events === undefined) {
    logger.warn('no Kubernetes API server is known: no Events are written');
  }
  return {
    port,
    adminPort,
    async stop() {
      isServing = false;
      unfollow();
      await app.close();
      await events?.stop();
      await admin.close();
      logger.info('stopped');
    },
  };
}
