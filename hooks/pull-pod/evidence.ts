// The evidence rule: a pull succeeded when the image is on the node, whether or not the container ran.
import { digestPattern } from '../../kubernetes/image-reference.ts';
import type { ObservedContainerStatus, ObservedPod } from '../../metacontroller/pod.ts';
import { type KubeletReason, kubeletReason, type Reason } from '../reasons.ts';
import { failedInitContainer } from './init-containers.ts';
import { pullStatus } from './pull-container.ts';

/**
 * Waiting reasons that the kubelet reports only once the image is on the node (kubernetes
 * pkg/kubelet/container/sync_result.go and pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
const reasonsAfterPull: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'StartError',
  'RunContainerError',
  'PostStartHookError',
  'CrashLoopBackOff',
]);

/**
 * Waiting reasons of a failed pull (kubernetes pkg/kubelet/images/types.go, cri-api pkg/errors/errors.go), each with
 * the reason to record. ImagePullBackOff is a repeated ErrImagePull; the ledger counts the repetitions itself.
 */
const failedPullReasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['ErrImagePull', 'ErrImagePull'],
  ['ImagePullBackOff', 'ErrImagePull'],
  ['InvalidImageName', 'InvalidImageName'],
  ['ErrImageNeverPull', 'ErrImageNeverPull'],
  ['RegistryUnavailable', 'RegistryUnavailable'],
  ['SignatureValidationFailed', 'SignatureValidationFailed'],
  ['ImageInspectError', 'ImageInspectError'],
]);

/**
 * Whether a recorded reason predicts that pulls of the image fail on other nodes too: a fault of the image, of its
 * registry, or of an admission webhook that changes every Pod. Faults of a node or of a quota do not.
 */
export function isImageFailure(reason: string): boolean {
  return failedPullReasons.has(reason) || reason === 'PullTimeout' || reason === 'PodMutated';
}

export type Evidence =
  | { readonly kind: 'cached'; readonly digest: string }
  | { readonly kind: 'failed'; readonly reason: Reason | KubeletReason; readonly message: string }
  | { readonly kind: 'pulling' };

/** The digest in an imageID such as `docker.io/library/alpine@sha256:...`; empty if it has none. */
function digestIn(imageId = ''): string {
  const digest = imageId.slice(imageId.lastIndexOf('@') + 1);
  return digestPattern.test(digest) ? digest : '';
}

/** The kubelet lost the container's status, so this proves nothing about the image. */
const STATUS_LOST = 'ContainerStatusUnknown';

function provesImage({ imageID, state }: ObservedContainerStatus): boolean {
  if (imageID !== undefined && imageID !== '') return true;
  if (state.running !== undefined) return true;
  if (state.terminated !== undefined) return state.terminated.reason !== STATUS_LOST;
  return reasonsAfterPull.has(state.waiting?.reason ?? '');
}

type Failed = Extract<Evidence, { kind: 'failed' }>;

function initContainerFailure(pod: ObservedPod): Failed | undefined {
  const failure = failedInitContainer(pod);
  return failure === undefined ? undefined : { kind: 'failed', reason: 'InitContainerFailed', message: failure };
}

function failureOfPod({ reason, message }: ObservedPod['status']): Failed {
  return {
    kind: 'failed',
    reason: reason === undefined ? 'PodFailed' : kubeletReason(reason),
    message: message ?? '',
  };
}

/** Returns what the status of a pull Pod proves about the image. Containers that a webhook added prove nothing. */
export function readEvidence(pod: ObservedPod): Evidence {
  const container = pullStatus(pod);
  if (container !== undefined && provesImage(container)) {
    return { kind: 'cached', digest: digestIn(container.imageID) };
  }
  const waiting = container?.state.waiting;
  const failedPull = failedPullReasons.get(waiting?.reason ?? '');
  if (failedPull !== undefined) return { kind: 'failed', reason: failedPull, message: waiting?.message ?? '' };
  // The container exited with 0, even though its status is lost.
  if (pod.status.phase === 'Succeeded') return { kind: 'cached', digest: '' };
  const initFailure = initContainerFailure(pod);
  if (initFailure !== undefined) return initFailure;
  return pod.status.phase === 'Failed' ? failureOfPod(pod.status) : { kind: 'pulling' };
}
