// Messages about pulls, word for word as a real kubelet (1.36, containerd) writes them.
import type { ImageReference } from '../kubernetes/image-reference.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ResolutionProblem } from './registry.ts';

function manifestUrl(reference: ImageReference, mirror: string | undefined): string {
  const version = reference.digest ?? reference.tag ?? 'latest';
  return `${mirror ?? `https://${reference.registry}`}/v2/${reference.repository}/manifests/${version}`;
}

function hostWithPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:443`;
}

const DENIED =
  'pull access denied, repository does not exist or may require authorization: ' +
  'authorization failed: no basic auth credentials';

export interface FailedRequest {
  readonly problem: ResolutionProblem;
  /** URL of the mirror that received the request instead of the registry. */
  readonly mirror?: string | undefined;
}

/** Message of ErrImagePull; `image` as the Pod names it. */
export function pullFailureMessage(
  image: string,
  reference: ImageReference,
  { problem, mirror }: FailedRequest,
): string {
  const start = `failed to pull and unpack image "${image}": failed to resolve image: `;
  const host = reference.registry;
  const request = `${start}failed to do request: Head "${manifestUrl(reference, mirror)}": dial tcp`;
  switch (problem) {
    case 'unknownHost':
      return `${request}: lookup ${host.replace(/:\d+$/, '')} on 10.96.0.10:53: no such host`;
    case 'connectionRefused':
      return `${request} ${hostWithPort(host)}: connect: connection refused`;
    case 'notFound':
      return `rpc error: code = NotFound desc = ${start}${image}: not found`;
    case 'tooManyRequests':
      return `${start}unexpected status from HEAD request to ${manifestUrl(reference, mirror)}: 429 Too Many Requests`;
    case 'unauthorized':
      return `${start}${DENIED}`;
  }
}

/** Message of ImagePullBackOff; `failure` is that of ErrImagePull. */
export function backOffMessage(image: string, failure: string): string {
  return `Back-off pulling image "${image}": ErrImagePull: ${failure}`;
}

/** Message of InvalidImageName. */
export function invalidNameMessage(image: string, problem: string): string {
  const cause = `couldn't parse image name "${image}": invalid reference format: ${problem}`;
  return `Failed to apply default image tag "${image}": ${cause}`;
}

/** Message of ErrImageNeverPull. */
export function neverPullMessage(image: string): string {
  return `Container image "${image}" is not present with pull policy of Never`;
}

/** Message of CreateContainerConfigError for an image that would run as root. */
export function rootUserMessage(pod: KubernetesObject, container: string): string {
  const { name, namespace, uid } = pod.metadata;
  const where = `pod: "${name}_${namespace}(${uid})", container: ${container}`;
  return `container has runAsNonRoot and image will run as root (${where})`;
}

/** Message of StartError for an image without the program. */
export function noProgramMessage(program: string): string {
  return [
    'failed to create containerd task',
    'failed to create shim task',
    'OCI runtime create failed',
    'runc create failed',
    'unable to start container process',
    'error during container init',
    `exec: "${program}"`,
    'executable file not found in $PATH',
  ].join(': ');
}
