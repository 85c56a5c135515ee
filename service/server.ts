// Starts and stops the two HTTP servers. The apps are built elsewhere, so that tests need no port.
import type { Server } from 'node:https';
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
import { listen } from './listen.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createObjectList } from './metrics/object-list.ts';

export interface RunningService {
  readonly port: number;
  readonly adminPort: number;
  /** Completes the requests in flight, then stops. */
  stop(): Promise<void>;
}

export interface Dependencies {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Reads the Secrets of discovery sources. */
  readonly credentials: PolicyCredentials;
  /** The cluster in which Events are written. Absent: Events are not written. */
  readonly eventCluster?: KubeConfig | undefined;
  /** The cluster whose objects the metrics describe. Absent: their gauges have no samples. */
  readonly metricsCluster?: KubeConfig | undefined;
}

function realDependencies({ secretsNamespace, writesEvents }: ServiceConfig): Dependencies {
  const kubeConfig = loadKubeConfig();
  return {
    clock: Date.now,
    credentials: createCredentialSource({ namespace: secretsNamespace, kubeConfig }),
    eventCluster: writesEvents ? kubeConfig : undefined,
    metricsCluster: kubeConfig,
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

/** Rejects when a port is in use. */
export async function startService(
  config: ServiceConfig,
  logger: Logger,
  { clock, credentials, eventCluster, metricsCluster }: Dependencies = realDependencies(config),
): Promise<RunningService> {
  const certificate: Certificate | undefined = config.tls === undefined ? undefined : readCertificate(config.tls);
  const objects = metricsCluster && createObjectList(metricsCluster);
  const metrics = createMetrics({ objects, clock });
  const runDiscovery = createDiscoveryRunner({
    credentials,
    clock,
    proxyVariables: config.proxies,
    onLatency: metrics.observeSource,
  });
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
    // Without this the process would keep running and report itself healthy, but serve no hooks.
    await admin.close();
    throw error;
  });
  const unfollow = follow(config, app, logger);
  isServing = true;
  logger.info({ port, adminPort, namespace: config.settings.namespace }, 'serving');
  if (!credentials.isAvailable) {
    logger.warn('no kubeconfig or service account found: discovery sources with a secretRef fail with SecretNotFound');
  }
  if (config.writesEvents && events === undefined) {
    logger.warn('no kubeconfig or service account found: Events are not written');
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
