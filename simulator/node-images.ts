// The images on the disk of one node, and how its container runtime lists them.
import { formatImageReference, type ImageReference, parseImageReference } from '../kubernetes/image-reference.ts';
import type { RegistryImage } from './registry.ts';

/** kubelet's `MaxNamesPerImageInNodeStatus`. */
const REPORTED_NAMES_LIMIT = 5;

/** The images of a node. They survive a restart of the kubelet, but not a replacement of the node. */
export interface NodeImages {
  /** By canonical reference. */
  readonly byReference: Map<string, RegistryImage>;
  /**
   * By `registry/repository@digest`: the layers on disk, which need no second download. An image whose tag has moved
   * stays here without a canonical reference, as containerd keeps it under its digest.
   */
  readonly layers: Map<string, RegistryImage>;
  /** Every key that the two maps ever had, including those of removed images. */
  readonly everHeld: { readonly byReference: Set<string>; readonly layers: Set<string> };
}

/** One image with all its names, as the container runtime lists it. */
export interface ListedImage {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Sorted names with a digest, then sorted names with a tag. */
  readonly names: readonly string[];
}

export function createNodeImages(): NodeImages {
  return {
    byReference: new Map(),
    layers: new Map(),
    everHeld: { byReference: new Set(), layers: new Set() },
  };
}

/** The canonical form of a reference. An invalid reference is returned as it is. */
export function canonicalReference(text: string): string {
  const parsed = parseImageReference(text);
  return parsed.ok ? formatImageReference(parsed.reference) : text;
}

/** Key of the layers: `registry/repository@digest`. */
function layersKey({ registry, repository }: ImageReference, { digest }: RegistryImage): string {
  return `${registry}/${repository}@${digest}`;
}

export function hasLayers({ layers }: NodeImages, reference: ImageReference, image: RegistryImage): boolean {
  return layers.has(layersKey(reference, image));
}

/** Stores a pulled image. Returns whether the node did not hold this image under this reference before. */
export function storeImage(images: NodeImages, reference: ImageReference, image: RegistryImage): boolean {
  const { byReference, layers, everHeld } = images;
  const [name, key] = [formatImageReference(reference), layersKey(reference, image)];
  const isNew = byReference.get(name)?.digest !== image.digest;
  byReference.set(name, image);
  layers.set(key, image);
  everHeld.byReference.add(name);
  everHeld.layers.add(key);
  return isNew;
}

/** Digest of the image that has this name, which is a reference or `registry/repository@digest`. */
export function digestOnNode({ byReference, layers }: NodeImages, name: string): string | undefined {
  const canonical = canonicalReference(name);
  return (byReference.get(canonical) ?? layers.get(canonical))?.digest;
}

/** Removes an image with all its names and layers. */
export function removeDigest({ byReference, layers }: NodeImages, digest: string): void {
  for (const names of [byReference, layers]) {
    for (const [name, image] of names) if (image.digest === digest) names.delete(name);
  }
}

/** kubelet's `ByImageSize`: the largest image first; of equal sizes, the greater ID first. */
function compareImages(left: ListedImage, right: ListedImage): number {
  if (left.sizeBytes !== right.sizeBytes) return right.sizeBytes - left.sizeBytes;
  return left.digest > right.digest ? -1 : 1;
}

/** All images in the order of a Node status. Names of the same digest make one image. */
export function listImages({ byReference, layers }: NodeImages): readonly ListedImage[] {
  const byDigest = new Map<string, { sizeBytes: number; digests: string[]; tags: string[] }>();
  for (const [name, { digest, sizeBytes }] of layers) {
    const entry = byDigest.get(digest) ?? { sizeBytes, digests: [], tags: [] };
    byDigest.set(digest, entry);
    entry.digests.push(name);
  }
  for (const [name, { digest }] of byReference) if (!name.includes('@')) byDigest.get(digest)?.tags.push(name);
  return [...byDigest]
    .map(([digest, { sizeBytes, digests, tags }]) => ({
      digest,
      sizeBytes,
      names: [...digests.sort(), ...tags.sort()],
    }))
    .sort(compareImages);
}

/** Field `images` of a Node status. A negative limit means that the list is not cut. */
export function imagesInStatus(listed: readonly ListedImage[], limit: number) {
  const reported = limit < 0 ? listed : listed.slice(0, limit);
  return reported.map(({ names, sizeBytes }) => ({ names: names.slice(0, REPORTED_NAMES_LIMIT), sizeBytes }));
}
