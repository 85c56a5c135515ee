// The simulated API server. It follows the real write rules, because the operator's guarantees rest on them.
import { type LabelSelector, matchesLabelSelector } from '../kubernetes/label-selector.ts';
import { ApiError } from './api-error.ts';
import { applyManifest } from './apply-manifest.ts';
import type { Clock } from './clock.ts';
import { afterDeletion, type RemoveOptions } from './deletion.ts';
import { frozenCopy, sameJson } from './json.ts';
import { identityOf, type KubernetesObject, type Manifest, type ObjectIdentity } from './kubernetes-object.ts';
import { checkVersion, newObject, updatedObject, type WriteOptions } from './object-changes.ts';
import { createObjectTable, type ObjectTable, type WatchListener } from './object-table.ts';
import { checkedStatus, checkMetadata } from './object-validation.ts';
import type { Random } from './random.ts';
import { describeObject, type Resource, resourceOf } from './resources.ts';

interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: LabelSelector | undefined;
}

/** Every write throws an ApiError where the API server would refuse it. Returned objects are frozen. */
export interface ApiStore {
  create(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  /** Throws NotFound; `find` returns undefined instead. */
  get(identity: ObjectIdentity): KubernetesObject;
  find(identity: ObjectIdentity): KubernetesObject | undefined;
  list(kind: string, options?: ListOptions): readonly KubernetesObject[];
  /** Replaces everything but the status and system fields. With a resourceVersion, only that version is replaced. */
  update(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  updateStatus(manifest: Manifest): KubernetesObject;
  remove(identity: ObjectIdentity, options?: RemoveOptions): void;
  /** Like `kubectl apply`: creates the object, or changes only the fields of this manifest and of the last one. */
  apply(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  /** Objects with an owner reference to this uid. */
  dependentsOf(uid: string): readonly KubernetesObject[];
  hasUid(uid: string): boolean;
  resourceOf(kind: string): Resource;
  /** Calls the listener with every change, in order, as it happens. Returns a function that ends the watch. */
  watch(listener: WatchListener): () => void;
  /** Number of the latest change. */
  revision(): number;
}

export interface ApiStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Called for every create. A returned text refuses it (Forbidden), as a quota or an admission webhook does. */
  readonly admit?: ((object: Manifest) => string | undefined) | undefined;
  /** Called for every create before `admit`. Returns the object to create, as a mutating admission webhook does. */
  readonly mutate?: ((object: Manifest) => Manifest) | undefined;
}

interface Store extends ApiStoreOptions {
  readonly table: ObjectTable;
}

function get({ table }: Store, identity: ObjectIdentity): KubernetesObject {
  const object = table.find(identity);
  if (object === undefined) throw new ApiError('NotFound', `${describeObject(identity)} not found`);
  return object;
}

function create(store: Store, requested: Manifest, options: WriteOptions): KubernetesObject {
  const { table, admit, mutate, random, clock } = store;
  const resource = resourceOf(requested.kind);
  const identity = identityOf(requested);
  checkMetadata(resource, requested);
  const manifest = mutate?.(requested) ?? requested;
  if (table.find(identity) !== undefined) {
    throw new ApiError('AlreadyExists', `${describeObject(identity)} already exists`);
  }
  const refusal = admit?.(manifest);
  if (refusal !== undefined) throw new ApiError('Forbidden', `${describeObject(identity)} is forbidden: ${refusal}`);
  return table.put(newObject({ resource, manifest, options, random, nowMilliseconds: clock.now() }));
}

/** Removing the last finalizer of an object that is being deleted deletes it. */
function replace({ table }: Store, current: KubernetesObject, next: KubernetesObject): KubernetesObject {
  const isEnding = current.metadata.deletionTimestamp !== undefined && current.metadata.finalizers !== undefined;
  if (isEnding && (next.metadata.finalizers ?? []).length === 0) {
    table.drop(next);
    return next;
  }
  return sameJson(next, current) ? current : table.put(next);
}

function update(store: Store, given: Manifest, options: WriteOptions): KubernetesObject {
  const manifest = frozenCopy(given);
  const current = get(store, identityOf(manifest));
  checkVersion(current, manifest);
  checkMetadata(resourceOf(manifest.kind), manifest);
  return replace(store, current, frozenCopy(updatedObject(current, manifest, options)));
}

function updateStatus(store: Store, manifest: Manifest): KubernetesObject {
  const identity = identityOf(manifest);
  const resource = resourceOf(manifest.kind);
  const current = get(store, identity);
  checkVersion(current, manifest);
  if (!resource.hasStatus) throw new ApiError('NotFound', `${describeObject(identity)} has no status subresource`);
  if (sameJson(manifest.status, current.status)) return current;
  const status = checkedStatus(resource, manifest);
  return sameJson(status, current.status) ? current : store.table.put({ ...current, status });
}

function remove(store: Store, identity: ObjectIdentity, options: RemoveOptions): void {
  const current = get(store, identity);
  if (options.uid !== undefined && options.uid !== current.metadata.uid) {
    throw new ApiError('Conflict', `uid mismatch in precondition for ${describeObject(identity)}`);
  }
  const remaining = afterDeletion(current, options, store.clock.now());
  if (remaining === undefined) store.table.drop(current);
  else if (remaining !== current) store.table.put(remaining);
}

function list({ table }: Store, kind: string, options: ListOptions): readonly KubernetesObject[] {
  const { namespace, labelSelector } = options;
  return [...table.all(resourceOf(kind).kind)].filter(
    (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (labelSelector === undefined || matchesLabelSelector(labelSelector, object.metadata.labels)),
  );
}

export function createApiStore(options: ApiStoreOptions): ApiStore {
  const table = createObjectTable();
  const store: Store = { ...options, table };
  const { find, dependentsOf, hasUid, watch, revision } = table;
  const writes = {
    create: (manifest: Manifest, writeOptions: WriteOptions = {}) => create(store, manifest, writeOptions),
    update: (manifest: Manifest, writeOptions: WriteOptions = {}) => update(store, manifest, writeOptions),
  };
  return {
    ...writes,
    get: (identity) => get(store, identity),
    find,
    list: (kind, listOptions = {}) => list(store, kind, listOptions),
    updateStatus: (manifest) => updateStatus(store, manifest),
    remove: (identity, removeOptions = {}) => remove(store, identity, removeOptions),
    apply: (manifest, writeOptions = {}) => applyManifest({ find, ...writes }, manifest, writeOptions),
    dependentsOf,
    hasUid,
    resourceOf,
    watch,
    revision,
  };
}
