// The images that a kubelet lists in the status of its Node, and their packed form in NodeImages.
import { IMAGE_NAMES_LIMIT, LISTED_IMAGES_LIMIT } from '../../crds/limits.ts';
import { formatImageReference } from '../../kubernetes/image-reference.ts';
import type { ObservedNode } from '../../metacontroller/node.ts';
import { formatNumber, parseNumber } from '../inventory/loss-stamps.ts';
import { packDigests, referenceHash } from '../inventory/reference-hash.ts';
import { parseImageReference } from '../text/parsed.ts';

/** kubelet's MaxNamesPerImageInNodeStatus (kubernetes pkg/kubelet/nodestatus/setters.go). */
const REPORTED_NAMES_LIMIT = 5;

export interface ListedImage {
  readonly sizeBytes: number;
  /** Packed, as `packDigests` returns them. */
  readonly digests: string;
  /** Hashes of the normalised names, sorted. */
  readonly names: readonly string[];
}

/** An image as the kubelet reports it now. */
export interface ReportedImage extends ListedImage {
  /** Whether the kubelet may have left out names. */
  readonly isCut: boolean;
}

type ObservedImage = NonNullable<ObservedNode['status']>['images'][number];

/** Names that do not parse, such as `<none>:<none>`, are left out. */
function reportedImage({ names, sizeBytes }: ObservedImage): ReportedImage {
  const references = names.slice(0, IMAGE_NAMES_LIMIT).flatMap((name) => {
    const parsed = parseImageReference(name);
    return parsed.ok ? [parsed.reference] : [];
  });
  const hashes = references.map((reference) => referenceHash(formatImageReference(reference)));
  return {
    sizeBytes: Math.max(0, Math.floor(sizeBytes)),
    digests: packDigests(references.flatMap(({ digest }) => digest ?? [])),
    names: [...new Set(hashes)].sort(),
    isCut: names.length >= REPORTED_NAMES_LIMIT,
  };
}

/** Compares by size, the largest first as a kubelet lists them, then by name. */
export function compareListed(left: ListedImage, right: ListedImage): number {
  return right.sizeBytes - left.sizeBytes || (left.names.join() < right.names.join() ? -1 : 1);
}

/** The images in the status of a Node, the largest first. An image without a name is left out. */
export function reportedImages(node: ObservedNode): readonly ReportedImage[] {
  const images = (node.status?.images ?? []).map(reportedImage);
  return images
    .filter(({ names }) => names.length > 0)
    .sort(compareListed)
    .slice(0, LISTED_IMAGES_LIMIT);
}

export function packImage({ sizeBytes, digests, names }: ListedImage): string {
  return [formatNumber(sizeBytes), digests, ...names].join(' ');
}

/** An unreadable size counts as 0: nothing is proved by such an image. */
export function unpackImage(text: string): ListedImage {
  const [size, digests = '', ...names] = text.split(' ');
  return { sizeBytes: parseNumber(size) ?? 0, digests, names };
}
