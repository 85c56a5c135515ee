// A simulated cluster without faults and without latency of its controllers, drawn from a seed, and its plan.
import { policyInputOf } from '../../cli/cluster/policy-inputs.ts';
import type { Snapshot } from '../../cli/cluster/snapshot.ts';
import { runRollout } from '../../cli/plan/rollout.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { simulatedSnapshot } from '../../demo/snapshot.ts';
import { type Clock, createClock } from '../../simulator/clock.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { installCluster } from '../../simulator/installed-cluster.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { startTableReplica } from '../../simulator/table-replica.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const DEDICATED = { key: 'dedicated', value: 'build', effect: 'NoSchedule' } as const;
/**
 * The delays of each policy. They differ, so that two delays rarely end at the same instant: in a real cluster chance
 * decides which of two policies then gets a node.
 */
const delaysOf = {
  default: ['0s', '300ms', '1s', '2.5s', '10s'],
  other: ['0s', '170ms', '1.3s', '3.7s', '8.9s'],
} as const;
const POLICIES = ['default', 'other'] as const;
const MEGABYTE = 1_000_000;
/** The installation, and the statuses of the paused policies and their images, settle in this time. */
const SETTLING_MILLISECONDS = 30_000;

type Spec = Readonly<Record<string, unknown>>;

export interface PlannedCluster {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** The specs that the policies get when they are no longer paused. */
  readonly policySpecs: ReadonlyMap<string, Spec>;
}

function policySpec(random: Random, delays: readonly string[]): Spec {
  return {
    maxConcurrentNodes: random.integer(1, 6),
    ...(random.chance(0.4) ? { maxConcurrentPulls: random.integer(2, 12) } : {}),
    maxConcurrentPullsPerNode: random.integer(1, 3),
    minDelayBetweenPulls: random.pick(delays),
    ...(random.chance(0.2) ? { nodeSelector: { pool: 'x' } } : {}),
  };
}

function imageSpec(random: Random, name: string): Spec {
  const policy = random.pick([...POLICIES, undefined]);
  return {
    image: `registry.example.com/${name}`,
    tag: 'v1',
    ...(policy === undefined ? {} : { policyRef: { name: policy } }),
    ...(random.chance(0.2) ? { nodeSelector: { pool: 'y' } } : {}),
    ...(random.chance(0.3) ? { tolerations: [{ key: DEDICATED.key, operator: 'Exists' }] } : {}),
    ...(random.chance(0.4) ? { priority: random.integer(0, 2) } : {}),
  };
}

const ours = (kind: string, name: string, spec: Spec) => ({ apiVersion: API_VERSION, kind, metadata: { name }, spec });

function addNodes(cluster: Cluster, random: Random): void {
  const count = random.chance(0.04) ? random.integer(20, 50) : random.integer(1, 10);
  for (let index = 0; index < count; index += 1) {
    const name = `node-${index}`;
    cluster.addNode({
      name,
      labels: { pool: random.pick(['x', 'y']) },
      ...(random.chance(0.1) ? { taints: [DEDICATED] } : {}),
      maxParallelPulls: 3,
    });
    if (random.chance(0.05)) cluster.cordon(name);
  }
}

function addImages(cluster: Cluster, random: Random): void {
  const count = random.chance(0.1) ? random.integer(5, 10) : random.integer(1, 4);
  for (let index = 0; index < count; index += 1) {
    const name = `app-${index}`;
    const sizeBytes = random.integer(1, 900) * MEGABYTE;
    cluster.registry.setTag(`registry.example.com/${name}:v1`, { digest: `sha256:${index}`, sizeBytes, hasTrue: true });
    cluster.apply(ours('CachedImage', name, imageSpec(random, name)));
  }
}

