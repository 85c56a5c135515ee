// How the container of a pull Pod ends once its image is on the node.
import type { ImageReference } from '../kubernetes/image-reference.ts';
import { noProgramMessage, rootUserMessage } from './kubelet-messages.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { type PodSpec, pullContainer } from './pod-admission.ts';
import type { ContainerReport } from './pod-status.ts';
import type { RegistryImage } from './registry.ts';

function isRefusedAsRoot(spec: PodSpec, image: RegistryImage): boolean {
  const context = { ...spec.securityContext, ...pullContainer(spec)?.securityContext };
  return context.runAsNonRoot === true && context.runAsUser === undefined && image.runsAsRoot === true;
}

export function containerReport(
  pod: KubernetesObject,
  reference: ImageReference,
  image: RegistryImage,
): ContainerReport {
  const spec = pod.spec as PodSpec;
  const container = pullContainer(spec);
  if (isRefusedAsRoot(spec, image)) {
    const message = rootUserMessage(pod, container?.name ?? '');
    return { kind: 'waiting', reason: 'CreateContainerConfigError', message };
  }
  const imageId = `${reference.registry}/${reference.repository}@${image.digest}`;
  const program = container?.command?.[0];
  if (program !== 'true') return { kind: 'running', imageId };
  if (!image.hasTrue) return { kind: 'startError', imageId, message: noProgramMessage(program) };
  return { kind: 'completed', imageId };
}
