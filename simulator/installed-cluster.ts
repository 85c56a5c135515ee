// A cluster with our service installed: the real app, called through inject, token and all, as the chart would set it up.
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { API_VERSION } from '../crds/kind.ts';
import { DEFAULT_PULL_POD_RESOURCES, type HookSettings } from '../hooks/settings.ts';
import { controllerObject, registrations } from '../metacontroller/registrations.ts';
import { buildApp } from '../service/app.ts';
import type { RunDiscovery } from '../service/discovery-runner.ts';
import { createMetrics } from '../service/metrics.ts';
import type { Clock } from './clock.ts';
import { type Cluster, type ClusterOptions, createCluster } from './cluster.ts';
import type { CallHook } from './metacontroller/hook-client.ts';

const TOKEN = 'token-of-the-simulated-installation';
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export const SIMULATED_SETTINGS: HookSettings = {
  namespace: 'drop-system',
  defaultPolicyName: 'default',
  pullPodResources: DEFAULT_PULL_POD_RESOURCES,
};

export interface ServiceReplica {
  readonly callHook: CallHook;
  /** The process ends and another starts: what it remembered is gone. */
  restart(): void;
}

export interface ReplicaOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** How far the clock of this replica is off, in milliseconds. */
  readonly skewMilliseconds?: number | undefined;
  readonly logger?: Logger | undefined;
  /** How discovery sources answer; nobody listens anywhere unless given. */
  readonly runDiscovery?: RunDiscovery | undefined;
}

/** What discovery says where there is no source. */
export const nobodyListens: RunDiscovery = async (queries) =>
  new Map(
    queries.map(({ source }) => [
      source,
      { ok: false, reason: 'ConnectionRefused', message: 'there is no such source in this cluster' },
    ]),
  );

/** Gives a replica of the service that answers in this process. */
export function startReplica({ clock, skewMilliseconds = 0, logger, runDiscovery }: ReplicaOptions): ServiceReplica {
  const build = (): FastifyInstance =>
    buildApp({
      token: TOKEN,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      settings: SIMULATED_SETTINGS,
      clock: () => clock.now() + skewMilliseconds,
      logger: logger ?? pino({ level: 'silent' }),
      metrics: createMetrics(),
      runDiscovery: runDiscovery ?? nobodyListens,
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

/** The controllers as the chart installs them. */
export function installedControllers(): readonly unknown[] {
  const endpoint = { kind: 'service', name: 'drop', namespace: 'drop-system', port: 8080 } as const;
  const tokenSecret = { namespace: 'drop-system', name: 'drop-token', key: 'token' };
  return registrations.map((registration) => controllerObject(registration, { endpoint, tokenSecret }));
}

/** What the chart installs besides: the Fleet, and the PullPolicy of images that name none. */
export function applyInstallation(cluster: Cluster, defaultPolicySpec: Readonly<Record<string, unknown>> = {}): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SIMULATED_SETTINGS.namespace } });
  cluster.apply({ apiVersion: API_VERSION, kind: 'Fleet', metadata: { name: 'default' }, spec: {} });
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
  /** Who answers; a replica of the app unless given. */
  readonly service?: ServiceReplica | undefined;
};

/** Takes a clock and what the cluster is like; gives it with the service installed and no node yet. */
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
