// Kubernetes' node controllers: unreachable nodes, eviction by taints, and deletion of Pods whose node is missing.
import { isApiError } from './api-error.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { identityOf, type KubernetesObject, wholeSeconds } from './kubernetes-object.ts';
import { conditionsOfNode, type Taint, taintsOfNode, unknownConditions } from './node-object.ts';
import type { WatchEvent } from './object-table.ts';
import type { PodSpec } from './pod-admission.ts';
import { createPodIndex, type PodIndex } from './pod-index.ts';
import { secondsToStay } from './taint-eviction.ts';

/** kube-controller-manager's `--node-monitor-grace-period`. */
const GRACE_PERIOD_MILLISECONDS = 40_000;
/** How long the pod garbage collector waits for a missing node to appear. */
const MISSING_NODE_MILLISECONDS = 40_000;

const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';

export interface NodeLifecycleOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
}

export interface NodeLifecycle {
  /** The kubelet of a node has stopped reporting. */
  kubeletSilent(nodeName: string): void;
  /** The kubelet of a node reports again. */
  kubeletHeard(nodeName: string): void;
}

interface LifecycleState extends NodeLifecycleOptions {
  readonly pods: PodIndex;
  /** Functions that cancel a scheduled mark or eviction, by node name or Pod UID. */
  readonly scheduledMarks: Map<string, () => void>;
  readonly scheduledEvictions: Map<string, () => void>;
}

function findNode({ store }: LifecycleState, name: string): KubernetesObject | undefined {
  return store.find({ kind: 'Node', name });
}

function removePod({ store }: LifecycleState, pod: KubernetesObject, gracePeriodSeconds?: number): void {
  try {
    store.remove(identityOf(pod), { uid: pod.metadata.uid, gracePeriodSeconds });
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
  }
}

function cancelEviction({ scheduledEvictions }: LifecycleState, podUid: string): void {
  scheduledEvictions.get(podUid)?.();
  scheduledEvictions.delete(podUid);
}

function planEviction(state: LifecycleState, pod: KubernetesObject, taints: readonly Taint[]): void {
  const { uid } = pod.metadata;
  const seconds = secondsToStay(taints, (pod.spec as PodSpec).tolerations ?? []);
  if (taints.length === 0 || seconds === undefined) {
    cancelEviction(state, uid);
    return;
  }
  if (state.scheduledEvictions.has(uid)) return;
  const cancel = state.clock.schedule(seconds * 1000, () => {
    state.scheduledEvictions.delete(uid);
    removePod(state, pod);
  });
  state.scheduledEvictions.set(uid, cancel);
}

function evictingTaints(node: KubernetesObject): readonly Taint[] {
  return taintsOfNode(node).filter(({ effect }) => effect === 'NoExecute');
}

function onNodeStored(state: LifecycleState, node: KubernetesObject): void {
  const taints = evictingTaints(node);
  if (taints.length === 0 && state.scheduledEvictions.size === 0) return;
  for (const pod of state.pods.onNode(node.metadata.name)) planEviction(state, pod, taints);
}

/** Only the pod garbage collector can end a Pod whose node does not exist. */
function collectPodsIfMissing(state: LifecycleState, nodeName: string): void {
  state.clock.schedule(MISSING_NODE_MILLISECONDS, () => {
    if (findNode(state, nodeName) !== undefined) return;
    for (const pod of state.pods.onNode(nodeName)) removePod(state, pod, 0);
  });
}

/** A later node of the same name is another machine, so the scheduled mark does not apply to it. */
function onNodeDeleted(state: LifecycleState, nodeName: string): void {
  cancelMark(state, nodeName);
  collectPodsIfMissing(state, nodeName);
}

function onPodAdded(state: LifecycleState, pod: KubernetesObject): void {
  const { nodeName } = pod.spec as PodSpec;
  if (nodeName === undefined) return;
  const node = findNode(state, nodeName);
  if (node === undefined) collectPodsIfMissing(state, nodeName);
  else planEviction(state, pod, evictingTaints(node));
}

function markUnreachable(state: LifecycleState, nodeName: string): void {
  const { store, clock } = state;
  state.scheduledMarks.delete(nodeName);
  const node = findNode(state, nodeName);
  if (node === undefined) return;
  const conditions = unknownConditions(conditionsOfNode(node), clock.now());
  const marked = store.updateStatus({ ...node, status: { ...node.status, conditions } });
  const timeAdded = wholeSeconds(clock.now());
  const added = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: UNREACHABLE_TAINT, effect, timeAdded }));
  const others = taintsOfNode(marked).filter(({ key }) => key !== UNREACHABLE_TAINT);
  store.update({ ...marked, spec: { ...marked.spec, taints: [...others, ...added] } });
}

function removeUnreachableTaint(state: LifecycleState, nodeName: string): void {
  const node = findNode(state, nodeName);
  if (node === undefined) return;
  const taints = taintsOfNode(node).filter(({ key }) => key !== UNREACHABLE_TAINT);
  const { taints: _, ...rest } = node.spec ?? {};
  state.store.update({ ...node, spec: taints.length > 0 ? { ...rest, taints } : rest });
}

function cancelMark({ scheduledMarks }: LifecycleState, nodeName: string): void {
  scheduledMarks.get(nodeName)?.();
  scheduledMarks.delete(nodeName);
}

function scheduleMark(state: LifecycleState, nodeName: string): void {
  cancelMark(state, nodeName);
  const cancel = state.clock.schedule(GRACE_PERIOD_MILLISECONDS, () => markUnreachable(state, nodeName));
  state.scheduledMarks.set(nodeName, cancel);
}

function onStoreChange(state: LifecycleState, { type, object }: WatchEvent): void {
  if (object.kind === 'Node' && type === 'DELETED') onNodeDeleted(state, object.metadata.name);
  else if (object.kind === 'Node') onNodeStored(state, object);
  else if (object.kind === 'Pod' && type === 'ADDED') onPodAdded(state, object);
  else if (object.kind === 'Pod' && type === 'DELETED') cancelEviction(state, object.metadata.uid);
}

export function startNodeLifecycle({ clock, store }: NodeLifecycleOptions): NodeLifecycle {
  const pods = createPodIndex(store);
  const state: LifecycleState = { clock, store, pods, scheduledMarks: new Map(), scheduledEvictions: new Map() };
  store.watch((event) => onStoreChange(state, event));
  return {
    kubeletSilent: (nodeName) => scheduleMark(state, nodeName),
    kubeletHeard(nodeName) {
      cancelMark(state, nodeName);
      removeUnreachableTaint(state, nodeName);
    },
  };
}
