// The parsers of kubernetes/ with a cache, because every request repeats the same few durations and references.
import { parseDurationMilliseconds as parseDuration } from '../../kubernetes/duration.ts';
import {
  type ImageParts,
  type NormalizedImage,
  normalizeImage as normalize,
  parseImageReference as parseReference,
} from '../../kubernetes/image-reference.ts';
import { memoized } from './memoized.ts';

export const parseDurationMilliseconds = memoized(parseDuration);

export const parseImageReference = memoized(parseReference);

/** `normalizeImage` of kubernetes/image-reference.ts with the cached parser. */
export function normalizeImage(parts: ImageParts): NormalizedImage {
  return normalize(parts, parseImageReference);
}
