// A cache of one resource that is behind the store by a lag of its own, because two caches of one client are never of one age.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { controllerOf, type KubernetesObject, qualifiedName } from './kubernetes-object.ts';
import type { WatchEvent } from './object-table.ts';

/** What is told when the cache changes, after it has changed. */
export interface InformerHandler {
  readonly added: (object: KubernetesObject) => void;
  readonly updated: (before: KubernetesObject, object: KubernetesObject) => void;
  readonly deleted: (object: KubernetesObject) => void;
  /** Told once after the first list. */
  readonly synced?: (() => void) | undefined;
}

export interface Informer {
  /** By name, or namespace/name. */
  get(qualifiedName: string): KubernetesObject | undefined;
  /** In order of their names. */
  all(): readonly KubernetesObject[];
  /** The objects that are controlled by the owner of this uid. */
  controlledBy(uid: string): readonly KubernetesObject[];
  /** The objects that nobody controls. */
  orphans(): readonly KubernetesObject[];
  /** Whether the first list has arrived. */
  hasSynced(): boolean;
  addHandler(handler: InformerHandler): void;
  /** Loses everything at once, and lists anew after so many milliseconds and its lag. */
  restart(afterMilliseconds: number): void;
}

export interface InformerOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly kind: string;
  /** Asked for each change: how far behind the cache is then. A change never overtakes an earlier one. */
  readonly lagMilliseconds: () => number;
}

/** Takes a clock, a store, a kind and the lag; gives a cache that begins to list at once. */
export function createInformer({ clock, store, kind, lagMilliseconds }: InformerOptions): Informer {
  const handlers: InformerHandler[] = [];
  let objects = new Map<string, KubernetesObject>();
  let controlled = new Map<string, Map<string, KubernetesObject>>();
  let uncontrolled = new Map<string, KubernetesObject>();
  /** The names in order, until one comes or goes. */
  let sortedNames: readonly string[] | undefined;
  let isSynced = false;
  let latestDueAt = 0;
  let epoch = 0;

  function shelfOf(object: KubernetesObject): Map<string, KubernetesObject> {
    const uid = controllerOf(object)?.uid;
    if (uid === undefined) return uncontrolled;
    const shelf = controlled.get(uid) ?? new Map<string, KubernetesObject>();
    controlled.set(uid, shelf);
    return shelf;
  }

  function unshelve(name: string, object: KubernetesObject): void {
    const shelf = shelfOf(object);
    shelf.delete(name);
    const uid = controllerOf(object)?.uid;
    if (uid !== undefined && shelf.size === 0) controlled.delete(uid);
  }

  function put(object: KubernetesObject): void {
    const name = qualifiedName(object.metadata);
    const before = objects.get(name);
    if (before === undefined) sortedNames = undefined;
    else unshelve(name, before);
    objects.set(name, object);
    shelfOf(object).set(name, object);
    for (const handler of handlers) {
      if (before === undefined) handler.added(object);
      else handler.updated(before, object);
    }
  }

  function drop(object: KubernetesObject): void {
    const name = qualifiedName(object.metadata);
    const before = objects.get(name);
    if (before === undefined) return;
    objects.delete(name);
    sortedNames = undefined;
    unshelve(name, before);
    for (const handler of handlers) handler.deleted(object);
  }

  function deliver(event: WatchEvent): void {
    if (event.type === 'DELETED') drop(event.object);
    else put(event.object);
  }

  function inOrder(task: () => void, afterMilliseconds = 0): void {
    latestDueAt = Math.max(latestDueAt, clock.now() + Math.ceil(afterMilliseconds + lagMilliseconds()));
    const plannedIn = epoch;
    clock.schedule(latestDueAt - clock.now(), () => {
      if (plannedIn === epoch) task();
    });
  }

  function list(): void {
    isSynced = true;
    for (const object of store.list(kind)) put(object);
    for (const handler of handlers) handler.synced?.();
  }

  function restart(afterMilliseconds: number): void {
    epoch += 1;
    objects = new Map();
    sortedNames = undefined;
    controlled = new Map();
    uncontrolled = new Map();
    isSynced = false;
    latestDueAt = 0;
    inOrder(list, afterMilliseconds);
  }

  store.watch((event) => {
    // What changes before the first list is part of it.
    if (isSynced && event.object.kind === kind) inOrder(() => deliver(event));
  });
  restart(0);

  return {
    get: (name) => objects.get(name),
    all() {
      sortedNames ??= [...objects.keys()].sort();
      return sortedNames.flatMap((name) => objects.get(name) ?? []);
    },
    controlledBy: (uid) => [...(controlled.get(uid)?.values() ?? [])],
    orphans: () => [...uncontrolled.values()],
    hasSynced: () => isSynced,
    addHandler(handler) {
      handlers.push(handler);
    },
    restart,
  };
}
