// What a delete request does: it removes the object at once, or marks it until finalizers and the kubelet are done.
import { sameJson } from './json.ts';
import { type KubernetesObject, wholeSeconds } from './kubernetes-object.ts';
import { type PodSpec, podGraceSeconds } from './pod-admission.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface RemoveOptions {
  /** Precondition: an object with another uid is refused with Conflict. */
  readonly uid?: string | undefined;
  readonly propagation?: Propagation | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

/** Finalizers that carry the propagation policy to the garbage collector. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';

const propagationFinalizers: Readonly<Record<Propagation, readonly string[]>> = {
  Background: [],
  Foreground: [FOREGROUND_FINALIZER],
  Orphan: [ORPHAN_FINALIZER],
};

function graceSeconds(object: KubernetesObject, options: RemoveOptions): number {
  if (object.kind !== 'Pod') return 0;
  return podGraceSeconds(object.spec as PodSpec, object.status?.phase, options.gracePeriodSeconds);
}

function marked(object: KubernetesObject, finalizers: readonly string[], at: number): KubernetesObject {
  const { deletionTimestamp, generation } = object.metadata;
  const isNew = deletionTimestamp === undefined;
  if (!isNew && sameJson(finalizers, object.metadata.finalizers ?? [])) return object;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: deletionTimestamp ?? wholeSeconds(at),
      generation: isNew && generation !== undefined ? generation + 1 : generation,
      finalizers: finalizers.length > 0 ? finalizers : undefined,
    },
  };
}

/** Returns the object as it remains after the delete request; undefined when it is removed at once. */
export function afterDeletion(
  object: KubernetesObject,
  options: RemoveOptions,
  nowMilliseconds: number,
): KubernetesObject | undefined {
  const finalizers = [
    ...new Set([...(object.metadata.finalizers ?? []), ...propagationFinalizers[options.propagation ?? 'Background']]),
  ];
  const seconds = graceSeconds(object, options);
  if (finalizers.length === 0 && seconds === 0) return undefined;
  return marked(object, finalizers, nowMilliseconds + seconds * 1000);
}
