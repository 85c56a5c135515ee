// The container that pulls, among those that an admission webhook may have added.
import type { ObservedContainerStatus, ObservedPod } from '../../metacontroller/pod.ts';
import { PULL_CONTAINER } from './identity.ts';

/** Pods of other releases can name the container differently; then it is the first. */
export function pullContainer({ containers }: ObservedPod['spec']) {
  return containers.find(({ name }) => name === PULL_CONTAINER) ?? containers[0];
}

/** The kubelet sorts statuses by name, so a container that an admission webhook added can come first. */
export function pullStatus({ spec, status }: ObservedPod): ObservedContainerStatus | undefined {
  const name = pullContainer(spec)?.name;
  return status.containerStatuses?.find((container) => container.name === name || container.name === undefined);
}
