// Kubernetes' garbage collector: deletes the dependents of deleted owners, by the propagation policy of the delete.
import { isApiError } from './api-error.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './deletion.ts';
import { identityOf, type KubernetesObject, type OwnerReference } from './kubernetes-object.ts';
import type { WatchEvent } from './object-table.ts';

const DEFAULT_DELAY_MILLISECONDS = 200;

export interface GarbageCollectorOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  /** Time from a change to its handling; 200 ms unless set. */
  readonly delayMilliseconds?: number | undefined;
}

function isWaitingOn(object: KubernetesObject, finalizer: string): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true;
}

/** Ignores NotFound and Conflict: another client was faster, and its change triggers the collector again. */
function unlessGone(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
  }
}

function setOwners(store: ApiStore, object: KubernetesObject, ownerReferences: readonly OwnerReference[]): void {
  store.update({ ...object, metadata: { ...object.metadata, ownerReferences } });
}

function dropFinalizer(store: ApiStore, object: KubernetesObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer);
  store.update({ ...object, metadata: { ...object.metadata, finalizers } });
}

/** Deletes an object whose owners are all gone. Removes the references to absent owners if others are present. */
function collect(store: ApiStore, object: KubernetesObject): void {
  const owners = object.metadata.ownerReferences ?? [];
  const present = owners.filter((owner) => store.hasUid(owner.uid));
  if (present.length === owners.length) return;
  if (present.length > 0) setOwners(store, object, present);
  else store.remove(identityOf(object), { uid: object.metadata.uid });
}

function collectDependentsOf(store: ApiStore, uid: string): void {
  for (const dependent of store.dependentsOf(uid)) unlessGone(() => collect(store, dependent));
}

function orphanDependents(store: ApiStore, owner: KubernetesObject): void {
  for (const dependent of store.dependentsOf(owner.metadata.uid)) {
    const others = dependent.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
    unlessGone(() => setOwners(store, dependent, others));
  }
  unlessGone(() => dropFinalizer(store, owner, ORPHAN_FINALIZER));
}

function blocksDeletionOf(owner: KubernetesObject, dependent: KubernetesObject): boolean {
  const references = dependent.metadata.ownerReferences ?? [];
  return references.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true);
}

function finishForeground(store: ApiStore, owner: KubernetesObject): void {
  const dependents = store.dependentsOf(owner.metadata.uid);
  const isBlocked = dependents.some((dependent) => blocksDeletionOf(owner, dependent));
  for (const dependent of dependents) {
    const options = { uid: dependent.metadata.uid, propagation: 'Foreground' } as const;
    unlessGone(() => store.remove(identityOf(dependent), options));
  }
  if (!isBlocked) unlessGone(() => dropFinalizer(store, owner, FOREGROUND_FINALIZER));
}

/** Handles the current state of an object that changed a moment ago. */
function examine(store: ApiStore, changed: KubernetesObject): void {
  const object = store.find(identityOf(changed));
  if (object === undefined || object.metadata.uid !== changed.metadata.uid) return;
  if (isWaitingOn(object, ORPHAN_FINALIZER)) orphanDependents(store, object);
  else if (isWaitingOn(object, FOREGROUND_FINALIZER)) finishForeground(store, object);
  else unlessGone(() => collect(store, object));
}

/** The owner is in the dependent's namespace, or cluster-scoped. */
function findOwner(
  store: ApiStore,
  { kind, name, uid }: OwnerReference,
  namespace: string | undefined,
): KubernetesObject | undefined {
  const candidates = [store.find({ kind, name, namespace }), store.find({ kind, name })];
  return candidates.find((candidate) => candidate?.metadata.uid === uid);
}

/** The deleted dependent may have been the last for which its owner waited. */
function examineOwners(store: ApiStore, deleted: KubernetesObject): void {
  for (const reference of deleted.metadata.ownerReferences ?? []) {
    const owner = findOwner(store, reference, deleted.metadata.namespace);
    if (owner !== undefined && isWaitingOn(owner, FOREGROUND_FINALIZER)) examine(store, owner);
  }
}

/** Handles every change a short delay after it happened. */
export function startGarbageCollector({ clock, store, delayMilliseconds }: GarbageCollectorOptions): void {
  const delay = delayMilliseconds ?? DEFAULT_DELAY_MILLISECONDS;

  function onDeleted(object: KubernetesObject): void {
    const { uid, ownerReferences } = object.metadata;
    if (store.dependentsOf(uid).length > 0) clock.schedule(delay, () => collectDependentsOf(store, uid));
    if (ownerReferences !== undefined) clock.schedule(delay, () => examineOwners(store, object));
  }

  function onStored({ type, object }: WatchEvent): void {
    const isNewDependent = type === 'ADDED' && object.metadata.ownerReferences !== undefined;
    const isDying = object.metadata.deletionTimestamp !== undefined;
    if (isNewDependent || isDying) clock.schedule(delay, () => examine(store, object));
  }

  store.watch((event) => (event.type === 'DELETED' ? onDeleted(event.object) : onStored(event)));
}
