// What a plan starts from: manifests and nodes from files, on top of nothing or of a live cluster.
import type { HookSettings } from '../../hooks/settings.ts';
import type { RawObject, Snapshot } from '../cluster/snapshot.ts';
import { type DropManifests, readDropManifests } from '../drop-manifests.ts';
import { type Manifest, readManifests } from '../manifest-files.ts';
import { UsageError } from '../usage-error.ts';
import { equalNodes, fleetOf } from './planned-nodes.ts';
import { type PlannedSnapshot, plannedSnapshot } from './planned-snapshot.ts';

export interface PlanFiles {
  /** Names of files and folders. */
  readonly files: readonly string[];
  /** A number of nodes, or a file with Nodes; undefined with a cluster, or where the manifests have Nodes. */
  readonly nodes: string | undefined;
}

export interface PlanOrigin {
  readonly settings: HookSettings;
  readonly nowMilliseconds: number;
  /** Undefined without a cluster: then nothing is cached. */
  readonly cluster: Snapshot | undefined;
}

function manifestsOf(files: readonly string[]): readonly Manifest[] {
  return files.flatMap((file) => {
    const manifests = readManifests(file);
    if (manifests.length === 0) throw new UsageError(`${file} has no manifest`);
    return manifests;
  });
}

function fleetFrom(nodes: string | undefined, manifests: readonly Manifest[]): RawObject {
  if (nodes !== undefined) {
    return /^\d+$/.test(nodes) ? fleetOf(equalNodes(Number(nodes)), nodes) : fleetOf(readManifests(nodes), nodes);
  }
  if (manifests.some(({ kind }) => kind === 'Node')) return fleetOf(manifests, 'the manifests');
  throw new UsageError('which nodes? use --nodes 200, --nodes FILE (kubectl get nodes -o yaml) or --cluster');
}

/** The chart installs a PullPolicy of this name with the defaults. */
function defaultPolicy({ defaultPolicyName }: HookSettings, manifests: DropManifests): readonly RawObject[] {
  const isGiven = manifests.get('pullpolicies')?.some(({ metadata }) => metadata.name === defaultPolicyName);
  if (isGiven === true) return [];
  return [{ metadata: { name: defaultPolicyName, uid: `planned-${defaultPolicyName}`, generation: 1 }, spec: {} }];
}

/** A cluster in which Drop was just installed. */
function emptyCluster(origin: PlanOrigin, fleet: RawObject, manifests: DropManifests): Snapshot {
  const { settings, nowMilliseconds } = origin;
  return {
    lists: new Map([
      ['fleets', [fleet]],
      ['pullpolicies', defaultPolicy(settings, manifests)],
      ['cachedimages', []],
      ['cachedimagesets', []],
      ['discoverypolicies', []],
      ['pods', []],
    ]),
    unread: [],
    nowMilliseconds,
    settings,
  };
}

/** Throws a UsageError for a file that cannot be read, does not apply, or has nothing to plan. */
export function readPlanFiles({ files, nodes }: PlanFiles, origin: PlanOrigin): PlannedSnapshot {
  if (origin.cluster !== undefined && nodes !== undefined) {
    throw new UsageError('use either --nodes or --cluster, not both');
  }
  if (origin.cluster === undefined && files.length === 0) {
    throw new UsageError('what is to be planned? use -f FILE, or --cluster for what a cluster has');
  }
  const written = manifestsOf(files);
  const manifests = readDropManifests(written);
  const base = origin.cluster ?? emptyCluster(origin, fleetFrom(nodes, written), manifests);
  const planned = plannedSnapshot(base, manifests);
  const { lists } = planned.snapshot;
  if ((lists.get('cachedimages') ?? []).length === 0 && planned.notPlanned.length === 0) {
    const where = files.length === 0 ? 'the cluster has' : `${files.join(', ')} has`;
    throw new UsageError(`${where} no CachedImage and no CachedImageSet with images: nothing is to be planned`);
  }
  return planned;
}
