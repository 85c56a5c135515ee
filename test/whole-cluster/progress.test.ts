// Rollouts of several images: how exact the estimated completion is half way, and how many status writes a pull causes.
import { describe, expect, it } from 'vitest';
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { createClock } from '../../simulator/clock.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { installCluster } from '../../simulator/installed-cluster.ts';
import { startTableReplica } from '../../simulator/table-replica.ts';
import { allCached, HOUR, MINUTE, publish, SECOND, START, wantImage } from './scenario.ts';

interface Rollout {
  readonly nodes: number;
  readonly images: number;
  /** Time of a download. */
  readonly seconds: number;
  readonly policy: Readonly<Record<string, unknown>>;
}

interface Measurement {
  /** Milliseconds from half way to the end, as the status estimates them, and as they are. */
  readonly estimate: number;
  readonly truth: number;
  readonly policyWritesPerPull: number;
  readonly imageWritesPerPull: number;
}

const policyStatus = (cluster: Cluster) =>
  (cluster.store.get({ kind: 'PullPolicy', name: 'default' }).status ?? {}) as Partial<PullPolicyStatus>;

/** Counts the changes of the statuses of a kind from now on. */
function countStatusWrites(cluster: Cluster, kind: string): () => number {
  const latest = new Map<string, string>();
  let count = 0;
  cluster.store.watch(({ object }) => {
    if (object.kind !== kind) return;
    const status = JSON.stringify(object.status ?? {});
    if (latest.get(object.metadata.name) !== status) count += 1;
    latest.set(object.metadata.name, status);
  });
  return () => count;
}

async function rollOut({ nodes, images, seconds, policy }: Rollout): Promise<Measurement> {
  const clock = createClock(START);
  const service = startTableReplica({ clock });
  const { cluster } = installCluster({ clock, seed: 1, service, defaultPolicy: policy });
  for (let index = 0; index < nodes; index += 1) cluster.addNode({ name: `node-${index}` });
  await clock.runFor(10 * SECOND);
  const policyWrites = countStatusWrites(cluster, 'PullPolicy');
  const imageWrites = countStatusWrites(cluster, 'CachedImage');
  for (let index = 0; index < images; index += 1) {
    publish(cluster, `app-${index}`, { seconds });
    wantImage(cluster, `app-${index}`);
  }
  const pulls = nodes * images;
  expect(await clock.runUntil(() => (policyStatus(cluster).pullsDone ?? 0) >= pulls / 2, 4 * HOUR)).toBe(true);
  const halfWay = clock.now();
  const estimate = Date.parse(policyStatus(cluster).estimatedCompletionTime ?? '') - halfWay;
  expect(await clock.runUntil(() => allCached(cluster), 4 * HOUR)).toBe(true);
  const truth = clock.now() - halfWay;
  await clock.runFor(MINUTE);
  expect(policyStatus(cluster)).toMatchObject({ pullsWanted: pulls, pullsDone: pulls, activePulls: 0, queuedPulls: 0 });
  return {
    estimate,
    truth,
    policyWritesPerPull: policyWrites() / pulls,
    imageWritesPerPull: imageWrites() / pulls,
  };
}

const rollouts: readonly (Rollout & { readonly what: string })[] = [
  {
    what: 'one queue that fills every slot',
    nodes: 30,
    images: 5,
    seconds: 5,
    policy: { maxConcurrentNodes: 2, minDelayBetweenPulls: '0s' },
  },
  {
    what: 'one queue that waits for its delay',
    nodes: 30,
    images: 5,
    seconds: 5,
    policy: { maxConcurrentNodes: 10, minDelayBetweenPulls: '5s' },
  },
  {
    what: 'waves that fill every slot',
    nodes: 30,
    images: 5,
    seconds: 20,
    policy: { maxConcurrentNodes: 2, maxConcurrentPulls: 5, minDelayBetweenPulls: '1s' },
  },
  {
    what: 'waves that wait for their delay',
    nodes: 30,
    images: 5,
    seconds: 5,
    policy: { maxConcurrentNodes: 1, maxConcurrentPulls: 20, minDelayBetweenPulls: '30s' },
  },
  {
    what: 'waves that wait for the pulls of the wave before',
    nodes: 40,
    images: 3,
    seconds: 30,
    policy: { maxConcurrentNodes: 1, maxConcurrentPulls: 20, minDelayBetweenPulls: '1s' },
  },
];

const ROLLOUT_TIMEOUT_MILLISECONDS = 120_000;

describe('half way through a rollout, the estimated completion is within 20% of the truth', () => {
  it.each(rollouts)('in $what', async (rollout) => {
    const { estimate, truth } = await rollOut(rollout);
    expect(Math.abs(estimate - truth)).toBeLessThanOrEqual(0.2 * truth);
  });

  // Each pull needs two writes of its policy, when it starts and when its Pod is observed, and two of its image.
  it(
    'in one queue of 1,000 pulls, where counts and estimate add less than 0.1 writes to a pull',
    async () => {
      const policy = { maxConcurrentNodes: 5, minDelayBetweenPulls: '1s' };
      const measured = await rollOut({ nodes: 50, images: 20, seconds: 2, policy });
      expect(Math.abs(measured.estimate - measured.truth)).toBeLessThanOrEqual(0.2 * measured.truth);
      expect(measured.policyWritesPerPull).toBeLessThanOrEqual(2.1);
      expect(measured.imageWritesPerPull).toBeLessThanOrEqual(2.1);
    },
    ROLLOUT_TIMEOUT_MILLISECONDS,
  );
});
