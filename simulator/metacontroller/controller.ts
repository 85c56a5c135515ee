// One controller: its work queue, its workers and the changes that enqueue a parent.
import type { Informer, InformerHandler } from '../informer.ts';
import { sameJson } from '../json.ts';
import { controllerOf, type KubernetesObject, qualifiedName } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { CONTROLLER_UID_LABEL } from './child-ownership.ts';
import { syncComposite } from './composite-sync.ts';
import type { ControllerDefinition } from './controller-definition.ts';
import { type CustomizeManager, createCustomizeManager } from './customize.ts';
import { syncDecorator } from './decorator-sync.ts';
import { count, type Environment } from './environment.ts';
import { isSyncFailure, TooManyRequestsError } from './sync-error.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

export interface Controller {
  /** Drops the queue and every cached customize response, as a restart does. */
  clear(): void;
}

export interface ControllerOptions {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  /** The controller object that requests carry. */
  readonly controller: unknown;
}

interface ControllerState extends ControllerOptions {
  readonly parents: Informer;
  readonly childInformers: readonly Informer[];
  readonly queue: WorkQueue;
  readonly customize: CustomizeManager;
  busyWorkers: number;
}

function isStatusChange(before: KubernetesObject, object: KubernetesObject): boolean {
  return (
    before !== object &&
    before.metadata.generation === object.metadata.generation &&
    sameJson(before.metadata.labels, object.metadata.labels) &&
    sameJson(before.metadata.annotations, object.metadata.annotations) &&
    object.metadata.deletionTimestamp === undefined
  );
}

function haveSynced({ parents, childInformers }: ControllerState): boolean {
  return [parents, ...childInformers].every((informer) => informer.hasSynced());
}

function startWorkers(state: ControllerState): void {
  while (state.busyWorkers < state.environment.workers && haveSynced(state)) {
    const key = state.queue.next();
    if (key === undefined) return;
    state.busyWorkers += 1;
    state.environment.startWork((sleep) => work(state, key, sleep));
  }
}

function retryLater({ environment, definition, queue }: ControllerState, key: string, error: Error): void {
  count(environment.counters.failedSyncs, definition.name);
  environment.report({ controller: definition.name, key, message: error.message });
  if (error instanceof TooManyRequestsError) queue.addAfter(key, error.afterSeconds * 1000);
  else queue.addRateLimited(key);
}

async function syncParent(state: ControllerState, key: string, sleep: Sleep): Promise<void> {
  const { environment, definition, controller, customize, queue } = state;
  const parent = state.parents.get(key);
  if (parent === undefined) return;
  const sync = definition.kind === 'CompositeController' ? syncComposite : syncDecorator;
  const requeueAfter = (milliseconds: number) => queue.addAfter(key, milliseconds);
  await sync({ environment, definition, controller, customize, key, parent, requeueAfter, sleep });
}

async function work(state: ControllerState, key: string, sleep: Sleep): Promise<void> {
  const { queue, environment } = state;
  const point = { controller: state.definition.name, key };
  await sleep(environment.faults.beforeSync?.(point) ?? 0);
  try {
    await syncParent(state, key, sleep);
    queue.forget(key);
    if (environment.faults.repeatSync?.(point)) queue.add(key);
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    retryLater(state, key, error);
  }
  state.busyWorkers -= 1;
  queue.done(key);
  startWorkers(state);
}

/** The owner by name, if it still has the uid of the reference. */
function ownerOf({ parents, definition }: ControllerState, child: KubernetesObject): KubernetesObject | undefined {
  const reference = controllerOf(child);
  if (reference?.kind !== definition.parent.kind) return undefined;
  const owner = parents.get(reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** An object without a controller belongs to the parent that its label names, which may adopt it. */
function parentOf(state: ControllerState, child: KubernetesObject): KubernetesObject | undefined {
  if (controllerOf(child) !== undefined) return ownerOf(state, child);
  const uid = child.metadata.labels?.[CONTROLLER_UID_LABEL];
  const mayBeAdopted = uid !== undefined && child.metadata.deletionTimestamp === undefined;
  return mayBeAdopted ? state.parents.all().find((parent) => parent.metadata.uid === uid) : undefined;
}

function parentHandler(state: ControllerState, enqueue: (parent: KubernetesObject) => void): InformerHandler {
  return {
    added: enqueue,
    updated(before, parent) {
      if (!state.definition.ignoreStatusChanges || !isStatusChange(before, parent)) enqueue(parent);
    },
    deleted: enqueue,
    synced: () => startWorkers(state),
  };
}

function childHandler(state: ControllerState, enqueue: (parent: KubernetesObject) => void): InformerHandler {
  function enqueueParentOf(child: KubernetesObject): void {
    const parent = parentOf(state, child);
    if (parent !== undefined) enqueue(parent);
  }
  return {
    added: enqueueParentOf,
    updated: (_before, child) => enqueueParentOf(child),
    deleted: enqueueParentOf,
    synced: () => startWorkers(state),
  };
}

export function startController({ environment, definition, controller }: ControllerOptions): Controller {
  const queue = createWorkQueue(environment.clock, () => startWorkers(state));
  const enqueue = (parent: KubernetesObject) => queue.add(qualifiedName(parent.metadata));
  const state: ControllerState = {
    environment,
    definition,
    controller,
    parents: environment.informerOf(definition.parent),
    childInformers: definition.children.map(({ resource }) => environment.informerOf(resource)),
    queue,
    customize: createCustomizeManager({ environment, definition, controller, enqueue }),
    busyWorkers: 0,
  };
  state.parents.addHandler(parentHandler(state, enqueue));
  for (const informer of state.childInformers) informer.addHandler(childHandler(state, enqueue));
  return {
    clear() {
      queue.clear();
      state.customize.clear();
      state.busyWorkers = 0;
    },
  };
}
