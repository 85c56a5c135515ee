// One sync of a CompositeController's parent, in the order of Metacontroller's steps.
import { ApiError, isApiError } from '../api-error.ts';
import { sameJson } from '../json.ts';
import { identityOf, type KubernetesObject, type Manifest } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { retryOnConflict } from './api-client.ts';
import { CONTROLLER_UID_LABEL, findChildren } from './child-ownership.ts';
import type { ControllerDefinition, UpdateMethod } from './controller-definition.ts';
import type { CustomizeManager } from './customize.ts';
import { count, type Environment } from './environment.ts';
import type { SyncResponse } from './hook-client.ts';
import { manageChildren } from './manage-children.ts';
import { addToGroup, type ObjectGroups, wireGroups } from './object-groups.ts';
import { SyncError } from './sync-error.ts';

export interface SyncContext {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  /** The controller object that requests carry. */
  readonly controller: unknown;
  readonly customize: CustomizeManager;
  /** The parent's key in the work queue. */
  readonly key: string;
  readonly parent: KubernetesObject;
  readonly requeueAfter: (milliseconds: number) => void;
  readonly sleep: Sleep;
}

/** Calls the sync hook and schedules the resync that its response requests. */
export async function callSyncHook(context: SyncContext, body: Record<string, unknown>): Promise<SyncResponse> {
  const { environment, definition, controller, key, sleep } = context;
  count(environment.counters.syncs, definition.name);
  const request = { controller, ...body, finalizing: false };
  const response = ((await environment.hooks.call(definition.sync, request, sleep)) ?? {}) as SyncResponse;
  if (environment.faults.dropResponse?.({ controller: definition.name, key })) {
    throw new SyncError('http error: the response was lost');
  }
  const seconds = response.resyncAfterSeconds ?? 0;
  if (seconds > 0) context.requeueAfter(seconds * 1000);
  return response;
}

export function updateMethods(definition: ControllerDefinition): (kind: string) => UpdateMethod {
  return (kind) => definition.children.find(({ resource }) => resource.kind === kind)?.method ?? 'OnDelete';
}

/** Groups the children of a response. Throws NotFound for a kind that is not served. */
export function desiredGroups(
  environment: Environment,
  children: readonly Manifest[],
  prepare: (child: Manifest) => Manifest,
): ObjectGroups<Manifest> {
  const groups: ObjectGroups<Manifest> = new Map();
  for (const child of children) addToGroup(groups, environment.resourceOf(child.kind), [prepare(child)]);
  return groups;
}

function withControllerUid(parent: KubernetesObject, child: Manifest): Manifest {
  const { uid } = parent.metadata;
  const labels = { [CONTROLLER_UID_LABEL]: uid, ...child.metadata.labels };
  if (labels[CONTROLLER_UID_LABEL] !== uid) {
    throw new SyncError(`labels on desired child ${child.kind} ${child.metadata.name} don't match parent selector`);
  }
  return { ...child, metadata: { ...child.metadata, labels } };
}

async function replaceStatus(
  { environment, parent, sleep }: SyncContext,
  status: SyncResponse['status'],
): Promise<void> {
  const desired = { ...status, observedGeneration: parent.metadata.generation };
  await retryOnConflict(async () => {
    const current = await environment.api.get(identityOf(parent), sleep);
    if (current.metadata.uid !== parent.metadata.uid) throw new ApiError('NotFound', 'the parent was replaced');
    if (sameJson(current.status, desired)) return;
    await environment.api.updateStatus({ ...current, status: desired }, sleep);
    environment.counters.statusWrites += 1;
  }, sleep);
}

/** Returns false if the write was dropped silently, after repeated conflicts or by a fault. */
async function writeStatus(context: SyncContext, status: SyncResponse['status']): Promise<boolean> {
  const { counters, faults } = context.environment;
  try {
    if (faults.loseStatusWrite?.({ controller: context.definition.name, key: context.key })) {
      throw new ApiError('Conflict', 'the status write was lost');
    }
    await replaceStatus(context, status);
    return true;
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
    counters.lostStatusWrites += 1;
    return false;
  }
}

/** Throws SyncError or ApiError if the sync must be retried. */
export async function syncComposite(context: SyncContext): Promise<void> {
  const { environment, definition, parent, sleep } = context;
  const observed = await findChildren(environment, definition, parent, sleep);
  const related = await context.customize.relatedObjects(parent, sleep);
  const groups = { children: wireGroups(observed), related: wireGroups(related) };
  const response = await callSyncHook(context, { parent, ...groups });
  const desired = desiredGroups(environment, response.children ?? [], (child) => withControllerUid(parent, child));
  const isAlive = parent.metadata.deletionTimestamp === undefined;
  const plan = { parent, observed, desired, methodOf: updateMethods(definition) };
  const failures = isAlive ? await manageChildren(environment, plan, sleep) : [];
  // The status is written even if the write of a child failed.
  const isWritten = await writeStatus(context, response.status);
  // A dropped status write also hides the failures of children.
  if (isWritten && failures.length > 0) throw new SyncError(failures.map(({ message }) => message).join(', '));
}
