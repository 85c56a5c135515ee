// What the API server stores for a create or an update: system fields, validation, defaults and generation.
import { ApiError } from './api-error.ts';
import { type JsonObject, sameJson } from './json.ts';
import { identityOf, type KubernetesObject, type Manifest, wholeSeconds } from './kubernetes-object.ts';
import { checkedSpec } from './object-validation.ts';
import { admittedPodSpec, initialPodStatus, type PodSpec } from './pod-admission.ts';
import { type Random, randomUid } from './random.ts';
import { describeObject, type Resource, resourceOf } from './resources.ts';

export interface WriteOptions {
  /** Stores the spec without validation, like an object that was written under an older schema. */
  readonly allowInvalid?: boolean | undefined;
}

/** Throws Conflict when the manifest carries another uid or an outdated resourceVersion. */
export function checkVersion(current: KubernetesObject, manifest: Manifest): void {
  const { uid, resourceVersion } = manifest.metadata;
  const isOther = uid !== undefined && uid !== current.metadata.uid;
  const isStale = resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion;
  if (!isOther && !isStale) return;
  const why = isOther ? 'uid mismatch in precondition' : 'the object has been modified; apply to the latest version';
  throw new ApiError('Conflict', `Operation cannot be fulfilled on ${describeObject(identityOf(current))}: ${why}`);
}

function acceptedSpec(resource: Resource, manifest: Manifest, options: WriteOptions): JsonObject | undefined {
  return options.allowInvalid ? (manifest.spec as JsonObject | undefined) : checkedSpec(resource, manifest);
}

export interface NewObjectInput {
  readonly resource: Resource;
  readonly manifest: Manifest;
  readonly options: WriteOptions;
  readonly random: Random;
  readonly nowMilliseconds: number;
}

/** Returns the object to store for a create; the object table fills in its resourceVersion. */
export function newObject(input: NewObjectInput): KubernetesObject {
  const { resource, manifest, options, random, nowMilliseconds } = input;
  const accepted = acceptedSpec(resource, manifest, options);
  const isPod = resource.kind === 'Pod';
  const status = isPod ? initialPodStatus(accepted as PodSpec) : manifest.status;
  const keepsStatus = isPod || resource.keepsStatusOnCreate === true;
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      uid: randomUid(random),
      resourceVersion: '',
      creationTimestamp: wholeSeconds(nowMilliseconds),
      deletionTimestamp: undefined,
      generation: resource.hasGeneration ? 1 : undefined,
    },
    spec: isPod ? admittedPodSpec(accepted as PodSpec) : accepted,
    status: keepsStatus ? (status as JsonObject | undefined) : undefined,
  };
}

/** An unchanged spec is not validated again (Kubernetes calls it ratcheting). The spec of a Pod cannot change. */
function updatedSpec(current: KubernetesObject, manifest: Manifest, options: WriteOptions): JsonObject | undefined {
  if (sameJson(manifest.spec, current.spec)) return current.spec;
  if (current.kind === 'Pod') {
    throw new ApiError('Invalid', `Pod "${manifest.metadata.name}" is invalid: spec: Forbidden: may not be changed`);
  }
  const spec = acceptedSpec(resourceOf(current.kind), manifest, options);
  return sameJson(spec, current.spec) ? current.spec : spec;
}

function generationAfter(current: KubernetesObject, isSpecChanged: boolean): number | undefined {
  const { generation } = current.metadata;
  return generation === undefined ? undefined : generation + (isSpecChanged ? 1 : 0);
}

/** Returns the object to store for an update, with the current status. Throws Invalid for a spec that is refused. */
export function updatedObject(current: KubernetesObject, manifest: Manifest, options: WriteOptions): KubernetesObject {
  const resource = resourceOf(manifest.kind);
  const spec = updatedSpec(current, manifest, options);
  const { uid, resourceVersion, creationTimestamp, deletionTimestamp } = current.metadata;
  const generation = generationAfter(current, spec !== current.spec);
  const system = { uid, resourceVersion, creationTimestamp, deletionTimestamp, generation };
  const status = resource.shape !== undefined || resource.hasStatus ? current.status : manifest.status;
  return { ...manifest, metadata: { ...manifest.metadata, ...system }, spec, status } as KubernetesObject;
}
