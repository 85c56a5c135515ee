// Storage of the API server: objects by kind and name, indexed by owner, with a version and an event for every change.
import { frozenCopy } from './json.ts';
import { identityOf, type KubernetesObject, type ObjectIdentity, qualifiedName } from './kubernetes-object.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
}

export type WatchListener = (event: WatchEvent) => void;

export interface ObjectTable {
  find(identity: ObjectIdentity): KubernetesObject | undefined;
  /** All objects of a kind, in the order of their creation. */
  all(kind: string): Iterable<KubernetesObject>;
  hasUid(uid: string): boolean;
  /** Objects with an owner reference to this uid. */
  dependentsOf(uid: string): readonly KubernetesObject[];
  /** Stores an object under the next resourceVersion and returns it as stored. */
  put(object: KubernetesObject): KubernetesObject;
  drop(object: KubernetesObject): void;
  watch(listener: WatchListener): () => void;
  /** Number of the latest change. */
  revision(): number;
}

interface TableState {
  readonly objectsByKind: Map<string, Map<string, KubernetesObject>>;
  readonly identityByUid: Map<string, ObjectIdentity>;
  readonly dependentUids: Map<string, Set<string>>;
  readonly listeners: Set<WatchListener>;
  revision: number;
}

function find({ objectsByKind }: TableState, identity: ObjectIdentity): KubernetesObject | undefined {
  return objectsByKind.get(identity.kind)?.get(qualifiedName(identity));
}

function index({ identityByUid, dependentUids }: TableState, object: KubernetesObject): void {
  identityByUid.set(object.metadata.uid, identityOf(object));
  for (const owner of object.metadata.ownerReferences ?? []) {
    const uids = dependentUids.get(owner.uid) ?? new Set();
    dependentUids.set(owner.uid, uids.add(object.metadata.uid));
  }
}

function unindex({ identityByUid, dependentUids }: TableState, object: KubernetesObject): void {
  identityByUid.delete(object.metadata.uid);
  for (const owner of object.metadata.ownerReferences ?? []) {
    const uids = dependentUids.get(owner.uid);
    uids?.delete(object.metadata.uid);
    if (uids?.size === 0) dependentUids.delete(owner.uid);
  }
}

function notify({ listeners }: TableState, event: WatchEvent): void {
  for (const listener of listeners) listener(event);
}

function withNextVersion(state: TableState, object: KubernetesObject): KubernetesObject {
  state.revision += 1;
  return frozenCopy({ ...object, metadata: { ...object.metadata, resourceVersion: String(state.revision) } });
}

function put(state: TableState, object: KubernetesObject): KubernetesObject {
  const stored = withNextVersion(state, object);
  const before = find(state, identityOf(object));
  if (before !== undefined) unindex(state, before);
  const objects = state.objectsByKind.get(object.kind) ?? new Map<string, KubernetesObject>();
  state.objectsByKind.set(object.kind, objects.set(qualifiedName(object.metadata), stored));
  index(state, stored);
  notify(state, { type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored });
  return stored;
}

function drop(state: TableState, object: KubernetesObject): void {
  state.objectsByKind.get(object.kind)?.delete(qualifiedName(object.metadata));
  unindex(state, object);
  notify(state, { type: 'DELETED', object: withNextVersion(state, object) });
}

function dependentsOf(state: TableState, uid: string): readonly KubernetesObject[] {
  return [...(state.dependentUids.get(uid) ?? [])].flatMap((dependent) => {
    const identity = state.identityByUid.get(dependent);
    const object = identity && find(state, identity);
    return object === undefined ? [] : [object];
  });
}

function watch({ listeners }: TableState, listener: WatchListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function createObjectTable(): ObjectTable {
  const state: TableState = {
    objectsByKind: new Map(),
    identityByUid: new Map(),
    dependentUids: new Map(),
    listeners: new Set(),
    revision: 0,
  };
  return {
    find: (identity) => find(state, identity),
    all: (kind) => state.objectsByKind.get(kind)?.values() ?? [],
    hasUid: (uid) => state.identityByUid.has(uid),
    dependentsOf: (uid) => dependentsOf(state, uid),
    put: (object) => put(state, object),
    drop: (object) => drop(state, object),
    watch: (listener) => watch(state, listener),
    revision: () => state.revision,
  };
}
