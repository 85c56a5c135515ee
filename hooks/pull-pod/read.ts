// Reads an observed Pod as a pull.
import { formatImageReference } from '../../kubernetes/image-reference.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedPod } from '../../metacontroller/pod.ts';
import { parseNumber } from '../inventory/loss-stamps.ts';
import { parseImageReference } from '../text/parsed.ts';
import {
  attemptOf,
  DEADLINE_ANNOTATION,
  IMAGE_LABEL,
  IMAGE_UID_ANNOTATION,
  LOSS_STAMP_ANNOTATION,
  NODE_KEY_ANNOTATION,
  NODE_LABEL,
  REFERENCE_ANNOTATION,
  SLOT_LABEL,
} from './identity.ts';
import { type Mutation, mutationOf } from './mutation.ts';
import { pullContainer } from './pull-container.ts';

export interface PullPod {
  readonly pod: ObservedPod;
  readonly name: string;
  /** The first characters of the UID; a ledger lists it once the outcome is recorded. */
  readonly attempt: string;
  /** The label value for the name of the CachedImage; empty on a Pod that is not ours. */
  readonly imageLabel: string;
  /** Undefined on a Pod without the annotation, or with a changed one. */
  readonly imageUid: string | undefined;
  /** The node that the Pod was created for. */
  readonly node: string;
  /** Undefined on a Pod without the annotation, or with a changed one. */
  readonly nodeKey: string | undefined;
  /** Normalised. Undefined if the annotations were changed: then the labels alone identify the pull. */
  readonly reference: string | undefined;
  /** What an admission webhook did to the Pod that makes it useless; undefined otherwise. */
  readonly mutation: Mutation | undefined;
  readonly slot: number | undefined;
  /** Stamp of the loss that the pull came after; 0 on a Pod without the annotation, or with a changed one. */
  readonly lossStamp: number;
  /** Milliseconds since the epoch, in whole seconds; 0 without a creation time. */
  readonly createdAtMilliseconds: number;
  readonly deadlineMilliseconds: number | undefined;
  readonly deleting: boolean;
}

function slotOf(label: string | undefined): number | undefined {
  return label !== undefined && /^\d{1,9}$/.test(label) ? Number(label) : undefined;
}

/** The reference of a Pod of another release, which has no annotation for it. */
function referenceInSpec(spec: ObservedPod['spec']): string {
  const text = pullContainer(spec)?.image ?? '';
  const parsed = parseImageReference(text);
  return parsed.ok ? formatImageReference(parsed.reference) : text;
}

/** The annotations that identify the pull. If a webhook changed one of them, none is trusted. */
function identifyingAnnotations(pod: ObservedPod, mutation: Mutation | undefined) {
  if (mutation?.kind === 'annotations') {
    return { imageUid: undefined, nodeKey: undefined, reference: undefined, lossStamp: 0 };
  }
  const { annotations } = pod.metadata;
  return {
    imageUid: annotations[IMAGE_UID_ANNOTATION],
    nodeKey: annotations[NODE_KEY_ANNOTATION],
    reference: annotations[REFERENCE_ANNOTATION] ?? referenceInSpec(pod.spec),
    lossStamp: parseNumber(annotations[LOSS_STAMP_ANNOTATION]) ?? 0,
  };
}

/** Returns the pull of any Pod; fields for which the Pod has no value are empty or undefined. */
export function readPullPod(pod: ObservedPod): PullPod {
  const { labels, annotations, ...metadata } = pod.metadata;
  const mutation = mutationOf(pod);
  return {
    pod,
    name: metadata.name,
    attempt: attemptOf(metadata.uid),
    imageLabel: labels[IMAGE_LABEL] ?? '',
    ...identifyingAnnotations(pod, mutation),
    node: (mutation?.kind === 'node' ? labels[NODE_LABEL] : pod.spec.nodeName) ?? '',
    mutation,
    slot: slotOf(labels[SLOT_LABEL]),
    createdAtMilliseconds: parseTimeMilliseconds(metadata.creationTimestamp) ?? 0,
    deadlineMilliseconds: parseTimeMilliseconds(annotations[DEADLINE_ANNOTATION]),
    deleting: metadata.deletionTimestamp !== undefined,
  };
}
