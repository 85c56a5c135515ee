// The words of a kubelet and its runtime about a pull, as a real one (1.36, containerd) wrote them.
import type { ImageReference } from '../kubernetes/image-reference.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Resolution } from './registry.ts';

type Problem = Extract<Resolution, { ok: false }>['problem'];

function manifestUrl(reference: ImageReference, mirror: string | undefined): string {
  const version = reference.digest ?? reference.tag ?? 'latest';
  return `${mirror ?? `https://${reference.registry}`}/v2/${reference.repository}/manifests/${version}`;
}

function hostWithPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:443`;
}

export interface FailedRequest {
  readonly problem: Problem;
  /** The URL of the mirror that was asked in place of the registry. */
  readonly mirror?: string | undefined;
}

/** Takes the image as the Pod names it, its parts and what went wrong; gives the message of ErrImagePull. */
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
      return `${start}pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`;
  }
}

/** The message of ImagePullBackOff after a failure. */
export function backOffMessage(image: string, failure: string): string {
  return `Back-off pulling image "${image}": ErrImagePull: ${failure}`;
}

/** The message of InvalidImageName. */
export function invalidNameMessage(image: string, problem: string): string {
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format: ${problem}`;
}

/** The message of ErrImageNeverPull. */
export function neverPullMessage(image: string): string {
  return `Container image "${image}" is not present with pull policy of Never`;
}

/** The message of CreateContainerConfigError for an image that would run as root. */
export function rootUserMessage(pod: KubernetesObject, container: string): string {
  const { name, namespace, uid } = pod.metadata;
  return `container has runAsNonRoot and image will run as root (pod: "${name}_${namespace}(${uid})", container: ${container})`;
}

/** The message of StartError for an image without the program that it is to run. */
export function noProgramMessage(program: string): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${program}": executable file not found in $PATH`;
}
