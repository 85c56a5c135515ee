// What a Node looks like when its kubelet registers it, and how its conditions change.
import type { JsonObject } from './json.ts';
import { type KubernetesObject, type Manifest, wholeSeconds } from './kubernetes-object.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
  readonly timeAdded?: string | undefined;
}

export interface NodeSpec extends JsonObject {
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

/** Types of condition, with the status and the reason that a healthy kubelet reports. */
const healthyConditions = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** Takes the conditions before and the present in milliseconds; gives those of a kubelet that is well. */
export function reportedConditions(before: readonly NodeCondition[], nowMilliseconds: number): NodeCondition[] {
  const lastHeartbeatTime = wholeSeconds(nowMilliseconds);
  return healthyConditions.map(([type, status, reason, message]) => {
    const same = before.find((condition) => condition.type === type && condition.status === status);
    const lastTransitionTime = same?.lastTransitionTime ?? lastHeartbeatTime;
    return { type, status, reason, message, lastHeartbeatTime, lastTransitionTime };
  });
}

/** The same conditions, once nothing is heard of the kubelet any more. */
export function unknownConditions(before: readonly NodeCondition[], nowMilliseconds: number): NodeCondition[] {
  const lastTransitionTime = wholeSeconds(nowMilliseconds);
  const reason = 'NodeStatusUnknown';
  const message = 'Kubelet stopped posting node status.';
  return before.map((condition) => ({ ...condition, status: 'Unknown', reason, message, lastTransitionTime }));
}

/** The conditions of a Node; none where it has no status. */
export function conditionsOfNode(node: KubernetesObject): readonly NodeCondition[] {
  return (node.status?.conditions ?? []) as readonly NodeCondition[];
}

/** The taints of a Node. */
export function taintsOfNode(node: KubernetesObject): readonly Taint[] {
  return (node.spec as NodeSpec | undefined)?.taints ?? [];
}

/** Takes what a machine is and the present in milliseconds; gives the Node that its kubelet registers. */
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
