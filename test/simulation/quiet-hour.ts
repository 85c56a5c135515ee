// The invariant `silent`: in a settled cluster, nothing is written or synced except on a schedule.
import type { CachedImageSpec } from '../../crds/cached-image.ts';
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { hasOrphans } from './expectation.ts';
import { pullOf } from './invariants/pull.ts';
import type { Simulation } from './simulation.ts';
import { HOUR } from './time.ts';

/** Kinds written on a schedule: the heartbeat of a Node, and the time of the last discovery. */
const WRITTEN_ON_SCHEDULE: ReadonlySet<string> = new Set(['Node', 'DiscoveryPolicy']);

/** Kinds that change when a pull brings an image that its node did not list. */
const REPORTS: ReadonlySet<string> = new Set(['NodeImages', 'Inventory', 'ImageInventory']);

/** Names of the policies with a repullInterval. */
function repullingPolicies({ cluster }: Simulation): ReadonlySet<string> {
  const repulls = ({ spec }: KubernetesObject) => (spec as unknown as PullPolicySpec).repullInterval !== undefined;
  return new Set(
    cluster.store
      .list('PullPolicy')
      .filter(repulls)
      .map(({ metadata }) => metadata.name),
  );
}

function policyNameOf(object: KubernetesObject): string | undefined {
  if (object.kind === 'PullPolicy') return object.metadata.name;
  if (object.kind === 'Pod') return pullOf(object).policy;
  if (object.kind !== 'CachedImage') return undefined;
  return (object.spec as unknown as CachedImageSpec).policyRef?.name ?? 'default';
}

interface Activity {
  /** Objects that were written although no write was due. */
  readonly writes: readonly string[];
  readonly discoveries: number;
  /** Number of syncs of a controller. */
  readonly syncs: (controller: string) => number;
}

async function activityInAnHour({ cluster, clock }: Simulation, repulling: ReadonlySet<string>): Promise<Activity> {
  const before = { ...cluster.metacontroller.counters.syncs };
  const writes: string[] = [];
  let discoveries = 0;
  const stop = cluster.store.watch(({ object }) => {
    if (object.kind === 'DiscoveryPolicy') discoveries += 1;
    const isOfRepull = repulling.has(policyNameOf(object) ?? '') || (repulling.size > 0 && REPORTS.has(object.kind));
    const isDue = WRITTEN_ON_SCHEDULE.has(object.kind) || isOfRepull;
    if (!isDue) writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await clock.runFor(HOUR);
  stop();
  const after = cluster.metacontroller.counters.syncs;
  return { writes, discoveries, syncs: (name) => (after[name] ?? 0) - (before[name] ?? 0) };
}

/** Highest number of syncs that are due in an hour, by controller. */
function syncLimits(
  simulation: Simulation,
  repulling: ReadonlySet<string>,
  discoveries: number,
): Readonly<Record<string, number>> {
  // A re-pull syncs its policy, its image and the set of that image.
  if (repulling.size > 0) return { 'drop-fleets': 0 };
  const sets = simulation.cluster.store.list('CachedImageSet').length;
  return {
    'drop-fleets': 0,
    'drop-inventories': 0,
    'drop-cachedimages': 0,
    'drop-pullpolicies': 0,
    // Every discovery syncs every set.
    'drop-cachedimagesets': hasOrphans(simulation) ? Number.POSITIVE_INFINITY : discoveries * sets,
  };
}

/** Lets an hour pass. Returns what was written or synced although it was not due. */
export async function unexpectedActivity(simulation: Simulation): Promise<string | undefined> {
  const repulling = repullingPolicies(simulation);
  const { writes, discoveries, syncs } = await activityInAnHour(simulation, repulling);
  if (writes.length > 0) return `${writes.length} writes in a quiet hour: ${writes.slice(0, 5).join(', ')}`;
  const excess = Object.entries(syncLimits(simulation, repulling, discoveries)).filter(
    ([name, limit]) => syncs(name) > limit,
  );
  const counts = excess.map(([name, limit]) => `${syncs(name)} of ${name}, where ${limit} are due`);
  return excess.length > 0 ? `syncs in a quiet hour: ${counts.join(', ')}` : undefined;
}
