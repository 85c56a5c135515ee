// Images with scores, and the remarks about what could not become one.
import { digestPattern, formatImageReference } from '../../../kubernetes/image-reference.ts';
import { counted } from '../../status/node-list.ts';
import { parseImageReference } from '../../text/parsed.ts';

export interface ScoredImage {
  /** Normalised reference. */
  readonly image: string;
  readonly score: number;
  /** The repository in whose tag list a registry source found the image. */
  readonly repository?: string | undefined;
}

/** Returns the normalised reference, or undefined for text that is not an image reference. */
export function normalizedReference(text: string): string | undefined {
  // For an image without a name, cAdvisor reports its digest, which would be parsed as a tag of the image `sha256`.
  if (digestPattern.test(text)) return undefined;
  const parsed = parseImageReference(text);
  return parsed.ok ? formatImageReference(parsed.reference) : undefined;
}

/** Returns one remark such as `2 results without an image label`, or none for a count of 0. */
export function remark(count: number, noun: string, details = ''): string[] {
  return count > 0 ? [counted(count, noun) + details] : [];
}
