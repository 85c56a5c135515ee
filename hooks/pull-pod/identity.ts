// How a pull Pod says what it pulls: the labels to select it by, the annotations that its decision fixed.
import { labelValueOf } from '../../kubernetes/short-names.ts';

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'drop';
export const IMAGE_LABEL = 'drop.corewire.io/cachedimage';
export const NODE_LABEL = 'drop.corewire.io/node';
export const POLICY_LABEL = 'drop.corewire.io/policy';
export const SLOT_LABEL = 'drop.corewire.io/slot';

/** UID of the CachedImage: a new image of the same name is another image. */
export const IMAGE_UID_ANNOTATION = 'drop.corewire.io/image-uid';
/** Key of the node: a new node of the same name is another node. */
export const NODE_KEY_ANNOTATION = 'drop.corewire.io/node-key';
/** When the pull counts as timed out; fixed when it is started, so that a later edit of the policy does not kill it. */
export const DEADLINE_ANNOTATION = 'drop.corewire.io/deadline';

/** On a CachedImage that was discovered: its rank, lower first. */
export const RANK_ANNOTATION = 'drop.corewire.io/rank';

const POD_NAME_PREFIX = 'drop-';
const ATTEMPT_CHARACTERS = 8;

/** Returns the first 8 characters of a pull Pod's UID: the identifier of the attempt in `recorded` of a ledger. */
export function attemptOf(podUid: string): string {
  return podUid.slice(0, ATTEMPT_CHARACTERS);
}

/** Takes the name of a policy and a slot; gives the Pod name that the slot is. The API server's uniqueness of it is the cap. */
export function pullPodName(policyName: string, slot: number): string {
  // A label value may end a cut in a dot, a Pod name may not have a dash behind one.
  const part = labelValueOf(policyName).replace(/[.]-/g, '--');
  return `${POD_NAME_PREFIX}${part}-${slot}`;
}

/** Gives the labels of a pull Pod. */
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
