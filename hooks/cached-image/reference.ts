// The image that a CachedImage asks for, read once per sync. The policy that pulls the image uses the same reading.
import type { CachedImageSpec } from '../../crds/cached-image.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import { normalizeImage } from '../text/parsed.ts';

/** A valid spec with its normalised reference, or the problem. */
export type ReferenceResult =
  | { readonly ok: true; readonly spec: CachedImageSpec; readonly reference: string }
  | {
      readonly ok: false;
      readonly reason: 'InvalidSpec' | 'InvalidImageName';
      readonly problem: string;
      /** The reference of the ledger. Its pulls still count, so that a typing error in the spec loses no outcome. */
      readonly reference: string | undefined;
    };

export function readReference({ spec, status }: ObservedCachedImage): ReferenceResult {
  if (!spec.ok) return { ok: false, reason: 'InvalidSpec', problem: spec.problem, reference: status.image };
  const { image, tag, digest } = spec.value;
  const normalized = normalizeImage({ image, tag, digest });
  if (!normalized.ok) {
    return { ok: false, reason: 'InvalidImageName', problem: normalized.problem, reference: status.image };
  }
  return { ok: true, spec: spec.value, reference: normalized.reference };
}

/** Returns the reference whose pulls concern the image: of the spec, or of the ledger while the spec is not valid. */
export function concernedReference(image: ObservedCachedImage): string | undefined {
  return readReference(image).reference;
}
