// The Node object: how its kubelet registers it, how its conditions change, and how users edit it.
import type { JsonObject } from './json.ts';
import { type KubernetesObject, type Manifest, wholeSeconds } from './kubernetes-object.ts';

const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
  readonly timeAdded?: string | undefined;
}

interface NodeSpec extends JsonObject {
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
}

export interface NodeCondition extends JsonObject {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
}

export interface NodeDescription {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  readonly unschedulable?: boolean | undefined;
  /** linux unless set. */
  readonly operatingSystem?: string | undefined;
}

/** Type, status, reason and message that a healthy kubelet reports. */
const healthyConditions = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** Conditions of a healthy kubelet. A condition whose status stays keeps its lastTransitionTime. */
export function reportedConditions(before: readonly NodeCondition[], nowMilliseconds: number): NodeCondition[] {
  const lastHeartbeatTime = wholeSeconds(nowMilliseconds);
  return healthyConditions.map(([type, status, reason, message]) => {
    const same = before.find((condition) => condition.type === type && condition.status === status);
    const lastTransitionTime = same?.lastTransitionTime ?? lastHeartbeatTime;
    return { type, status, reason, message, lastHeartbeatTime, lastTransitionTime };
  });
}

/** Conditions once the kubelet has stopped reporting, as the node lifecycle controller writes them. */
export function unknownConditions(before: readonly NodeCondition[], nowMilliseconds: number): NodeCondition[] {
  const lastTransitionTime = wholeSeconds(nowMilliseconds);
  const reason = 'NodeStatusUnknown';
  const message = 'Kubelet stopped posting node status.';
  return before.map((condition) => ({ ...condition, status: 'Unknown', reason, message, lastTransitionTime }));
}

export function conditionsOfNode(node: KubernetesObject): readonly NodeCondition[] {
  return (node.status?.conditions ?? []) as readonly NodeCondition[];
}

export function taintsOfNode(node: KubernetesObject): readonly Taint[] {
  return (node.spec as NodeSpec | undefined)?.taints ?? [];
}

/** A cordon sets the field and the taint, as `kubectl cordon` and the node lifecycle controller do together. */
export function cordonedNode(node: KubernetesObject, isCordoned: boolean): Manifest {
  const others = taintsOfNode(node).filter(({ key }) => key !== UNSCHEDULABLE_TAINT.key);
  const taints = isCordoned ? [...others, UNSCHEDULABLE_TAINT] : others;
  return { ...node, spec: { ...node.spec, unschedulable: isCordoned || undefined, taints } };
}

/** Sets labels; undefined removes one. */
export function labelledNode(node: KubernetesObject, labels: Readonly<Record<string, string | undefined>>): Manifest {
  const all: Record<string, string | undefined> = { ...node.metadata.labels, ...labels };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...node, metadata: { ...node.metadata, labels: Object.fromEntries(kept) } };
}

export function taintedNode(node: KubernetesObject, taints: readonly Taint[]): Manifest {
  return { ...node, spec: { ...node.spec, taints } };
}

/** The Node that the kubelet of a new machine registers. */
export function nodeManifest(description: NodeDescription, nowMilliseconds: number): Manifest {
  const { name, taints, unschedulable, operatingSystem = 'linux' } = description;
  const standard = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': operatingSystem,
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': operatingSystem,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...standard, ...description.labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      ...(taints !== undefined && taints.length > 0 && { taints }),
      ...(unschedulable === true && { unschedulable }),
    },
    status: {
      addresses: [{ address: name, type: 'Hostname' }],
      allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      conditions: reportedConditions([], nowMilliseconds),
      images: [],
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.36.3',
        operatingSystem,
      },
    },
  };
}
