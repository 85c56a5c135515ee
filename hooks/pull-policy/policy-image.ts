// What a policy reads of a CachedImage: its spec, where its pulls have got to, and which Pods belong to it.
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
  /** Normalised. */
  readonly reference: string;
  readonly spec: CachedImageSpec;
  /** Rank of a discovered image, lower first; 0 for images listed by hand. */
  readonly rank: number;
  readonly ledger: Ledger;
  /** Whether the status is about the reference already. */
  readonly hasLedger: boolean;
  /** When the ledger began, in milliseconds since the epoch; 0 if that is not recorded. */
  readonly ledgerBeganAt: number;
  /** As its status reports them; 0 before the first sync of the image. */
  readonly nodesTargeted: number;
  readonly nodesReady: number;
}

function rankOf(annotation: string | undefined): number {
  return annotation !== undefined && /^\d{1,9}$/.test(annotation) ? Number(annotation) : 0;
}

/** Undefined where this policy pulls nothing for the image: another policy, a bad spec, or an image being deleted. */
export function readPolicyImage(
  image: ObservedCachedImage,
  policyName: string,
  settings: HookSettings,
): PolicyImage | undefined {
  const result = readReference(image);
  if (!result.ok || !image.spec.ok || image.metadata.deletionTimestamp !== undefined) return undefined;
  if (policyNameOf(image.spec.value, settings) !== policyName) return undefined;
  const { name, uid, generation, annotations } = image.metadata;
  const ledger = readLedger(image.status, result.reference, generation);
  return {
    name,
    uid,
    reference: result.reference,
    spec: image.spec.value,
    rank: rankOf(annotations[RANK_ANNOTATION]),
    ledger,
    hasLedger: image.status.image === result.reference,
    ledgerBeganAt: parseTimeMilliseconds(ledger.imageTime) ?? 0,
    nodesTargeted: image.status.nodesTargeted ?? 0,
    nodesReady: image.status.nodesReady ?? 0,
  };
}

/** What decides whether a Pod still belongs to an image, whichever policy the image has now. */
export interface PodOwnership {
  readonly uid: string;
  /** The reference whose Pods belong to the image; undefined where neither spec nor status has one. */
  readonly reference: string | undefined;
  /** Attempts whose outcome the image's status records. */
  readonly recorded: ReadonlySet<string>;
}

export function readPodOwnership(image: ObservedCachedImage): PodOwnership {
  const reference = concernedReference(image);
  const isSameReference = reference !== undefined && image.status.image === reference;
  return { uid: image.metadata.uid, reference, recorded: new Set(isSameReference ? image.status.recorded : []) };
}

/** When the failure of a pair was recorded, in milliseconds since the epoch; 0 if unreadable. */
export function failedAt(pair: FailingPair): number {
  return parseTimeMilliseconds(pair.at) ?? 0;
}
