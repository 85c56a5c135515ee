// What the policy needs to know of a CachedImage: where its pulls stand, read from its status and never guessed.
import type { CachedImageSpec, FailingPair } from '../../crds/cached-image.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { Ledger } from '../cached-image/ledger.ts';
import { readLedger } from '../cached-image/ledger.ts';
import { policyNameOf } from '../cached-image/observe.ts';
import { concernedReference, readReference } from '../cached-image/reference.ts';
import { RANK_ANNOTATION } from '../pull-pod/identity.ts';
import type { HookSettings } from '../settings.ts';

/** An image that this policy pulls. */
export interface PolicyImage {
  readonly name: string;
  readonly uid: string;
  readonly reference: string;
  readonly spec: CachedImageSpec;
  readonly rank: number;
  readonly ledger: Ledger;
}

function rankOf(annotation: string | undefined): number {
  return annotation !== undefined && /^\d{1,9}$/.test(annotation) ? Number(annotation) : 0;
}

/** Takes an observed CachedImage; gives its view, undefined where nothing may be pulled for it by this policy. */
export function readImage(
  image: ObservedCachedImage,
  policyName: string,
  settings: HookSettings,
): PolicyImage | undefined {
  const reading = readReference(image);
  if (!reading.ok || !image.spec.ok || image.metadata.deletionTimestamp !== undefined) return undefined;
  if (policyNameOf(image.spec.value, settings) !== policyName) return undefined;
  const { name, uid, generation, annotations } = image.metadata;
  return {
    name,
    uid,
    reference: reading.reference,
    spec: image.spec.value,
    rank: rankOf(annotations[RANK_ANNOTATION]),
    ledger: readLedger(image.status, reading.reference, generation),
  };
}

/** What decides about a Pod of an image, whichever policy the image has now. */
export interface PodOwnership {
  readonly uid: string;
  /** The reference that the image stands for; undefined when it cannot be told. */
  readonly reference: string | undefined;
  readonly recorded: ReadonlySet<string>;
}

/** Takes an observed CachedImage; gives what it ownership of its Pods. */
export function readPodOwnership(image: ObservedCachedImage): PodOwnership {
  const reference = concernedReference(image);
  const concerns = reference !== undefined && image.status.image === reference;
  return { uid: image.metadata.uid, reference, recorded: new Set(concerns ? image.status.recorded : []) };
}

/** Takes a failing pair; gives when it was recorded, in milliseconds since the epoch. */
export function failedAt(pair: FailingPair): number {
  return parseTimeMilliseconds(pair.at) ?? 0;
}
