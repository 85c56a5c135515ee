// Where the stored objects lie: by kind and name, by owner, each change with a number and told to whoever watches.
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
  /** What has an owner reference to this uid. */
  dependentsOf(uid: string): readonly KubernetesObject[];
  /** Stores an object under the next resourceVersion, tells the watchers, gives the object as it is stored. */
  put(object: KubernetesObject): KubernetesObject;
  drop(object: KubernetesObject): void;
  watch(listener: WatchListener): () => void;
  /** The number of the latest change. */
  revision(): number;
}

/** Gives an empty table. */
export function createObjectTable(): ObjectTable {
  const objectsByKind = new Map<string, Map<string, KubernetesObject>>();
  const identityByUid = new Map<string, ObjectIdentity>();
  const dependentUids = new Map<string, Set<string>>();
  const listeners = new Set<WatchListener>();
  let revision = 0;

  function find(identity: ObjectIdentity): KubernetesObject | undefined {
    return objectsByKind.get(identity.kind)?.get(qualifiedName(identity));
  }

  function index(object: KubernetesObject): void {
    identityByUid.set(object.metadata.uid, identityOf(object));
    for (const owner of object.metadata.ownerReferences ?? []) {
      const uids = dependentUids.get(owner.uid) ?? new Set();
      dependentUids.set(owner.uid, uids.add(object.metadata.uid));
    }
  }

  function unindex(object: KubernetesObject): void {
    identityByUid.delete(object.metadata.uid);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const uids = dependentUids.get(owner.uid);
      uids?.delete(object.metadata.uid);
      if (uids?.size === 0) dependentUids.delete(owner.uid);
    }
  }

  function tell(event: WatchEvent): void {
    for (const listener of listeners) listener(event);
  }

  function numbered(object: KubernetesObject): KubernetesObject {
    revision += 1;
    return frozenCopy({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
  }

  return {
    find,
    all: (kind) => objectsByKind.get(kind)?.values() ?? [],
    hasUid: (uid) => identityByUid.has(uid),
    dependentsOf(uid) {
      return [...(dependentUids.get(uid) ?? [])].flatMap((dependent) => {
        const identity = identityByUid.get(dependent);
        const object = identity && find(identity);
        return object === undefined ? [] : [object];
      });
    },
    put(object) {
      const stored = numbered(object);
      const before = find(identityOf(object));
      if (before !== undefined) unindex(before);
      const objects = objectsByKind.get(object.kind) ?? new Map<string, KubernetesObject>();
      objectsByKind.set(object.kind, objects.set(qualifiedName(object.metadata), stored));
      index(stored);
      tell({ type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored });
      return stored;
    },
    drop(object) {
      objectsByKind.get(object.kind)?.delete(qualifiedName(object.metadata));
      unindex(object);
      tell({ type: 'DELETED', object: numbered(object) });
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    revision: () => revision,
  };
}
