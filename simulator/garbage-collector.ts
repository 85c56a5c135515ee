// Kubernetes' garbage collector: what is owned by something that is gone goes too.
import { isApiError } from './api-error.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './deletion.ts';
import { identityOf, type KubernetesObject, type OwnerReference } from './kubernetes-object.ts';

const DEFAULT_DELAY_MILLISECONDS = 200;

export interface GarbageCollectorOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  /** How long it takes to notice; 200 ms unless set. */
  readonly delayMilliseconds?: number | undefined;
}

function isWaitingOn(object: KubernetesObject, finalizer: string): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true;
}

/** Takes a clock and a store; collects from then on, a short delay after each change. */
export function startGarbageCollector({ clock, store, delayMilliseconds }: GarbageCollectorOptions): void {
  const delay = delayMilliseconds ?? DEFAULT_DELAY_MILLISECONDS;

  /** Somebody else may have been faster: then there is nothing left to do. */
  function unlessGone(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
    }
  }

  function keepOwners(object: KubernetesObject, ownerReferences: readonly OwnerReference[]): void {
    store.update({ ...object, metadata: { ...object.metadata, ownerReferences } });
  }

  function dropFinalizer(object: KubernetesObject, finalizer: string): void {
    const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer);
    store.update({ ...object, metadata: { ...object.metadata, finalizers } });
  }

  /** Deletes an object of which every owner is gone; of one that has others left, takes the absent owners away. */
  function collect(object: KubernetesObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    const present = owners.filter((owner) => store.hasUid(owner.uid));
    if (present.length === owners.length) return;
    if (present.length > 0) keepOwners(object, present);
    else store.remove(identityOf(object), { uid: object.metadata.uid });
  }

  function collectDependentsOf(uid: string): void {
    for (const dependent of store.dependentsOf(uid)) unlessGone(() => collect(dependent));
  }

  function orphanDependents(owner: KubernetesObject): void {
    for (const dependent of store.dependentsOf(owner.metadata.uid)) {
      const others = dependent.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
      unlessGone(() => keepOwners(dependent, others));
    }
    unlessGone(() => dropFinalizer(owner, ORPHAN_FINALIZER));
  }

  function finishForeground(owner: KubernetesObject): void {
    const dependents = store.dependentsOf(owner.metadata.uid);
    const blocking = dependents.filter((dependent) =>
      dependent.metadata.ownerReferences?.some(
        ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion,
      ),
    );
    for (const dependent of dependents) {
      unlessGone(() => store.remove(identityOf(dependent), { uid: dependent.metadata.uid, propagation: 'Foreground' }));
    }
    if (blocking.length === 0) unlessGone(() => dropFinalizer(owner, FOREGROUND_FINALIZER));
  }

  /** Looks at one object as it is by then. */
  function examine(seen: KubernetesObject): void {
    const object = store.find(identityOf(seen));
    if (object === undefined || object.metadata.uid !== seen.metadata.uid) return;
    if (isWaitingOn(object, ORPHAN_FINALIZER)) orphanDependents(object);
    else if (isWaitingOn(object, FOREGROUND_FINALIZER)) finishForeground(object);
    else unlessGone(() => collect(object));
  }

  /** The owner may be in the dependent's namespace or in none. */
  function findOwner({ kind, name, uid }: OwnerReference, namespace: string | undefined): KubernetesObject | undefined {
    const candidates = [store.find({ kind, name, namespace }), store.find({ kind, name })];
    return candidates.find((candidate) => candidate?.metadata.uid === uid);
  }

  /** A dependent that went may have been the last for which its owner waited. */
  function examineOwners(object: KubernetesObject): void {
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = findOwner(reference, object.metadata.namespace);
      if (owner !== undefined && isWaitingOn(owner, FOREGROUND_FINALIZER)) examine(owner);
    }
  }

  function afterDeleted(object: KubernetesObject): void {
    const { uid, ownerReferences } = object.metadata;
    if (store.dependentsOf(uid).length > 0) clock.schedule(delay, () => collectDependentsOf(uid));
    if (ownerReferences !== undefined) clock.schedule(delay, () => examineOwners(object));
  }

  store.watch(({ type, object }) => {
    if (type === 'DELETED') {
      afterDeleted(object);
      return;
    }
    const isNewDependent = type === 'ADDED' && object.metadata.ownerReferences !== undefined;
    if (isNewDependent || object.metadata.deletionTimestamp !== undefined) clock.schedule(delay, () => examine(object));
  });
}
