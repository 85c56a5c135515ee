// Kubernetes' controllers for nodes: a silent kubelet makes a Node unreachable, taints evict Pods, Pods of lost nodes go.
import { isApiError } from './api-error.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { identityOf, type KubernetesObject, wholeSeconds } from './kubernetes-object.ts';
import { conditionsOfNode, type Taint, taintsOfNode, unknownConditions } from './node-object.ts';
import type { PodSpec, PodToleration } from './pod-admission.ts';
import { createPodIndex } from './pod-index.ts';

/** kube-controller-manager's `--node-monitor-grace-period`. */
const SILENCE_MILLISECONDS = 40_000;
/** How long the pod garbage collector waits for a node that is not there to appear. */
const LOST_NODE_MILLISECONDS = 40_000;

export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';

export interface NodeLifecycleOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
}

export interface NodeLifecycle {
  /** Tells that nothing is heard of the kubelet of a node from now on. */
  kubeletSilent(nodeName: string): void;
  /** Tells that it is heard of again. */
  kubeletHeard(nodeName: string): void;
}

function tolerates(toleration: PodToleration, taint: Taint): boolean {
  const isEffect = !toleration.effect || toleration.effect === taint.effect;
  const isKey = !toleration.key || toleration.key === taint.key;
  return isEffect && isKey && (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? ''));
}

/** How long a Pod stays under these taints, in seconds; undefined for ever. Kubernetes' `tainteviction` controller. */
function secondsToStay(taints: readonly Taint[], tolerations: readonly PodToleration[]): number | undefined {
  const limits: number[] = [];
  for (const taint of taints) {
    const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    limits.push(...matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []));
  }
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}

/** Takes a clock and a store; looks after nodes from then on. */
export function startNodeLifecycle({ clock, store }: NodeLifecycleOptions): NodeLifecycle {
  const pods = createPodIndex(store);
  const silences = new Map<string, () => void>();
  const evictions = new Map<string, () => void>();

  function findNode(name: string): KubernetesObject | undefined {
    return store.find({ kind: 'Node', name });
  }

  function removePod(pod: KubernetesObject, gracePeriodSeconds?: number): void {
    try {
      store.remove(identityOf(pod), { uid: pod.metadata.uid, gracePeriodSeconds });
    } catch (error) {
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
    }
  }

  function cancelEviction(uid: string): void {
    evictions.get(uid)?.();
    evictions.delete(uid);
  }

  function planEviction(pod: KubernetesObject, taints: readonly Taint[]): void {
    const { uid } = pod.metadata;
    const stay = secondsToStay(taints, (pod.spec as PodSpec).tolerations ?? []);
    if (taints.length === 0 || stay === undefined) {
      cancelEviction(uid);
      return;
    }
    if (evictions.has(uid)) return;
    const cancel = clock.schedule(stay * 1000, () => {
      evictions.delete(uid);
      removePod(pod);
    });
    evictions.set(uid, cancel);
  }

  function evictingTaints(node: KubernetesObject): readonly Taint[] {
    return taintsOfNode(node).filter(({ effect }) => effect === 'NoExecute');
  }

  function onNode(node: KubernetesObject): void {
    const taints = evictingTaints(node);
    if (taints.length === 0 && evictions.size === 0) return;
    for (const pod of pods.onNode(node.metadata.name)) planEviction(pod, taints);
  }

  /** Nobody but the pod garbage collector can end a Pod whose node does not exist. */
  function watchForLostNode(nodeName: string): void {
    clock.schedule(LOST_NODE_MILLISECONDS, () => {
      if (findNode(nodeName) !== undefined) return;
      for (const pod of pods.onNode(nodeName)) removePod(pod, 0);
    });
  }

  function onNewPod(pod: KubernetesObject): void {
    const { nodeName } = pod.spec as PodSpec;
    if (nodeName === undefined) return;
    const node = findNode(nodeName);
    if (node === undefined) watchForLostNode(nodeName);
    else planEviction(pod, evictingTaints(node));
  }

  function markUnreachable(nodeName: string): void {
    silences.delete(nodeName);
    const node = findNode(nodeName);
    if (node === undefined) return;
    const conditions = unknownConditions(conditionsOfNode(node), clock.now());
    const marked = store.updateStatus({ ...node, status: { ...node.status, conditions } });
    const timeAdded = wholeSeconds(clock.now());
    const added = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: UNREACHABLE_TAINT, effect, timeAdded }));
    const others = taintsOfNode(marked).filter(({ key }) => key !== UNREACHABLE_TAINT);
    store.update({ ...marked, spec: { ...marked.spec, taints: [...others, ...added] } });
  }

  function dropTaint(nodeName: string): void {
    const node = findNode(nodeName);
    if (node === undefined) return;
    const taints = taintsOfNode(node).filter(({ key }) => key !== UNREACHABLE_TAINT);
    const { taints: _, ...rest } = node.spec ?? {};
    store.update({ ...node, spec: taints.length > 0 ? { ...rest, taints } : rest });
  }

  function cancelSilence(nodeName: string): void {
    silences.get(nodeName)?.();
    silences.delete(nodeName);
  }

  /** A node of the same name that comes later is another one, of which something may be heard. */
  function onLostNode(nodeName: string): void {
    cancelSilence(nodeName);
    watchForLostNode(nodeName);
  }

  store.watch(({ type, object }) => {
    if (object.kind === 'Node') {
      if (type === 'DELETED') onLostNode(object.metadata.name);
      else onNode(object);
    }
    if (object.kind === 'Pod' && type === 'ADDED') onNewPod(object);
    if (object.kind === 'Pod' && type === 'DELETED') cancelEviction(object.metadata.uid);
  });

  return {
    kubeletSilent(nodeName) {
      cancelSilence(nodeName);
      silences.set(
        nodeName,
        clock.schedule(SILENCE_MILLISECONDS, () => markUnreachable(nodeName)),
      );
    },
    kubeletHeard(nodeName) {
      cancelSilence(nodeName);
      dropTaint(nodeName);
    },
  };
}
