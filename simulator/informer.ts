// A client-go informer: a cache of one kind that lags behind the store, each cache by its own amount.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { controllerOf, type KubernetesObject, qualifiedName } from './kubernetes-object.ts';
import type { WatchEvent } from './object-table.ts';

/** Called after the cache has changed. */
export interface InformerHandler {
  readonly added: (object: KubernetesObject) => void;
  readonly updated: (before: KubernetesObject, object: KubernetesObject) => void;
  readonly deleted: (object: KubernetesObject) => void;
  /** Called once after the first list. */
  readonly synced?: (() => void) | undefined;
}

export interface Informer {
  /** By name, or namespace/name. */
  get(qualifiedName: string): KubernetesObject | undefined;
  /** Sorted by name. */
  all(): readonly KubernetesObject[];
  /** Objects whose controller has this uid. */
  controlledBy(uid: string): readonly KubernetesObject[];
  /** Objects without a controller. */
  orphans(): readonly KubernetesObject[];
  /** Whether the first list has arrived. */
  hasSynced(): boolean;
  addHandler(handler: InformerHandler): void;
  /** Empties the cache at once; the next list arrives after this time plus the lag. */
  restart(afterMilliseconds: number): void;
}

export interface InformerOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly kind: string;
  /** Lag of the cache, asked for each change. A change never overtakes an earlier one. */
  readonly lagMilliseconds: () => number;
}

type ObjectsByName = Map<string, KubernetesObject>;

interface Cache {
  readonly objects: ObjectsByName;
  readonly controlled: Map<string, ObjectsByName>;
  readonly uncontrolled: ObjectsByName;
  /** Cached until a name is added or removed. */
  sortedNames: readonly string[] | undefined;
}

interface InformerState extends InformerOptions {
  readonly handlers: InformerHandler[];
  cache: Cache;
  isSynced: boolean;
  latestDueAt: number;
  /** Counts restarts: events scheduled before one are dropped. */
  epoch: number;
}

function emptyCache(): Cache {
  return { objects: new Map(), controlled: new Map(), uncontrolled: new Map(), sortedNames: undefined };
}

function siblingsOf({ controlled, uncontrolled }: Cache, object: KubernetesObject): ObjectsByName {
  const uid = controllerOf(object)?.uid;
  if (uid === undefined) return uncontrolled;
  const siblings = controlled.get(uid) ?? new Map<string, KubernetesObject>();
  controlled.set(uid, siblings);
  return siblings;
}

function removeFromSiblings(cache: Cache, name: string, object: KubernetesObject): void {
  const siblings = siblingsOf(cache, object);
  siblings.delete(name);
  const uid = controllerOf(object)?.uid;
  if (uid !== undefined && siblings.size === 0) cache.controlled.delete(uid);
}

function put({ cache, handlers }: InformerState, object: KubernetesObject): void {
  const name = qualifiedName(object.metadata);
  const before = cache.objects.get(name);
  if (before === undefined) cache.sortedNames = undefined;
  else removeFromSiblings(cache, name, before);
  cache.objects.set(name, object);
  siblingsOf(cache, object).set(name, object);
  for (const handler of handlers) {
    if (before === undefined) handler.added(object);
    else handler.updated(before, object);
  }
}

function drop({ cache, handlers }: InformerState, object: KubernetesObject): void {
  const name = qualifiedName(object.metadata);
  const before = cache.objects.get(name);
  if (before === undefined) return;
  cache.objects.delete(name);
  cache.sortedNames = undefined;
  removeFromSiblings(cache, name, before);
  for (const handler of handlers) handler.deleted(object);
}

function deliver(state: InformerState, event: WatchEvent): void {
  if (event.type === 'DELETED') drop(state, event.object);
  else put(state, event.object);
}

/** Schedules a task after the lag, and never before a task scheduled earlier. */
function scheduleInOrder(state: InformerState, task: () => void, afterMilliseconds = 0): void {
  const { clock, epoch } = state;
  const dueAt = clock.now() + Math.ceil(afterMilliseconds + state.lagMilliseconds());
  state.latestDueAt = Math.max(state.latestDueAt, dueAt);
  clock.schedule(state.latestDueAt - clock.now(), () => {
    if (epoch === state.epoch) task();
  });
}

function list(state: InformerState): void {
  state.isSynced = true;
  for (const object of state.store.list(state.kind)) put(state, object);
  for (const handler of state.handlers) handler.synced?.();
}

function restart(state: InformerState, afterMilliseconds: number): void {
  state.epoch += 1;
  state.cache = emptyCache();
  state.isSynced = false;
  state.latestDueAt = 0;
  scheduleInOrder(state, () => list(state), afterMilliseconds);
}

function allInOrder({ cache }: InformerState): readonly KubernetesObject[] {
  cache.sortedNames ??= [...cache.objects.keys()].sort();
  return cache.sortedNames.flatMap((name) => cache.objects.get(name) ?? []);
}

/** The first list is scheduled at once. */
export function createInformer(options: InformerOptions): Informer {
  const state: InformerState = {
    ...options,
    handlers: [],
    cache: emptyCache(),
    isSynced: false,
    latestDueAt: 0,
    epoch: 0,
  };
  options.store.watch((event) => {
    // A change before the first list is part of that list.
    if (state.isSynced && event.object.kind === state.kind) scheduleInOrder(state, () => deliver(state, event));
  });
  restart(state, 0);
  return {
    get: (name) => state.cache.objects.get(name),
    all: () => allInOrder(state),
    controlledBy: (uid) => [...(state.cache.controlled.get(uid)?.values() ?? [])],
    orphans: () => [...state.cache.uncontrolled.values()],
    hasSynced: () => state.isSynced,
    addHandler: (handler) => {
      state.handlers.push(handler);
    },
    restart: (afterMilliseconds) => restart(state, afterMilliseconds),
  };
}
