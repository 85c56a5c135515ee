// One sync of a parent of a CompositeController, step by step as Metacontroller takes them.
import { ApiError, isApiError } from '../api-error.ts';
import { sameJson } from '../json.ts';
import { identityOf, type KubernetesObject, type Manifest } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { retryOnConflict } from './api-client.ts';
import { CONTROLLER_UID_LABEL, claimChildren } from './claim-children.ts';
import type { ControllerDefinition, UpdateMethod } from './controller-definition.ts';
import type { CustomizeManager } from './customize.ts';
import { count, type Environment } from './environment.ts';
import type { SyncAnswer } from './hook-client.ts';
import { manageChildren } from './manage-children.ts';
import { addToGroup, type ObjectGroups, wireGroups } from './object-groups.ts';
import { SyncError } from './sync-error.ts';

/** What one sync works with. */
export interface SyncContext {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  readonly controller: unknown;
  readonly customize: CustomizeManager;
  readonly key: string;
  readonly parent: KubernetesObject;
  readonly requeueAfter: (milliseconds: number) => void;
  readonly sleep: Sleep;
}

/** Takes a sync and the rest of its request; calls the hook, and asks for the resync that the answer wants. */
export async function askSyncHook(context: SyncContext, body: Record<string, unknown>): Promise<SyncAnswer> {
  const { environment, definition, controller, key, sleep } = context;
  count(environment.counters.syncs, definition.name);
  const request = { controller, ...body, finalizing: false };
  const answer = ((await environment.hooks.call(definition.sync, request, sleep)) ?? {}) as SyncAnswer;
  if (environment.faults.dropAnswer?.({ controller: definition.name, key })) {
    throw new SyncError('http error: the answer was lost');
  }
  const seconds = answer.resyncAfterSeconds ?? 0;
  if (seconds > 0) context.requeueAfter(seconds * 1000);
  return answer;
}

/** Takes a controller; gives how it changes children of a kind. */
export function updateMethods(definition: ControllerDefinition): (kind: string) => UpdateMethod {
  return (kind) => definition.children.find(({ resource }) => resource.kind === kind)?.method ?? 'OnDelete';
}

/** Takes what a hook wants and how each is changed first; gives it by group. A kind that is not served throws ApiError. */
export function desiredGroups(
  environment: Environment,
  wanted: readonly Manifest[],
  prepare: (child: Manifest) => Manifest,
): ObjectGroups<Manifest> {
  const groups: ObjectGroups<Manifest> = new Map();
  for (const child of wanted) addToGroup(groups, environment.resourceOf(child.kind), [prepare(child)]);
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

async function replaceStatus({ environment, parent, sleep }: SyncContext, status: SyncAnswer['status']): Promise<void> {
  const wanted = { ...status, observedGeneration: parent.metadata.generation };
  await retryOnConflict(async () => {
    const current = await environment.api.get(identityOf(parent), sleep);
    if (current.metadata.uid !== parent.metadata.uid) throw new ApiError('NotFound', 'the parent was replaced');
    if (sameJson(current.status, wanted)) return;
    await environment.api.updateStatus({ ...current, status: wanted }, sleep);
    environment.counters.statusWrites += 1;
  }, sleep);
}

/** Gives whether the status is written; false where it was given up without a word. */
async function writeStatus(context: SyncContext, status: SyncAnswer['status']): Promise<boolean> {
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

/** Takes a sync; asks the hook and does what it answers. Throws SyncError or ApiError where the sync is to be repeated. */
export async function syncComposite(context: SyncContext): Promise<void> {
  const { environment, definition, parent, sleep } = context;
  const observed = await claimChildren(environment, definition, parent, sleep);
  const related = await context.customize.relatedObjects(parent, sleep);
  const groups = { children: wireGroups(observed), related: wireGroups(related) };
  const answer = await askSyncHook(context, { parent, ...groups });
  const desired = desiredGroups(environment, answer.children ?? [], (child) => withControllerUid(parent, child));
  const isAlive = parent.metadata.deletionTimestamp === undefined;
  const plan = { parent, observed, desired, methodOf: updateMethods(definition) };
  const failures = isAlive ? await manageChildren(environment, plan, sleep) : [];
  // The status is written also where a child failed.
  const isWritten = await writeStatus(context, answer.status);
  // With a status write that is given up, the failures of children are forgotten too.
  if (isWritten && failures.length > 0) throw new SyncError(failures.map(({ message }) => message).join(', '));
}
