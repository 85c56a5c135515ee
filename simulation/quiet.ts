// Silence: where everything is as it should be, nothing is written and nobody is asked but what is due by itself.
import type { CachedImageSpec } from '../crds/cached-image.ts';
import type { PullPolicySpec } from '../crds/pull-policy.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { pullOf } from './invariants/pull.ts';
import { HOUR, type World } from './world.ts';

/** Kinds that are written as time passes: heartbeats, and the time of the last discovery. */
const WRITTEN_ANYWAY: ReadonlySet<string> = new Set(['Node', 'DiscoveryPolicy']);
/** A controller that is asked in a quiet hour although nothing is due. */
const NEVER_DUE = ['drop-fleets', 'drop-cachedimages', 'drop-pullpolicies'];

/** Names of the policies that pull again by themselves. */
function repullingPolicies({ cluster }: World): ReadonlySet<string> {
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

/** Lets an hour pass; gives what broke its silence. */
export async function noiseInAnHour(world: World): Promise<string | undefined> {
  const { cluster, clock } = world;
  const repulling = repullingPolicies(world);
  const before = { ...cluster.metacontroller.counters.syncs };
  const writes: string[] = [];
  const stop = cluster.store.watch(({ object }) => {
    const isDue = WRITTEN_ANYWAY.has(object.kind) || repulling.has(policyNameOf(object) ?? '');
    if (!isDue) writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await clock.runFor(HOUR);
  stop();
  if (writes.length > 0) return `${writes.length} writes in a quiet hour: ${writes.slice(0, 5).join(', ')}`;
  if (repulling.size > 0) return undefined;
  const after = cluster.metacontroller.counters.syncs;
  const asked = NEVER_DUE.filter((name) => after[name] !== before[name]);
  const counts = asked.map((name) => `${(after[name] ?? 0) - (before[name] ?? 0)} of ${name}`);
  return asked.length > 0 ? `syncs in a quiet hour although nothing is due: ${counts.join(', ')}` : undefined;
}
