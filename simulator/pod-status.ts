// Pod statuses, field by field as a real kubelet (1.36) writes them for a pull Pod and its sidecars.
import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import { type KubernetesObject, wholeSeconds } from './kubernetes-object.ts';
import { type PodSpec, pullContainer, sidecars } from './pod-admission.ts';

export type ContainerReport =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly imageId: string }
  | { readonly kind: 'completed'; readonly imageId: string }
  | { readonly kind: 'startError'; readonly imageId: string; readonly message: string };

const phases = { waiting: 'Pending', running: 'Running', completed: 'Succeeded', startError: 'Failed' } as const;

/** Reason of the conditions Ready and ContainersReady while they are False. */
const unreadyReasons = {
  waiting: 'ContainersNotReady',
  running: undefined,
  completed: 'PodCompleted',
  startError: 'PodFailed',
} as const;

function containerId(pod: KubernetesObject): string {
  return `containerd://${createHash('sha256').update(pod.metadata.uid).digest('hex')}`;
}

function terminated(pod: KubernetesObject, report: ContainerReport, at: string): JsonObject {
  const containerID = containerId(pod);
  if (report.kind === 'startError') {
    const { message } = report;
    // It never ran, so the kubelet writes the Unix epoch.
    const startedAt = '1970-01-01T00:00:00Z';
    return { containerID, exitCode: 128, finishedAt: at, message, reason: 'StartError', startedAt };
  }
  return { containerID, exitCode: 0, finishedAt: at, reason: 'Completed', startedAt: at };
}

function stateOf(pod: KubernetesObject, report: ContainerReport, at: string): JsonObject {
  switch (report.kind) {
    case 'waiting':
      return { waiting: { reason: report.reason, ...(report.message !== undefined && { message: report.message }) } };
    case 'running':
      return { running: { startedAt: at } };
    default:
      return { terminated: terminated(pod, report, at) };
  }
}

function containerStatus(pod: KubernetesObject, report: ContainerReport, at: string): JsonObject {
  const container = pullContainer(pod.spec as PodSpec);
  const isRunning = report.kind === 'running';
  return {
    ...(report.kind !== 'waiting' && { containerID: containerId(pod), resources: {} }),
    image: container?.image,
    imageID: report.kind === 'waiting' ? '' : report.imageId,
    lastState: {},
    name: container?.name,
    ready: isRunning,
    restartCount: 0,
    started: isRunning,
    state: stateOf(pod, report, at),
  };
}

/** A sidecar runs from the start, and has its image. */
function sidecarStatuses(pod: KubernetesObject): JsonObject[] {
  return sidecars(pod.spec as PodSpec).map(({ name, image }) => ({
    containerID: containerId(pod),
    image,
    imageID: `${image.replace(/:[^/]*$/, '')}@sha256:${createHash('sha256').update(image).digest('hex')}`,
    lastState: {},
    name,
    ready: true,
    restartCount: 0,
    started: true,
    state: { running: { startedAt: pod.metadata.creationTimestamp } },
  }));
}

/** The kubelet sorts the statuses by name. */
function containerStatuses(pod: KubernetesObject, report: ContainerReport, at: string): readonly JsonObject[] {
  const statuses = [containerStatus(pod, report, at), ...sidecarStatuses(pod)];
  return statuses.sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1));
}

/** A sidecar keeps the Pod running after its pull has ended. */
function phaseOf(pod: KubernetesObject, report: ContainerReport): string {
  const hasSidecar = sidecars(pod.spec as PodSpec).length > 0;
  return hasSidecar && report.kind !== 'waiting' ? 'Running' : phases[report.kind];
}

function readyCondition(type: string, report: ContainerReport, names: string): JsonObject {
  if (report.kind === 'running') return { type, status: 'True' };
  const message = report.kind === 'waiting' ? { message: `containers with unready status: [${names}]` } : {};
  return { type, status: 'False', reason: unreadyReasons[report.kind], ...message };
}

function conditionsOf(pod: KubernetesObject, report: ContainerReport): readonly JsonObject[] {
  const names = (pod.spec as PodSpec).containers.map(({ name }) => name).join(' ');
  const hasSandbox = report.kind === 'waiting' || report.kind === 'running';
  const initialized = report.kind === 'completed' ? { reason: 'PodCompleted' } : {};
  return [
    { type: 'PodReadyToStartContainers', status: hasSandbox ? 'True' : 'False' },
    { type: 'Initialized', status: 'True', ...initialized },
    readyCondition('Ready', report, names),
    readyCondition('ContainersReady', report, names),
    { type: 'PodScheduled', status: 'True' },
  ];
}

type DatedCondition = JsonObject & { readonly type: string; readonly status: string };

/** A condition whose status stays keeps its lastTransitionTime. */
function dated(condition: JsonObject, before: readonly DatedCondition[], at: string): JsonObject {
  const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
  const lastTransitionTime = same?.lastTransitionTime ?? at;
  return { lastProbeTime: null, lastTransitionTime, observedGeneration: 1, ...condition };
}

/** Returns the whole new status of a Pod. */
export function podStatus(pod: KubernetesObject, report: ContainerReport, nowMilliseconds: number): JsonObject {
  const at = wholeSeconds(nowMilliseconds);
  const before = (pod.status?.conditions ?? []) as readonly DatedCondition[];
  return {
    conditions: conditionsOf(pod, report).map((condition) => dated(condition, before, at)),
    containerStatuses: containerStatuses(pod, report, at),
    hostIP: '10.0.0.11',
    hostIPs: [{ ip: '10.0.0.11' }],
    observedGeneration: 1,
    phase: phaseOf(pod, report),
    qosClass: pod.status?.qosClass ?? 'BestEffort',
    resources: {},
    startTime: pod.status?.startTime ?? at,
  };
}
