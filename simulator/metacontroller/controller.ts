// One controller: what wakes which parent, and the workers that sync them, never two at once on the same.
import type { InformerHandler } from '../informer.ts';
import { sameJson } from '../json.ts';
import { controllerOf, type KubernetesObject, qualifiedName } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { CONTROLLER_UID_LABEL } from './claim-children.ts';
import { syncComposite } from './composite-sync.ts';
import type { ControllerDefinition } from './controller-definition.ts';
import { createCustomizeManager } from './customize.ts';
import { syncDecorator } from './decorator-sync.ts';
import { count, type Environment } from './environment.ts';
import { isSyncFailure, TooManyRequestsError } from './sync-error.ts';
import { createWorkQueue } from './work-queue.ts';

export interface Controller {
  readonly name: string;
  /** Loses its queue and all that it knows. */
  clear(): void;
}

export interface ControllerOptions {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  /** The controller object, as requests carry it. */
  readonly controller: unknown;
}

/** Whether a change of a parent is one of its status alone. */
function isStatusChange(before: KubernetesObject, object: KubernetesObject): boolean {
  return (
    before !== object &&
    before.metadata.generation === object.metadata.generation &&
    sameJson(before.metadata.labels, object.metadata.labels) &&
    sameJson(before.metadata.annotations, object.metadata.annotations) &&
    object.metadata.deletionTimestamp === undefined
  );
}

/** Takes a controller's parts; gives it at work. */
export function startController({ environment, definition, controller }: ControllerOptions): Controller {
  const parents = environment.informerOf(definition.parent);
  const informers = [parents, ...definition.children.map(({ resource }) => environment.informerOf(resource))];
  const queue = createWorkQueue(environment.clock, wake);
  const sync = definition.kind === 'CompositeController' ? syncComposite : syncDecorator;
  const customize = createCustomizeManager({ environment, definition, controller, enqueue });
  let busyWorkers = 0;

  function enqueue(parent: KubernetesObject): void {
    queue.add(qualifiedName(parent.metadata));
  }

  function wake(): void {
    while (busyWorkers < environment.workers && informers.every((informer) => informer.hasSynced())) {
      const key = queue.take();
      if (key === undefined) return;
      busyWorkers += 1;
      environment.startWork((sleep) => work(key, sleep));
    }
  }

  function requeue(key: string, error: Error): void {
    count(environment.counters.failedSyncs, definition.name);
    environment.report({ controller: definition.name, key, message: error.message });
    if (error instanceof TooManyRequestsError) queue.addAfter(key, error.afterSeconds * 1000);
    else queue.addRateLimited(key);
  }

  async function syncKey(key: string, sleep: Sleep): Promise<void> {
    const parent = parents.get(key);
    if (parent === undefined) return;
    const requeueAfter = (milliseconds: number) => queue.addAfter(key, milliseconds);
    await sync({ environment, definition, controller, customize, key, parent, requeueAfter, sleep });
  }

  async function work(key: string, sleep: Sleep): Promise<void> {
    const point = { controller: definition.name, key };
    await sleep(environment.faults.beforeSync?.(point) ?? 0);
    try {
      await syncKey(key, sleep);
      queue.forget(key);
      if (environment.faults.repeatSync?.(point)) queue.add(key);
    } catch (error) {
      if (!isSyncFailure(error)) throw error;
      requeue(key, error);
    }
    busyWorkers -= 1;
    queue.done(key);
    wake();
  }

  /** The parent that owns a child, if it is the one that the child means. */
  function ownerOf(child: KubernetesObject): KubernetesObject | undefined {
    const reference = controllerOf(child);
    if (reference?.kind !== definition.parent.kind) return undefined;
    const owner = parents.get(reference.name);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  /** A child that nobody controls concerns the parent of its label, which may adopt it. */
  function parentOf(child: KubernetesObject): KubernetesObject | undefined {
    if (controllerOf(child) !== undefined) return ownerOf(child);
    const uid = child.metadata.labels?.[CONTROLLER_UID_LABEL];
    const isStray = uid !== undefined && child.metadata.deletionTimestamp === undefined;
    return isStray ? parents.all().find((parent) => parent.metadata.uid === uid) : undefined;
  }

  function onChild(child: KubernetesObject): void {
    const parent = parentOf(child);
    if (parent !== undefined) enqueue(parent);
  }

  const childHandler: InformerHandler = {
    added: onChild,
    updated: (_before, child) => onChild(child),
    deleted: onChild,
    synced: wake,
  };

  parents.addHandler({
    added: enqueue,
    updated(before, parent) {
      if (!definition.ignoreStatusChanges || !isStatusChange(before, parent)) enqueue(parent);
    },
    deleted: enqueue,
    synced: wake,
  });
  for (const informer of informers.slice(1)) informer.addHandler(childHandler);

  return {
    name: definition.name,
    clear() {
      queue.clear();
      customize.clear();
      busyWorkers = 0;
    },
  };
}
