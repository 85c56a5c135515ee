// A simulated cluster in the middle of a rollout, in which pairs have every state. It is also what the picture of the
// page in the documentation shows.
import { API_VERSION } from '../../../crds/kind.ts';
import type { DiscoveryQuery, SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import type { RunDiscovery } from '../../../service/discovery-runner.ts';
import { type Clock, createClock } from '../../../simulator/clock.ts';
import type { Cluster } from '../../../simulator/cluster.ts';
import { installCluster } from '../../../simulator/installed-cluster.ts';
import { startTableReplica } from '../../../simulator/table-replica.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const MEGABYTE = 1_000_000;
const HOST = 'registry.example.com';
const POOL_LABEL = 'karpenter.sh/nodepool';
/** Until here most images are pulled, large ones are being pulled, and broken ones have failed more than once. */
const MIDDLE_MILLISECONDS = 5.5 * 60_000;

/** Downloads take this many times as long as with a fast registry. */
const SLOWNESS = 3;

type Spec = Readonly<Record<string, unknown>>;

const ours = (kind: string, name: string, spec: Spec) => ({ apiVersion: API_VERSION, kind, metadata: { name }, spec });

const pools: readonly (readonly [name: string, count: number])[] = [
  ['general', 14],
  ['gpu', 6],
  ['spot', 12],
];

interface ShownImage {
  readonly name: string;
  readonly megabytes: number;
  readonly spec?: Spec;
}

const ofPool = (pool: string): Spec => ({ nodeSelector: { [POOL_LABEL]: pool } });
const gpu: Spec = { ...ofPool('gpu'), policyRef: { name: 'gpu' } };

/** By priority: small images that every workload needs first, the largest last. */
const images: readonly ShownImage[] = [
  { name: 'pause', megabytes: 1, spec: { priority: 0 } },
  { name: 'fluent-bit', megabytes: 30, spec: { priority: 0 } },
  { name: 'node-exporter', megabytes: 12, spec: { priority: 0 } },
  { name: 'otel-collector', megabytes: 60, spec: { priority: 1 } },
  { name: 'git-runner', megabytes: 90, spec: { priority: 1 } },
  { name: 'nginx', megabytes: 60, spec: { priority: 1 } },
  { name: 'postgres', megabytes: 120, spec: { priority: 2, ...ofPool('general') } },
  { name: 'redis', megabytes: 40, spec: { priority: 2, ...ofPool('general') } },
  { name: 'ci-builder', megabytes: 400, spec: { priority: 3 } },
  { name: 'ci-test-runner', megabytes: 700, spec: { priority: 3, ...ofPool('spot') } },
  { name: 'jupyter', megabytes: 900, spec: gpu },
  { name: 'pytorch', megabytes: 2_400, spec: gpu },
  { name: 'vllm', megabytes: 3_000, spec: { ...gpu, priority: 2 } },
  { name: 'cert-manager', megabytes: 25, spec: { priority: 0, ...ofPool('general') } },
  { name: 'grafana', megabytes: 180, spec: { priority: 2, ...ofPool('general') } },
  { name: 'kafka', megabytes: 350, spec: { priority: 3, ...ofPool('general') } },
  { name: 'minio', megabytes: 110, spec: { priority: 2, ...ofPool('general') } },
  { name: 'cuda-base', megabytes: 1_600, spec: { ...gpu, priority: 0 } },
  { name: 'node-24', megabytes: 330, spec: { priority: 4 } },
  { name: 'spark', megabytes: 800, spec: { priority: 4, ...ofPool('spot') } },
  { name: 'airflow', megabytes: 500, spec: { policyRef: { name: 'batch' } } },
];

/** Their pulls fail: the tag does not exist, or the Secret is missing. */
const broken: readonly (readonly [name: string, spec: Spec])[] = [
  ['legacy-report', { policyRef: { name: 'patient' }, ...ofPool('spot') }],
  ['search-indexer', { priority: 1, ...ofPool('general') }],
  ['billing', { priority: 1, nodeSelector: { 'kubernetes.io/hostname': 'general-05' } }],
];

const usage = new Map([
  ['ci-builder', 412],
  ['git-runner', 366],
  ['ci-test-runner', 218],
  ['nginx', 97],
]);

/** Prometheus knows the images that jobs used. The registry does not respond. */
function outcomeOf({ type }: DiscoveryQuery): SourceOutcome {
  if (type !== 'prometheus') return { ok: false, reason: 'Timeout', message: 'no response within 10s' };
  const series = [...usage].map(([name, value]) => ({ image: `${HOST}/${name}:v1`, times: [0], values: [value] }));
  return { ok: true, type, series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

const runDiscovery: RunDiscovery = async (queries) =>
  new Map(queries.map((query) => [query.index, outcomeOf(query)] as const));

function addNodes(cluster: Cluster): void {
  for (const [pool, count] of pools) {
    for (let index = 1; index <= count; index += 1) {
      const name = `${pool}-${String(index).padStart(2, '0')}`;
      cluster.addNode({ name, labels: { [POOL_LABEL]: pool, 'kubernetes.io/hostname': name } });
    }
  }
  cluster.cordon('spot-07');
}

function addObjects(cluster: Cluster): void {
  cluster.apply(
    ours('PullPolicy', 'default', {
      maxConcurrentNodes: 6,
      minDelayBetweenPulls: '1s',
      failureBackoff: { initial: '20s', max: '2m' },
    }),
  );
  cluster.apply(ours('PullPolicy', 'patient', { failureBackoff: { initial: '5m', max: '1h' } }));
  cluster.apply(ours('PullPolicy', 'gpu', { maxConcurrentNodes: 2, minDelayBetweenPulls: '5s' }));
  for (const { name, megabytes, spec } of images) {
    const reference = `${HOST}/${name}`;
    cluster.registry.setTag(`${reference}:v1`, {
      digest: `sha256:${name}`,
      sizeBytes: megabytes * MEGABYTE,
      hasTrue: true,
    });
    cluster.apply(ours('CachedImage', name, { image: reference, tag: 'v1', ...spec }));
  }
  for (const [name, spec] of broken) {
    cluster.apply(ours('CachedImage', name, { image: `${HOST}/${name}`, tag: 'v9', ...spec }));
  }
  const query = (name: string, type: string, block: Spec) => ({ name, type, [type]: block });
  cluster.apply(
    ours('DiscoveryPolicy', 'popular', {
      syncInterval: '5m',
      queries: [
        query('usage', 'prometheus', { endpoint: 'https://mimir.example.com', query: 'up' }),
        query('tags', 'registry', { url: `https://${HOST}`, repositories: ['ci/build'] }),
      ],
    }),
  );
}

export interface Showcase {
  readonly cluster: Cluster;
  readonly clock: Clock;
}

export async function startShowcase(): Promise<Showcase> {
  const clock = createClock(START);
  const { cluster } = installCluster({ clock, seed: 7, service: startTableReplica({ clock, runDiscovery }) });
  cluster.registry.addHost(HOST);
  cluster.registry.setSlowness(SLOWNESS);
  addNodes(cluster);
  await clock.runFor(10_000);
  addObjects(cluster);
  await clock.runFor(MIDDLE_MILLISECONDS / 2);
  cluster.killKubelet('general-11');
  await clock.runFor(MIDDLE_MILLISECONDS / 2);
  return { cluster, clock };
}
