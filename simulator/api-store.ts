// The API server: stores objects by its own rules, because what is exact about the operator rests on them.
import { type LabelSelector, matchesLabelSelector } from '../kubernetes/label-selector.ts';
import { ApiError } from './api-error.ts';
import { applyManifest } from './apply-manifest.ts';
import type { Clock } from './clock.ts';
import { afterDeletion, type RemoveOptions } from './deletion.ts';
import { frozenCopy, type JsonObject, sameJson } from './json.ts';
import {
  identityOf,
  type KubernetesObject,
  type Manifest,
  type ObjectIdentity,
  qualifiedName,
  wholeSeconds,
} from './kubernetes-object.ts';
import { createObjectTable, type WatchListener } from './object-table.ts';
import { checkedSpec, checkedStatus, checkMetadata } from './object-validation.ts';
import { admittedPodSpec, initialPodStatus, type PodSpec } from './pod-admission.ts';
import { type Random, randomUid } from './random.ts';
import { type Resource, resources } from './resources.ts';

export interface WriteOptions {
  /** Stores a spec as it is, as if it had got past validation (an older schema, a rule that came later). */
  readonly allowInvalid?: boolean | undefined;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: LabelSelector | undefined;
}

/** Every verb throws an ApiError where the API server would refuse. What is given out is frozen. */
export interface ApiStore {
  create(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  get(identity: ObjectIdentity): KubernetesObject;
  /** Like get, but gives undefined for what is not there. */
  find(identity: ObjectIdentity): KubernetesObject | undefined;
  list(kind: string, options?: ListOptions): readonly KubernetesObject[];
  /** Replaces everything but the status and what the API server keeps; with a resourceVersion only that version. */
  update(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  /** Replaces the status alone. */
  updateStatus(manifest: Manifest): KubernetesObject;
  remove(identity: ObjectIdentity, options?: RemoveOptions): void;
  /** What `kubectl apply` does for a user: creates, or changes what the manifest says and what the last one said. */
  apply(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  dependentsOf(uid: string): readonly KubernetesObject[];
  hasUid(uid: string): boolean;
  resourceOf(kind: string): Resource;
  /** Tells every change, in order, at the moment it happens; gives the function that ends it. */
  watch(listener: WatchListener): () => void;
  /** The number of the latest change. */
  revision(): number;
}

export interface ApiStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Asked for every object that is created; what it says is a refusal (Forbidden), as a quota or a webhook gives. */
  readonly admit?: ((object: Manifest) => string | undefined) | undefined;
}

const resourceByKind = new Map(resources.map((resource) => [resource.kind, resource]));

function resourceOf(kind: string): Resource {
  const resource = resourceByKind.get(kind);
  if (resource === undefined) throw new ApiError('NotFound', `no matches for kind "${kind}"`);
  return resource;
}

function describe(identity: ObjectIdentity): string {
  return `${resourceOf(identity.kind).resource} "${qualifiedName(identity)}"`;
}

function checkVersion(current: KubernetesObject, manifest: Manifest): void {
  const { uid, resourceVersion } = manifest.metadata;
  const isOther = uid !== undefined && uid !== current.metadata.uid;
  const isStale = resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion;
  if (isOther || isStale) {
    const why = isOther
      ? 'the uid in the precondition is another'
      : 'the object has been modified; apply to the latest';
    throw new ApiError('Conflict', `Operation cannot be fulfilled on ${describe(identityOf(current))}: ${why}`);
  }
}

function acceptedSpec(resource: Resource, manifest: Manifest, options: WriteOptions): JsonObject | undefined {
  return options.allowInvalid ? (manifest.spec as JsonObject | undefined) : checkedSpec(resource, manifest);
}

/** A spec that is not changed is not checked again (what Kubernetes calls ratcheting); a Pod's cannot be changed. */
function updatedSpec(current: KubernetesObject, manifest: Manifest, options: WriteOptions): JsonObject | undefined {
  if (sameJson(manifest.spec, current.spec)) return current.spec;
  if (current.kind === 'Pod') {
    throw new ApiError('Invalid', `Pod "${manifest.metadata.name}" is invalid: spec: Forbidden: may not be changed`);
  }
  const spec = acceptedSpec(resourceOf(current.kind), manifest, options);
  return sameJson(spec, current.spec) ? current.spec : spec;
}

function generationAfter(current: KubernetesObject, isChanged: boolean): number | undefined {
  const { generation } = current.metadata;
  return generation === undefined ? undefined : generation + (isChanged ? 1 : 0);
}

/** Takes the clock, chance and an optional admission; gives an empty API server. */
export function createApiStore({ clock, random, admit }: ApiStoreOptions): ApiStore {
  const table = createObjectTable();

  function get(identity: ObjectIdentity): KubernetesObject {
    const object = table.find(identity);
    if (object === undefined) throw new ApiError('NotFound', `${describe(identity)} not found`);
    return object;
  }

  function newObject(resource: Resource, manifest: Manifest, options: WriteOptions): KubernetesObject {
    const given = acceptedSpec(resource, manifest, options);
    const spec = resource.kind === 'Pod' ? admittedPodSpec(given as PodSpec) : given;
    const status = resource.kind === 'Pod' ? initialPodStatus(given as PodSpec) : manifest.status;
    const keepsStatus = resource.kind === 'Pod' || resource.keepsStatusOnCreate === true;
    return {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        uid: randomUid(random),
        resourceVersion: '',
        creationTimestamp: wholeSeconds(clock.now()),
        deletionTimestamp: undefined,
        generation: resource.hasGeneration ? 1 : undefined,
      },
      spec,
      status: keepsStatus ? (status as JsonObject | undefined) : undefined,
    };
  }

  function create(manifest: Manifest, options: WriteOptions = {}): KubernetesObject {
    const resource = resourceOf(manifest.kind);
    checkMetadata(resource, manifest);
    if (table.find(identityOf(manifest)) !== undefined) {
      throw new ApiError('AlreadyExists', `${describe(identityOf(manifest))} already exists`);
    }
    const refusal = admit?.(manifest);
    if (refusal !== undefined) {
      throw new ApiError('Forbidden', `${describe(identityOf(manifest))} is forbidden: ${refusal}`);
    }
    return table.put(newObject(resource, manifest, options));
  }

  /** Stores what an update makes of an object; the last finalizer that goes takes a dying object with it. */
  function replace(current: KubernetesObject, next: KubernetesObject): KubernetesObject {
    const isEnding = current.metadata.deletionTimestamp !== undefined && current.metadata.finalizers !== undefined;
    if (isEnding && (next.metadata.finalizers ?? []).length === 0) {
      table.drop(next);
      return next;
    }
    return sameJson(next, current) ? current : table.put(next);
  }

  function update(given: Manifest, options: WriteOptions = {}): KubernetesObject {
    const manifest = frozenCopy(given);
    const current = get(identityOf(manifest));
    checkVersion(current, manifest);
    const resource = resourceOf(manifest.kind);
    checkMetadata(resource, manifest);
    const spec = updatedSpec(current, manifest, options);
    const { uid, resourceVersion, creationTimestamp, deletionTimestamp } = current.metadata;
    const generation = generationAfter(current, spec !== current.spec);
    const system = { uid, resourceVersion, creationTimestamp, deletionTimestamp, generation };
    const status = resource.shape !== undefined || resource.hasStatus ? current.status : manifest.status;
    const next = { ...manifest, metadata: { ...manifest.metadata, ...system }, spec, status } as KubernetesObject;
    return replace(current, frozenCopy(next));
  }

  function updateStatus(manifest: Manifest): KubernetesObject {
    const current = get(identityOf(manifest));
    checkVersion(current, manifest);
    if (!resourceOf(manifest.kind).hasStatus) {
      throw new ApiError('NotFound', `${describe(identityOf(manifest))} has no status`);
    }
    if (sameJson(manifest.status, current.status)) return current;
    const status = checkedStatus(resourceOf(manifest.kind), manifest);
    return sameJson(status, current.status) ? current : table.put({ ...current, status });
  }

  function remove(identity: ObjectIdentity, options: RemoveOptions = {}): void {
    const current = get(identity);
    if (options.uid !== undefined && options.uid !== current.metadata.uid) {
      throw new ApiError('Conflict', `the uid in the precondition is not that of ${describe(identity)}`);
    }
    const left = afterDeletion(current, options, clock.now());
    if (left === undefined) table.drop(current);
    else if (left !== current) table.put(left);
  }

  function list(kind: string, options: ListOptions = {}): readonly KubernetesObject[] {
    const { namespace, labelSelector } = options;
    return [...table.all(resourceOf(kind).kind)].filter(
      (object) =>
        (namespace === undefined || object.metadata.namespace === namespace) &&
        (labelSelector === undefined || matchesLabelSelector(labelSelector, object.metadata.labels)),
    );
  }

  const { find, dependentsOf, hasUid, watch, revision } = table;
  return {
    create,
    get,
    find,
    list,
    update,
    updateStatus,
    remove,
    apply: (manifest, options = {}) => applyManifest({ find, create, update }, manifest, options),
    dependentsOf,
    hasUid,
    resourceOf,
    watch,
    revision,
  };
}
