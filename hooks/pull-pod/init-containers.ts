// Init containers that an admission webhook added: the pull starts only after all of them have started or completed.
import type { ObservedContainerStatus, ObservedPod } from '../../metacontroller/pod.ts';

/** Waiting reasons before the kubelet has tried to start the container. */
const notTried: ReadonlySet<string | undefined> = new Set([undefined, 'PodInitializing', 'ContainerCreating']);

interface InitFailure {
  readonly reason: string;
  readonly message: string;
}

function failureOf({ state }: ObservedContainerStatus, isSidecar: boolean): InitFailure | undefined {
  const { waiting, terminated } = state;
  if (waiting !== undefined && !notTried.has(waiting.reason)) {
    return { reason: waiting.reason ?? '', message: waiting.message ?? '' };
  }
  // The kubelet restarts a sidecar that ends, and reports CrashLoopBackOff if it ends again.
  if (isSidecar || terminated === undefined || terminated.exitCode === 0) return undefined;
  return { reason: terminated.reason ?? 'Error', message: terminated.message ?? '' };
}

/**
 * Returns the name and the failure of the first init container that cannot start, for example
 * `istio-init: ErrImagePull: ...`; undefined if none fails, or if all have completed once.
 */
export function failedInitContainer({ spec, status }: ObservedPod): string | undefined {
  const initialized = status.conditions?.find(({ type }) => type === 'Initialized');
  if (initialized?.status === 'True') return undefined;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  for (const container of status.initContainerStatuses ?? []) {
    const failure = failureOf(container, sidecars.has(container.name));
    if (failure === undefined) continue;
    return [container.name, failure.reason, failure.message].filter((part) => part).join(': ');
  }
  return undefined;
}

function isSidecar({ restartPolicy }: { readonly restartPolicy?: string | undefined }): boolean {
  return restartPolicy === 'Always';
}
