// What a child looks like when it is created or updated: its owner, and a record of what was applied.
import { canonicalJson, type JsonObject, sameJson, withoutField } from '../json.ts';
import type { KubernetesObject, Manifest, OwnerReference } from '../kubernetes-object.ts';
import { mergeThreeWays } from './three-way-merge.ts';

const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

/** Fields of the metadata that only the API server writes. */
const systemFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
] as const;

/** The reference by which a parent owns a child. */
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

function reverted(merged: object, observed: object, names: readonly string[]): object {
  const result: Record<string, unknown> = { ...merged };
  for (const name of names) {
    if (Object.hasOwn(observed, name)) result[name] = (observed as JsonObject)[name];
    else delete result[name];
  }
  return result;
}

/** Takes a parent and what its hook wants; gives the object that is created. */
export function newChild(parent: KubernetesObject, desired: Manifest): Manifest {
  const child = withLastApplied(desired, desired);
  const references = child.metadata.ownerReferences ?? [];
  if (references.some(({ uid }) => uid === parent.metadata.uid)) return child;
  const ownerReferences = [...references, controllerReference(parent)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}

/** What was last applied, by stored object: read once, because a child is looked at with every sync. */
const lastAppliedOf = new WeakMap<KubernetesObject, { readonly value: unknown }>();

function lastAppliedTo(observed: KubernetesObject): unknown {
  const known = lastAppliedOf.get(observed);
  if (known !== undefined) return known.value;
  const text = observed.metadata.annotations?.[LAST_APPLIED];
  const value: unknown = text ? JSON.parse(text) : undefined;
  lastAppliedOf.set(observed, { value });
  return value;
}

/** Whether this is what was applied the last time. */
export function isAppliedAlready(observed: KubernetesObject, desired: Manifest): boolean {
  return sameJson(lastAppliedTo(observed), withoutLastApplied(desired));
}

/**
 * Takes an observed child and what the hook wants of it; gives the child with that applied, its status and what the API
 * server writes untouched, and not yet the record of it. Throws SyncError where the two cannot be merged.
 */
export function mergedChild(observed: KubernetesObject, given: Manifest): Manifest {
  const desired = withoutLastApplied(given);
  const merged = mergeThreeWays({ observed, lastApplied: lastAppliedTo(observed), desired }, 'byKey') as Manifest;
  const metadata = reverted(merged.metadata, observed.metadata, systemFields);
  return reverted({ ...merged, metadata }, observed, ['status']) as Manifest;
}

/** The same with the record, ready to be written. */
export function updatedChild(observed: KubernetesObject, desired: Manifest): Manifest {
  const next = mergedChild(observed, desired);
  return isAppliedAlready(observed, desired) ? next : withLastApplied(next, withoutLastApplied(desired));
}
