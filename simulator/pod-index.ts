// The Pods of each node, kept up to date by a watch, so that finding them needs no scan of all Pods.
import type { ApiStore } from './api-store.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { PodSpec } from './pod-admission.ts';

export interface PodIndex {
  /** In the order of their creation. */
  onNode(nodeName: string): readonly KubernetesObject[];
}

export function createPodIndex(store: ApiStore): PodIndex {
  const podsByNode = new Map<string, Map<string, KubernetesObject>>();

  function put(pod: KubernetesObject): void {
    const { nodeName } = pod.spec as PodSpec;
    if (nodeName === undefined) return;
    const pods = podsByNode.get(nodeName) ?? new Map<string, KubernetesObject>();
    podsByNode.set(nodeName, pods.set(pod.metadata.uid, pod));
  }

  function drop(pod: KubernetesObject): void {
    const { nodeName } = pod.spec as PodSpec;
    if (nodeName !== undefined) podsByNode.get(nodeName)?.delete(pod.metadata.uid);
  }

  for (const pod of store.list('Pod')) put(pod);
  store.watch(({ type, object }) => {
    if (object.kind !== 'Pod') return;
    if (type === 'DELETED') drop(object);
    else put(object);
  });

  return { onNode: (nodeName) => [...(podsByNode.get(nodeName)?.values() ?? [])] };
}
