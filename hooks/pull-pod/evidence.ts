// The evidence rule: success is that the image is on the node, not that a container ran.
import type { ObservedContainerStatus, ObservedPod } from '../../metacontroller/pod.ts';

/**
 * Waiting reasons that the kubelet gives only after the image is there (kubernetes pkg/kubelet/container/sync_result.go and
 * pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
const reasonsAfterThePull: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'StartError',
  'RunContainerError',
  'PostStartHookError',
  'CrashLoopBackOff',
]);

/** Waiting reasons of a pull that failed (kubernetes pkg/kubelet/images/types.go, cri-api pkg/errors/errors.go). */
const reasonsOfAFailedPull: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'SignatureValidationFailed',
  'ImageInspectError',
]);

/** Whether a reason speaks of the image or its registry, not of the node or of a quota. */
export function isImageFailure(reason: string): boolean {
  return reasonsOfAFailedPull.has(reason) || reason === 'PullTimeout';
}

export type Evidence =
  | { readonly kind: 'cached'; readonly digest: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'pulling' };

/** Digest in an imageID such as `docker.io/library/alpine@sha256:...`; empty where there is none. */
function digestIn(imageId: string | undefined): string {
  return /(?:^|@)(sha(?:256|512):[a-f0-9]+)$/.exec(imageId ?? '')?.[1] ?? '';
}

/** The kubelet lost the container's status, which says nothing about the image. */
const STATUS_LOST = 'ContainerStatusUnknown';

function showsTheImage({ imageID, state }: ObservedContainerStatus): boolean {
  if (imageID !== undefined && imageID !== '') return true;
  if (state.running !== undefined) return true;
  if (state.terminated !== undefined) return state.terminated.reason !== STATUS_LOST;
  return reasonsAfterThePull.has(state.waiting?.reason ?? '');
}

/** The kubelet's two names for one failure; how often it failed is ours to count. */
function failureReason(reason: string): string {
  return reason === 'ImagePullBackOff' ? 'ErrImagePull' : reason;
}

/** Takes an observed Pod of one container; gives what its status proves about the image. */
export function readEvidence(pod: ObservedPod): Evidence {
  const container = pod.status.containerStatuses?.[0];
  if (container !== undefined && showsTheImage(container)) {
    return { kind: 'cached', digest: digestIn(container.imageID) };
  }
  const waiting = container?.state.waiting;
  if (waiting?.reason !== undefined && reasonsOfAFailedPull.has(waiting.reason)) {
    return { kind: 'failed', reason: failureReason(waiting.reason), message: waiting.message ?? '' };
  }
  switch (pod.status.phase) {
    case 'Succeeded':
      // The container ended well, although its status is lost.
      return { kind: 'cached', digest: '' };
    case 'Failed':
      return { kind: 'failed', reason: pod.status.reason ?? 'PodFailed', message: pod.status.message ?? '' };
    default:
      return { kind: 'pulling' };
  }
}
