// How the text of a source becomes the image of a sample.
import { digestPattern, formatImageReference } from '../../kubernetes/image-reference.ts';
import { parseImageReference } from '../text/parsed.ts';

/** Returns undefined for text that is not an image reference. */
export type ReferenceReader = (text: string) => string | undefined;

function parsed(text: string) {
  // For an image without a name, cAdvisor reports its digest, which would be parsed as a tag of the image `sha256`.
  if (digestPattern.test(text)) return undefined;
  const result = parseImageReference(text);
  return result.ok ? result.reference : undefined;
}

/** Returns the normalised reference. */
export const normalizedReference: ReferenceReader = (text) => {
  const reference = parsed(text);
  return reference === undefined ? undefined : formatImageReference(reference);
};

/** Returns the reference as the source wrote it. */
export const writtenReference: ReferenceReader = (text) => (parsed(text) === undefined ? undefined : text);

/** The reference as the source wrote it, and its normalised form if that differs. */
export function formsOfImage(image: string): readonly string[] {
  const normalized = normalizedReference(image);
  return normalized === undefined || normalized === image ? [image] : [image, normalized];
}
