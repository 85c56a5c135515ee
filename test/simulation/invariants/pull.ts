// Reads a pull Pod for the invariants, apart from the hooks' own reading, so that a mistake there cannot hide itself.
import { controllerOf, type KubernetesObject } from '../../../simulator/kubernetes-object.ts';

export interface Pull {
  readonly uid: string;
  /** By which a ledger names it. */
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

/** Takes a Pod of ours; gives its pull. */
export function pullOf(pod: KubernetesObject): Pull {
  const { uid, name, labels = {}, annotations = {} } = pod.metadata;
  const [container] = (pod.spec?.containers ?? []) as readonly { readonly image: string }[];
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
    reference: container?.image ?? '',
    deadlineMilliseconds: Date.parse(annotations['drop.corewire.io/deadline'] ?? ''),
  };
}

/** The name of a node's incarnation. */
export function keyOfNode({ metadata }: KubernetesObject): string {
  return metadata.uid.replaceAll('-', '').slice(0, 12);
}

interface ContainerStatus {
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

/** What the status of a Pod proves of its pull; undefined while it goes on. */
export function evidenceOf(pod: KubernetesObject): 'success' | 'failure' | undefined {
  const [container] = (pod.status?.containerStatuses ?? []) as readonly ContainerStatus[];
  const waiting = container?.state.waiting?.reason ?? '';
  if (container?.imageID || container?.state.terminated || pulledReasons.has(waiting)) return 'success';
  return failedReasons.has(waiting) || pod.status?.phase === 'Failed' ? 'failure' : undefined;
}
