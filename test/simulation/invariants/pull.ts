// Reads pull Pods for the invariants. It does not use the code of the hooks, so that a bug there cannot hide itself.
import { controllerOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { slackOf } from './invariant.ts';

export interface Pull {
  readonly uid: string;
  /** Identifier of the pull in `status.recorded` of its image. */
  readonly attempt: string;
  readonly name: string;
  readonly policyUid: string;
  readonly policy: string;
  readonly image: string;
  readonly imageUid: string;
  readonly node: string;
  readonly nodeKey: string;
  readonly reference: string;
  readonly deadlineMilliseconds: number;
}

export function pullOf(pod: KubernetesObject): Pull {
  const { uid, name, labels = {}, annotations = {} } = pod.metadata;
  return {
    uid,
    attempt: uid.slice(0, 8),
    name,
    policyUid: controllerOf(pod)?.uid ?? '',
    policy: labels['drop.corewire.io/policy'] ?? '',
    image: labels['drop.corewire.io/cachedimage'] ?? '',
    imageUid: annotations['drop.corewire.io/image-uid'] ?? '',
    node: String(pod.spec?.nodeName ?? ''),
    nodeKey: annotations['drop.corewire.io/node-key'] ?? '',
    reference: annotations['drop.corewire.io/reference'] ?? '',
    deadlineMilliseconds: Date.parse(annotations['drop.corewire.io/deadline'] ?? ''),
  };
}

/** The key that identifies a node, and not only its name. */
export function keyOfNode({ metadata }: KubernetesObject): string {
  return metadata.uid.replaceAll('-', '').slice(0, 12);
}

interface ContainerStatus {
  readonly name: string;
  readonly imageID: string;
  readonly state: { readonly waiting?: { readonly reason: string }; readonly terminated?: object };
}

const pulledReasons: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError']);
const failedReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

/** The outcome that the status of a Pod proves; undefined while it proves none. */
export function evidenceOf(pod: KubernetesObject): 'success' | 'failure' | undefined {
  const statuses = (pod.status?.containerStatuses ?? []) as readonly ContainerStatus[];
  const container = statuses.find(({ name }) => name === 'pull');
  const waiting = container?.state.waiting?.reason ?? '';
  if (container?.imageID || container?.state.terminated || pulledReasons.has(waiting)) return 'success';
  return failedReasons.has(waiting) || pod.status?.phase === 'Failed' ? 'failure' : undefined;
}

/** The service abandons a pull on an unreachable node after this time, which the Pod alone does not show. */
const UNREACHABLE_NODE_MILLISECONDS = 60_000;

/** Whether a pull is in progress by every clock and for every reader of its Pod. */
export function isSurelyInProgress(observed: ObservedCluster, pod: KubernetesObject): boolean {
  if (evidenceOf(pod) !== undefined) return false;
  const now = observed.clock.now() + slackOf(observed);
  const isYoung = now < Date.parse(pod.metadata.creationTimestamp) + UNREACHABLE_NODE_MILLISECONDS;
  return now < pullOf(pod).deadlineMilliseconds && isYoung;
}
