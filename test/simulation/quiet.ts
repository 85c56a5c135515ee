// Silence: where everything is as it should be, nothing is written and nobody is asked but what is due by itself.
import type { CachedImageSpec } from '../../crds/cached-image.ts';
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { hasOrphans } from './expectation.ts';
import { pullOf } from './invariants/pull.ts';
import { HOUR, type SimulatedCluster } from './simulated-cluster.ts';

/** Kinds that are written as time passes: heartbeats, and the time of the last discovery. */
const WRITTEN_ANYWAY: ReadonlySet<string> = new Set(['Node', 'DiscoveryPolicy']);

/** Names of the policies that pull again by themselves. */
function repullingPolicies({ cluster }: SimulatedCluster): ReadonlySet<string> {
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

interface Hour {
  /** What was written although nothing was due. */
  readonly writes: readonly string[];
  readonly discoveries: number;
  /** How often each controller was asked. */
  readonly syncs: (controller: string) => number;
}

async function anHour({ cluster, clock }: SimulatedCluster, repulling: ReadonlySet<string>): Promise<Hour> {
  const before = { ...cluster.metacontroller.counters.syncs };
  const writes: string[] = [];
  let discoveries = 0;
  const stop = cluster.store.watch(({ object }) => {
    if (object.kind === 'DiscoveryPolicy') discoveries += 1;
    const isDue = WRITTEN_ANYWAY.has(object.kind) || repulling.has(policyNameOf(object) ?? '');
    if (!isDue) writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await clock.runFor(HOUR);
  stop();
  const after = cluster.metacontroller.counters.syncs;
  return { writes, discoveries, syncs: (name) => (after[name] ?? 0) - (before[name] ?? 0) };
}

/** Lets an hour pass; gives what broke its silence. */
export async function noiseInAnHour(world: SimulatedCluster): Promise<string | undefined> {
  const repulling = repullingPolicies(world);
  const { writes, discoveries, syncs } = await anHour(world, repulling);
  if (writes.length > 0) return `${writes.length} writes in a quiet hour: ${writes.slice(0, 5).join(', ')}`;
  const sets = world.cluster.store.list('CachedImageSet').length;
  // A set looks at each discovery. A re-pull concerns its policy, its image and the set of that.
  const unlessRepulling = {
    'drop-cachedimages': 0,
    'drop-pullpolicies': 0,
    'drop-cachedimagesets': hasOrphans(world) ? Number.POSITIVE_INFINITY : discoveries * sets,
  };
  const mostSyncs: Readonly<Record<string, number>> = {
    'drop-fleets': 0,
    ...(repulling.size > 0 ? {} : unlessRepulling),
  };
  const tooMany = Object.entries(mostSyncs).filter(([name, most]) => syncs(name) > most);
  const counts = tooMany.map(([name, most]) => `${syncs(name)} of ${name} where ${most} are due`);
  return tooMany.length > 0 ? `syncs in a quiet hour: ${counts.join(', ')}` : undefined;
}
