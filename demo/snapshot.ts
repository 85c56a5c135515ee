// The simulated cluster as the commands see a real one.
import { type RawObject, SNAPSHOT_RESOURCES, type Snapshot, type SnapshotResource } from '../cli/cluster/snapshot.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { SIMULATED_SETTINGS } from '../simulator/installed-cluster.ts';

const kinds: Readonly<Record<SnapshotResource, string>> = {
  fleets: 'Fleet',
  policyviews: 'PolicyView',
  pullpolicies: 'PullPolicy',
  cachedimages: 'CachedImage',
  cachedimagesets: 'CachedImageSet',
  discoverypolicies: 'DiscoveryPolicy',
  inventories: 'Inventory',
  pods: 'Pod',
};

/** Lists that the user may not read are named in `unread`. */
export function simulatedSnapshot(
  { store }: Cluster,
  nowMilliseconds: number,
  unread: readonly SnapshotResource[] = [],
): Snapshot {
  const readable = SNAPSHOT_RESOURCES.filter((resource) => !unread.includes(resource));
  return {
    lists: new Map(readable.map((resource) => [resource, store.list(kinds[resource]) as readonly RawObject[]])),
    unread: unread.map((resource) => ({ resource, problem: `forbidden: ${resource}` })),
    nowMilliseconds,
    settings: SIMULATED_SETTINGS,
  };
}
