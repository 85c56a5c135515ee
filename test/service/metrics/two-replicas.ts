// A simulated cluster whose hooks two real replicas of the service serve over HTTP, both scraped by a real Prometheus.
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { API_VERSION } from '../../../crds/kind.ts';
import { readConfig } from '../../../service/config.ts';
import { type RunningService, startService } from '../../../service/server.ts';
import { createClock } from '../../../simulator/clock.ts';
import type { Cluster } from '../../../simulator/cluster.ts';
import { installCluster, SIMULATED_SETTINGS } from '../../../simulator/installed-cluster.ts';
import type { CallHook } from '../../../simulator/metacontroller/hook-client.ts';
import { applyPolicy, publish, SECOND, wantImage } from '../../whole-cluster/scenario.ts';
import { json, serve, unusedPort } from '../discovery/servers.ts';
import { objectApi } from './object-api.ts';

/** Longer than the service shares one list of the objects. */
const LIST_AGE_MILLISECONDS = 16 * SECOND;
const NODES = 3;
const IMAGES = 16;
/** Simulated time for each step of real time. */
const SIMULATED_STEP = 4 * SECOND;
const REAL_STEP_MILLISECONDS = 300;
const STEPS = 20;

export interface TwoReplicas {
  readonly cluster: Cluster;
  readonly services: readonly RunningService[];
  /** Endpoint of the discovery source that succeeds. */
  readonly endpoint: string;
  /** Runs the cluster. The second replica replaces the first one half way. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

function startServices(server: string, clock: () => number): Promise<readonly RunningService[]> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'test', server, skipTLSVerify: true }, { name: 'drop', token: 'token' });
  const config = readConfig({
    DROP_ALLOW_ANONYMOUS: 'true',
    DROP_HOST: '127.0.0.1',
    DROP_PORT: '0',
    DROP_ADMIN_PORT: '0',
    DROP_INVENTORIES: String(SIMULATED_SETTINGS.inventoryCount),
  });
  const credentials = { isAvailable: false, forPolicy: () => async () => undefined } as never;
  const start = () =>
    startService(config, pino({ level: 'silent' }), { clock, credentials, metricsCluster: kubeConfig });
  return Promise.all([start(), start()]);
}

const post = ({ port }: RunningService, path: string, body: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

function callHookOf(chosen: () => RunningService): CallHook {
  return async (path, body) => {
    const response = await post(chosen(), path, JSON.stringify(body));
    return { statusCode: response.status, headers: {}, body: await response.json() };
  };
}

async function applyObjects(cluster: Cluster, endpoint: string): Promise<void> {
  for (let index = 0; index < NODES; index += 1) cluster.addNode({ name: `node-${index}` });
  for (let index = 0; index < IMAGES; index += 1) {
    publish(cluster, `image-${index}`, { seconds: 1 + (index % 3) });
    wantImage(cluster, `image-${index}`);
  }
  applyPolicy(cluster, 'impatient', { minDelayBetweenPulls: '1s', failureBackoff: { initial: '2s', max: '4s' } });
  wantImage(cluster, 'missing');
  wantImage(cluster, 'often-missing', { policyRef: { name: 'impatient' } });
  wantImage(cluster, 'orphan', { policyRef: { name: 'missing' } });
  const sources = { popular: endpoint, broken: `http://127.0.0.1:${await unusedPort()}` };
  for (const [name, url] of Object.entries(sources)) {
    const source = { type: 'prometheus', prometheus: { endpoint: url, query: 'images' } };
    const spec = { sources: [source], syncInterval: '30s' };
    cluster.apply({ apiVersion: API_VERSION, kind: 'DiscoveryPolicy', metadata: { name }, spec });
  }
}

export async function startTwoReplicas(): Promise<TwoReplicas> {
  const clock = createClock(Date.now());
  const { url: endpoint } = await serve((_request, response) => {
    const result = [{ metric: { image: 'registry.example.com/image-0:v1' }, value: [0, '5'] }];
    json(response, { status: 'success', data: { resultType: 'vector', result } });
  });
  let listAge = 0;
  let services: readonly RunningService[] = [];
  let chosen = 0;
  const callHook = callHookOf(() => services[chosen] as RunningService);
  const defaultPolicy = { maxConcurrentNodes: 2, minDelayBetweenPulls: '1s', failureBackoff: { initial: '5m' } };
  const service = { callHook, restart: () => undefined };
  const { cluster } = installCluster({ clock, seed: 1, service, defaultPolicy });
  const api = await serve(objectApi(cluster));
  services = await startServices(api.url, () => clock.now() + listAge);
  await applyObjects(cluster, endpoint);
  return {
    cluster,
    services,
    endpoint,
    async run() {
      for (let step = 0; step < STEPS; step += 1) {
        chosen = step < STEPS / 2 ? 0 : 1;
        await clock.runFor(SIMULATED_STEP);
        await post(services[chosen] as RunningService, '/hooks/nodes/sync', 'not JSON');
        await sleep(REAL_STEP_MILLISECONDS);
      }
      // Pulls in progress end, and every status is written.
      applyPolicy(cluster, 'default', { ...defaultPolicy, paused: true });
      applyPolicy(cluster, 'impatient', { paused: true });
      await clock.runFor(60 * SECOND);
      listAge = LIST_AGE_MILLISECONDS;
    },
    async stop() {
      await Promise.all(services.map((each) => each.stop()));
    },
  };
}
