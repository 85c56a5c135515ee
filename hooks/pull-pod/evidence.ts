// The evidence rule: a pull succeeded when the image is on the node, whether or not the container ran.
import { digestPattern } from '../../kubernetes/image-reference.ts';
import type { ObservedContainerStatus, ObservedPod } from '../../metacontroller/pod.ts';
import { type KubeletReason, kubeletReason, type Reason } from '../reasons.ts';

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

/** Whether a recorded reason is a fault of the image or its registry, not of the node or of a quota. */
export function isImageFailure(reason: string): boolean {
  return failedPullReasons.has(reason) || reason === 'PullTimeout';
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

/** Returns what the status of a pull Pod (one container) proves about the image. */
export function readEvidence(pod: ObservedPod): Evidence {
  const { phase, reason, message, containerStatuses } = pod.status;
  const container = containerStatuses?.[0];
  if (container !== undefined && provesImage(container)) {
    return { kind: 'cached', digest: digestIn(container.imageID) };
  }
  const waiting = container?.state.waiting;
  const failedPull = failedPullReasons.get(waiting?.reason ?? '');
  if (failedPull !== undefined) return { kind: 'failed', reason: failedPull, message: waiting?.message ?? '' };
  switch (phase) {
    case 'Succeeded':
      // The container exited with 0, even though its status is lost.
      return { kind: 'cached', digest: '' };
    case 'Failed':
      return {
        kind: 'failed',
        reason: reason === undefined ? 'PodFailed' : kubeletReason(reason),
        message: message ?? '',
      };
    default:
      return { kind: 'pulling' };
  }
}
