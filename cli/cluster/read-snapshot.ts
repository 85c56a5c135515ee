// Reads what the commands work with from a cluster. Secrets are never read.
import type { KubeConfig } from '@kubernetes/client-node';
import { API_GROUP, API_VERSION_NAME } from '../../crds/kind.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../hooks/pull-pod/identity.ts';
import type { HookSettings } from '../../hooks/settings.ts';
import { UsageError } from '../usage-error.ts';
import { type ApiClientOptions, createApiClient } from './api-request.ts';
import { type ListInput, listObjects, UnreadableListError } from './list-objects.ts';
import { type RawObject, SNAPSHOT_RESOURCES, type Snapshot, type SnapshotResource } from './snapshot.ts';

export interface SnapshotOptions extends ApiClientOptions {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** Where a resource is listed. */
export function listInputOf(resource: SnapshotResource, namespace: string): ListInput {
  if (resource !== 'pods') return { title: resource, path: `apis/${API_GROUP}/${API_VERSION_NAME}/${resource}` };
  return {
    title: `pods in ${namespace}`,
    path: `api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
  };
}

/** What listing one resource led to. */
export type ListOutcome = { readonly resource: SnapshotResource } & (
  | { readonly objects: readonly RawObject[] }
  | { readonly error: UnreadableListError }
);

type Failed = Extract<ListOutcome, { readonly error: unknown }>;
const isFailed = (outcome: ListOutcome): outcome is Failed => 'error' in outcome;

/** Releases without Inventories lack nothing: nothing is known about the images of their nodes. */
const isAbsentInventory = ({ resource, error }: Failed) => resource === 'inventories' && error.isMissing;

/** Throws a UsageError where none of Drop's kinds can be read: Pods alone explain nothing. */
export function refuseNothing(outcomes: readonly ListOutcome[], context: string): void {
  const kinds = outcomes.filter(({ resource }) => resource !== 'pods');
  const failed = kinds.filter(isFailed);
  const [first] = failed;
  if (first === undefined || failed.length < kinds.length) return;
  if (failed.every(({ error }) => error.isMissing)) {
    throw new UsageError(`Drop is not installed in the cluster of the context "${context}": check --context`);
  }
  throw new UsageError(`no object of Drop can be read: ${first.error.message}`);
}

/**
 * Lists every resource of SNAPSHOT_RESOURCES. Throws a UsageError if the server cannot be reached, refuses the
 * credentials, or lets the user list none of Drop's kinds.
 */
export async function readSnapshot(
  kubeConfig: KubeConfig,
  settings: HookSettings,
  { clock = Date.now, ...options }: SnapshotOptions = {},
): Promise<Snapshot> {
  const client = await createApiClient(kubeConfig, options);
  const outcomes = await Promise.all(
    SNAPSHOT_RESOURCES.map(async (resource): Promise<ListOutcome> => {
      try {
        return { resource, objects: await listObjects(client, listInputOf(resource, settings.namespace)) };
      } catch (error) {
        if (error instanceof UnreadableListError) return { resource, error };
        throw error;
      }
    }),
  );
  refuseNothing(outcomes, client.context);
  return {
    lists: new Map(outcomes.flatMap((outcome) => ('objects' in outcome ? [[outcome.resource, outcome.objects]] : []))),
    unread: outcomes
      .filter(isFailed)
      .filter((outcome) => !isAbsentInventory(outcome))
      .map(({ resource, error }) => ({ resource, problem: error.message })),
    nowMilliseconds: clock(),
    settings,
  };
}