/** Everything exists and is settled; the policies are still paused. */
export async function startPlannedCluster(seed: number): Promise<PlannedCluster> {
  const random = createRandom(seed);
  const clock = createClock(START + random.integer(0, 999));
  const instantly = () => 0;
  const { cluster } = installCluster({
    clock,
    seed,
    lagMilliseconds: 0,
    hookMilliseconds: instantly,
    requestMilliseconds: instantly,
    workers: 1,
    defaultPolicy: { paused: true },
    service: startTableReplica({ clock }),
  });
  const policySpecs = new Map(
    POLICIES.map((name) => [name, policySpec(random.fork(`policy ${name}`), delaysOf[name])] as const),
  );
  cluster.apply(ours('PullPolicy', 'other', { paused: true }));
  addNodes(cluster, random.fork('nodes'));
  addImages(cluster, random.fork('images'));
  await clock.runFor(SETTLING_MILLISECONDS);
  return { cluster, clock, policySpecs };
}

/** What the command would list, with the policies as they will be. */
export function snapshotOf({ cluster, clock, policySpecs }: PlannedCluster): Snapshot {
  const snapshot = simulatedSnapshot(cluster, clock.now());
  const paused = snapshot.lists.get('pullpolicies') ?? [];
  const unpaused = paused.map((policy) => ({ ...policy, spec: policySpecs.get(policy.metadata.name) }));
  return { ...snapshot, lists: new Map([...snapshot.lists, ['pullpolicies', unpaused]]) };
}

export interface ObservedStart {
  readonly atMilliseconds: number;
  readonly image: string;
  readonly node: string;
  readonly policy: string;
}

export interface ObservedRollout {
  readonly starts: readonly ObservedStart[];
  /** Milliseconds from the creation of a Pod to its end, by image and node. */
  readonly durations: ReadonlyMap<string, number>;
}

const DAY_MILLISECONDS = 86_400_000;

export const pairOf = (image: string, node: string) => `${image} ${node}`;

/** Calls `look` when the rollout is this old. */
interface Look {
  readonly afterMilliseconds: number;
  readonly look: () => void;
}

/** Ends the pause, and follows the rollout until no image waits for a pull. */
export async function observeRollout(planned: PlannedCluster, at?: Look): Promise<ObservedRollout> {
  const { cluster, clock, policySpecs } = planned;
  if (at !== undefined) clock.schedule(at.afterMilliseconds, at.look);
  const began = clock.now();
  const durations = new Map<string, number>();
  cluster.store.watch(({ object }) => {
    if (object.kind !== 'Pod' || object.status?.phase !== 'Succeeded') return;
    const image = object.metadata.labels?.['drop.corewire.io/cachedimage'] ?? '';
    const node = String(object.spec?.nodeName);
    const start = cluster.podStarts.find((pod) => pod.image === image && pod.node === node);
    const pair = pairOf(image, node);
    if (start !== undefined && !durations.has(pair)) durations.set(pair, clock.now() - start.atMilliseconds);
  });
  for (const [name, spec] of policySpecs) cluster.apply(ours('PullPolicy', name, spec));
  const isDone = () =>
    clock.now() > began + 1_000 &&
    cluster.store.list('PullPolicy').every(({ status = {} }) => status.activePulls === 0 && status.queuedPulls === 0);
  await clock.runUntil(isDone, DAY_MILLISECONDS);
  const starts = cluster.podStarts.map(({ atMilliseconds, image, node, policy }) => ({
    atMilliseconds: atMilliseconds - began,
    image,
    node,
    policy,
  }));
  return { starts, durations };
}

/** The pulls of a plan in which each pull takes as long as it took in the cluster. */
export function plannedPulls(snapshot: Snapshot, { durations }: ObservedRollout) {
  const policies = ['default', 'other'].flatMap((name) => policyInputOf(snapshot, name) ?? []);
  const table = policies[0]?.table;
  if (table === undefined) throw new Error('the cluster has no Fleet');
  const millisecondsOf = (image: string, node: string) => durations.get(pairOf(image, node)) ?? Number.NaN;
  const { pulls } = runRollout({
    policies,
    table,
    startedAt: snapshot.nowMilliseconds,
    speed: { kind: 'fixed', millisecondsOf },
  });
  return pulls;
}
