// Reads an observed Pod as a pull.
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedPod } from '../../metacontroller/pod.ts';
import {
  attemptOf,
  DEADLINE_ANNOTATION,
  IMAGE_LABEL,
  IMAGE_UID_ANNOTATION,
  NODE_KEY_ANNOTATION,
  SLOT_LABEL,
} from './identity.ts';

export interface PullPod {
  readonly pod: ObservedPod;
  readonly name: string;
  /** The first characters of the UID; a ledger lists it once the outcome is recorded. */
  readonly attempt: string;
  /** The label value for the name of the CachedImage; empty on a Pod that is not ours. */
  readonly imageLabel: string;
  /** Undefined on a Pod without the annotation. */
  readonly imageUid: string | undefined;
  readonly node: string;
  readonly nodeKey: string | undefined;
  readonly reference: string;
  readonly slot: number | undefined;
  /** Milliseconds since the epoch, in whole seconds; 0 without a creation time. */
  readonly createdAtMilliseconds: number;
  readonly deadlineMilliseconds: number | undefined;
  readonly deleting: boolean;
}

function slotOf(label: string | undefined): number | undefined {
  return label !== undefined && /^\d{1,9}$/.test(label) ? Number(label) : undefined;
}

/** Returns the pull of any Pod; fields for which the Pod has no value are empty or undefined. */
export function readPullPod(pod: ObservedPod): PullPod {
  const { labels, annotations, ...metadata } = pod.metadata;
  return {
    pod,
    name: metadata.name,
    attempt: attemptOf(metadata.uid),
    imageLabel: labels[IMAGE_LABEL] ?? '',
    imageUid: annotations[IMAGE_UID_ANNOTATION],
    node: pod.spec.nodeName ?? '',
    nodeKey: annotations[NODE_KEY_ANNOTATION],
    reference: pod.spec.containers[0]?.image ?? '',
    slot: slotOf(labels[SLOT_LABEL]),
    createdAtMilliseconds: parseTimeMilliseconds(metadata.creationTimestamp) ?? 0,
    deadlineMilliseconds: parseTimeMilliseconds(annotations[DEADLINE_ANNOTATION]),
    deleting: metadata.deletionTimestamp !== undefined,
  };
}
