// The start of a pull, read from the Pod that was created and not from the decision that led to it.
import type { KubernetesObject } from './kubernetes-object.ts';
import type { PodSpec } from './pod-admission.ts';

export interface PodStart {
  readonly atMilliseconds: number;
  readonly policy: string;
  readonly slot: number;
  /** Name of the CachedImage. */
  readonly image: string;
  readonly node: string;
  readonly reference: string;
}

export function podStart(pod: KubernetesObject, atMilliseconds: number): PodStart {
  const labels = pod.metadata.labels ?? {};
  const spec = pod.spec as PodSpec;
  return {
    atMilliseconds,
    policy: labels['drop.corewire.io/policy'] ?? '',
    slot: Number(labels['drop.corewire.io/slot'] ?? Number.NaN),
    image: labels['drop.corewire.io/cachedimage'] ?? '',
    node: spec.nodeName ?? '',
    reference: pod.metadata.annotations?.['drop.corewire.io/reference'] ?? '',
  };
}
