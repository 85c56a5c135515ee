// Finds the CachedImages that a person asks about: by name, by reference, or by repository.
import { cachedImageKind } from '../../crds/cached-image.ts';
import { observedSchema } from '../../crds/observed.ts';
import { readReference } from '../../hooks/cached-image/reference.ts';
import { formatImageReference, type ImageReference, parseImageReference } from '../../kubernetes/image-reference.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { RawObject, Snapshot } from '../cluster/snapshot.ts';
import { cleanText } from '../text/clean-text.ts';
import { nearestNames } from '../text/nearest-names.ts';
import { cutText } from '../text/wrapped-text.ts';
import { UsageError } from '../usage-error.ts';

const schema = observedSchema(cachedImageKind);
const QUOTE_LIMIT_CHARACTERS = 64;

export const quoted = (text: string) => JSON.stringify(cutText(cleanText(text), QUOTE_LIMIT_CHARACTERS));

/** Ends a message about an unknown name. */
export function similarNames(wanted: string, names: Iterable<string>): string {
  const similar = nearestNames(wanted, names).map(quoted);
  return similar.length === 0 ? '' : `: did you mean ${similar.join(' or ')}?`;
}

interface FoundImage {
  readonly raw: RawObject;
  readonly observed: ObservedCachedImage;
  readonly reference: string | undefined;
}

/** A CachedImage whose metadata is not readable is left out, as in a request of Metacontroller. */
function readImages(objects: readonly RawObject[]): FoundImage[] {
  return objects.flatMap((raw) => {
    const result = schema.safeParse(raw);
    if (!result.success) return [];
    const read = readReference(result.data);
    return [{ raw, observed: result.data, reference: read.ok ? read.reference : undefined }];
  });
}

const repositoryOf = ({ registry, repository }: ImageReference) => `${registry}/${repository}`;

function ofReference(images: readonly FoundImage[], text: string): readonly FoundImage[] {
  const parsed = parseImageReference(text);
  if (!parsed.ok) return [];
  const wanted = formatImageReference(parsed.reference);
  const exact = images.filter(({ reference }) => reference === wanted);
  const { tag, digest } = parsed.reference;
  if (exact.length > 0 || tag !== undefined || digest !== undefined) return exact;
  const wantedRepository = repositoryOf(parsed.reference);
  return images.filter(({ reference }) => {
    const found = reference === undefined ? undefined : parseImageReference(reference);
    return found?.ok === true && repositoryOf(found.reference) === wantedRepository;
  });
}

/**
 * Returns the CachedImage of this name, otherwise every CachedImage of this reference, otherwise, for a reference
 * without tag and digest, every CachedImage of its repository. Sorted by name. Throws a UsageError if there is none.
 */
export function findImages(snapshot: Snapshot, text: string): readonly FoundImage[] {
  const objects = snapshot.lists.get('cachedimages');
  if (objects === undefined) {
    const unread = snapshot.unread.find(({ resource }) => resource === 'cachedimages');
    throw new UsageError(`the CachedImages cannot be read: ${cleanText(unread?.problem ?? 'they were not listed')}`);
  }
  const images = readImages(objects);
  const named = images.filter(({ observed }) => observed.metadata.name === text);
  const found = named.length > 0 ? named : ofReference(images, text);
  if (found.length > 0) {
    return [...found].sort((left, right) => (left.observed.metadata.name < right.observed.metadata.name ? -1 : 1));
  }
  if (images.length === 0) throw new UsageError('the cluster has no CachedImages');
  const names = images.flatMap(({ observed, reference }) => [observed.metadata.name, reference ?? []].flat());
  throw new UsageError(`no CachedImage has the name or the image ${quoted(text)}${similarNames(text, names)}`);
}
