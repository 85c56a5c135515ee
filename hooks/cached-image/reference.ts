// The reference that an observed CachedImage stands for; the same answer for the image and for the policy that pulls it.
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import { normalizeImage } from '../text/parsed.ts';

export type ReferenceResult =
  | { readonly ok: true; readonly reference: string }
  | { readonly ok: false; readonly reason: 'InvalidSpec' | 'InvalidImageName'; readonly problem: string };

/** Takes an observed CachedImage; gives the normalised reference of its spec, or what is wrong with it. */
export function readReference({ spec }: ObservedCachedImage): ReferenceResult {
  if (!spec.ok) return { ok: false, reason: 'InvalidSpec', problem: spec.problem };
  const { image, tag, digest } = spec.value;
  const normalized = normalizeImage({ image, tag, digest });
  return normalized.ok
    ? { ok: true, reference: normalized.reference }
    : { ok: false, reason: 'InvalidImageName', problem: normalized.problem };
}

/**
 * Takes an observed CachedImage; gives the reference whose pulls concern it: that of the spec, or that of the ledger while the spec
 * is not valid, so that a typing error loses no outcome. Undefined when neither says one.
 */
export function concernedReference(image: ObservedCachedImage): string | undefined {
  const reading = readReference(image);
  return reading.ok ? reading.reference : image.status.image;
}
