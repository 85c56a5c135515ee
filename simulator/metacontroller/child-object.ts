// A child as Metacontroller writes it: with its owner and the last applied configuration.
import { canonicalJson, type JsonObject, sameJson, withoutField } from '../json.ts';
import type { KubernetesObject, Manifest, OwnerReference } from '../kubernetes-object.ts';
import { mergeThreeWays } from './three-way-merge.ts';

const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

/** Metadata fields that only the API server writes. */
const systemFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
] as const;

export function controllerReference(parent: KubernetesObject): OwnerReference {
  return {
    apiVersion: parent.apiVersion,
    kind: parent.kind,
    name: parent.metadata.name,
    uid: parent.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function withLastApplied(object: Manifest, applied: Manifest): Manifest {
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: canonicalJson(applied) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function withoutLastApplied(object: Manifest): Manifest {
  const { annotations } = object.metadata;
  if (annotations?.[LAST_APPLIED] === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: withoutField(annotations, LAST_APPLIED) } };
}

/** Restores the named fields to their observed values. */
function reverted(merged: object, observed: object, names: readonly string[]): object {
  const result: Record<string, unknown> = { ...merged };
  for (const name of names) {
    if (Object.hasOwn(observed, name)) result[name] = (observed as JsonObject)[name];
    else delete result[name];
  }
  return result;
}

export function newChild(parent: KubernetesObject, desired: Manifest): Manifest {
  const child = withLastApplied(desired, desired);
  const references = child.metadata.ownerReferences ?? [];
  if (references.some(({ uid }) => uid === parent.metadata.uid)) return child;
  const ownerReferences = [...references, controllerReference(parent)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}

/** Last applied configuration by stored object: parsed once, because every sync compares every child. */
const lastAppliedOf = new WeakMap<KubernetesObject, { readonly value: unknown }>();

function lastAppliedTo(observed: KubernetesObject): unknown {
  const cached = lastAppliedOf.get(observed);
  if (cached !== undefined) return cached.value;
  const text = observed.metadata.annotations?.[LAST_APPLIED];
  const value: unknown = text ? JSON.parse(text) : undefined;
  lastAppliedOf.set(observed, { value });
  return value;
}

/** Whether the desired child equals the last applied configuration. */
export function isAppliedAlready(observed: KubernetesObject, desired: Manifest): boolean {
  return sameJson(lastAppliedTo(observed), withoutLastApplied(desired));
}

/**
 * Returns the observed child with the desired changes, without the new last applied configuration. Its status and its
 * system fields stay as observed. Throws SyncError if the two cannot be merged.
 */
export function mergedChild(observed: KubernetesObject, given: Manifest): Manifest {
  const desired = withoutLastApplied(given);
  const merged = mergeThreeWays({ observed, lastApplied: lastAppliedTo(observed), desired }, 'byKey') as Manifest;
  const metadata = reverted(merged.metadata, observed.metadata, systemFields);
  return reverted({ ...merged, metadata }, observed, ['status']) as Manifest;
}

/** Like mergedChild, with the new last applied configuration: the object to write. */
export function updatedChild(observed: KubernetesObject, desired: Manifest): Manifest {
  const next = mergedChild(observed, desired);
  return isAppliedAlready(observed, desired) ? next : withLastApplied(next, withoutLastApplied(desired));
}
