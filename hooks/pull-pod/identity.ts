// Name, labels and annotations of a pull Pod: they identify what it pulls and for which policy.
import { labelValueOf, shortHash } from '../../kubernetes/short-names.ts';

/** Of every label and annotation that Drop defines. */
export const OUR_PREFIX = 'drop.corewire.io/';
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'drop';
export const IMAGE_LABEL = 'drop.corewire.io/cachedimage';
export const NODE_LABEL = 'drop.corewire.io/node';
export const POLICY_LABEL = 'drop.corewire.io/policy';
export const SLOT_LABEL = 'drop.corewire.io/slot';

/** Hash of what the Pod was created for. It does not match if an admission webhook changed or removed an annotation. */
export const REQUEST_HASH_LABEL = 'drop.corewire.io/request-hash';

/** The normalised reference. Admission webhooks rewrite the image of a container, so that image identifies nothing. */
export const REFERENCE_ANNOTATION = 'drop.corewire.io/reference';
/** UID of the CachedImage: one that is created anew under the same name is another image. */
export const IMAGE_UID_ANNOTATION = 'drop.corewire.io/image-uid';
/** Key of the node: one that is created anew under the same name is another node. */
export const NODE_KEY_ANNOTATION = 'drop.corewire.io/node-key';
/** When the pull times out. It is set at the start, so that a later edit of the policy does not end the pull. */
export const DEADLINE_ANNOTATION = 'drop.corewire.io/deadline';

/** Stamp of the last loss of the image on the node that was known at the start; absent on a Pod without a loss. */
export const LOSS_STAMP_ANNOTATION = 'drop.corewire.io/loss-stamp';

/** Annotation of a discovered CachedImage: its rank, lower first. */
export const RANK_ANNOTATION = 'drop.corewire.io/rank';

/** The container that pulls the image. Admission webhooks may add others, also in front of it. */
export const PULL_CONTAINER = 'pull';

const requestAnnotations = [REFERENCE_ANNOTATION, IMAGE_UID_ANNOTATION, NODE_KEY_ANNOTATION, DEADLINE_ANNOTATION];

/** The value of REQUEST_HASH_LABEL for the annotations and the node of a Pod. */
export function requestHash(annotations: Readonly<Record<string, string>>, node: string): string {
  const lossStamp = annotations[LOSS_STAMP_ANNOTATION];
  const optional = lossStamp === undefined ? [] : [lossStamp];
  return shortHash([...requestAnnotations.map((key) => annotations[key] ?? ''), ...optional, node].join('\n'));
}

const POD_NAME_PREFIX = 'drop-';
const ATTEMPT_CHARACTERS = 8;

/** Returns the first 8 characters of a pull Pod's UID: the identifier of the attempt in `recorded` of a ledger. */
export function attemptOf(podUid: string): string {
  return podUid.slice(0, ATTEMPT_CHARACTERS);
}

/** Returns the name of the Pod in a slot. The API server admits one Pod per name, which enforces the policy's cap. */
export function pullPodName(policyName: string, slot: number): string {
  // A label value that is cut after a dot continues with a dash; a Pod name must not contain ".-".
  const part = labelValueOf(policyName).replace(/[.]-/g, '--');
  return `${POD_NAME_PREFIX}${part}-${slot}`;
}

export function pullPodLabels(pull: {
  readonly image: string;
  readonly node: string;
  readonly policy: string;
  readonly slot: number;
}): Record<string, string> {
  return {
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [IMAGE_LABEL]: labelValueOf(pull.image),
    [NODE_LABEL]: labelValueOf(pull.node),
    [POLICY_LABEL]: labelValueOf(pull.policy),
    [SLOT_LABEL]: String(pull.slot),
  };
}
