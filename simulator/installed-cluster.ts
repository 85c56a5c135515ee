// A simulated cluster with the service installed as by the chart. Hook calls go through the real app, with its token.
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { API_VERSION } from '../crds/kind.ts';
import { inventoryNames } from '../hooks/inventory/shares.ts';
import { DEFAULT_PULL_POD_SETTINGS, type HookSettings } from '../hooks/settings.ts';
import { controllerObject, registrations } from '../metacontroller/registrations.ts';
import { buildApp } from '../service/app.ts';
import type { RunDiscovery } from '../service/discovery-runner.ts';
import { createMetrics } from '../service/metrics/metrics.ts';
import type { Clock } from './clock.ts';
import { type Cluster, type ClusterOptions, createCluster } from './cluster.ts';
import type { CallHook } from './metacontroller/hook-client.ts';

const TOKEN = 'token-of-the-simulated-installation';
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export const SIMULATED_SETTINGS: HookSettings = {
  namespace: 'drop-system',
  defaultPolicyName: 'default',
  inventoryCount: 2,
  pullPods: DEFAULT_PULL_POD_SETTINGS,
};

export interface ServiceReplica {
  readonly callHook: CallHook;
  /** Replaces the process by a new one with an empty memory. */
  restart(): void;
}

export interface ReplicaOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Offset of this replica's clock, in milliseconds. */
  readonly skewMilliseconds?: number | undefined;
  readonly logger?: Logger | undefined;
  /** Queries the discovery sources; all of them refuse connections unless set. */
  readonly runDiscovery?: RunDiscovery | undefined;
}

export const noDiscoverySources: RunDiscovery = async (queries) =>
  new Map(
    queries.map(({ index }) => [
      index,
      { ok: false, reason: 'ConnectionRefused', message: 'there is no such source in this cluster' },
    ]),
  );

/** Starts a replica of the service in this process. */
export function startReplica({ clock, skewMilliseconds = 0, logger, runDiscovery }: ReplicaOptions): ServiceReplica {
  const build = (): FastifyInstance =>
    buildApp({
      token: TOKEN,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      settings: SIMULATED_SETTINGS,
      clock: () => clock.now() + skewMilliseconds,
      logger: logger ?? pino({ level: 'silent' }),
      metrics: createMetrics(),
      runDiscovery: runDiscovery ?? noDiscoverySources,
    });
  let app = build();
  return {
    async callHook(path, body) {
      const response = await app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        payload: JSON.stringify(body),
      });
      const headers = { 'retry-after': response.headers['retry-after']?.toString() };
      return { statusCode: response.statusCode, headers, body: response.json() };
    },
    restart() {
      app = build();
    },
  };
}

/** CompositeController and DecoratorController objects as the chart installs them. */
export function installedControllers(): readonly unknown[] {
  const endpoint = { kind: 'service', name: 'drop', namespace: 'drop-system', port: 8080 } as const;
  const tokenSecret = { namespace: 'drop-system', name: 'drop-token', key: 'token' };
  return registrations.map((registration) => controllerObject(registration, { endpoint, tokenSecret }));
}

/** Applies the chart's Namespace, Fleet `default`, Inventories and PullPolicy `default`. */
export function applyInstallation(cluster: Cluster, defaultPolicySpec: Readonly<Record<string, unknown>> = {}): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SIMULATED_SETTINGS.namespace } });
  cluster.apply({ apiVersion: API_VERSION, kind: 'Fleet', metadata: { name: 'default' }, spec: {} });
  for (const name of inventoryNames(SIMULATED_SETTINGS.inventoryCount)) {
    cluster.apply({ apiVersion: API_VERSION, kind: 'Inventory', metadata: { name }, spec: {} });
  }
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'PullPolicy',
    metadata: { name: SIMULATED_SETTINGS.defaultPolicyName },
    spec: defaultPolicySpec,
  });
}

export interface InstalledCluster {
  readonly cluster: Cluster;
  readonly service: ServiceReplica;
}

export type InstallOptions = Omit<ClusterOptions, 'callHook' | 'controllers'> & {
  /** Spec of the PullPolicy `default`. */
  readonly defaultPolicy?: Readonly<Record<string, unknown>> | undefined;
  readonly runDiscovery?: RunDiscovery | undefined;
  /** Receives the hook calls; a replica of the app unless given. */
  readonly service?: ServiceReplica | undefined;
};

/** The cluster has no nodes yet. */
export function installCluster({ defaultPolicy, runDiscovery, ...options }: InstallOptions): InstalledCluster {
  const service = options.service ?? startReplica({ clock: options.clock, runDiscovery });
  const cluster = createCluster({
    ...options,
    callHook: (...call) => service.callHook(...call),
    controllers: installedControllers(),
  });
  applyInstallation(cluster, defaultPolicy);
  return { cluster, service };
}
