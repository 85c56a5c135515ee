// The images of a set: normalised, without duplicates, each with the name of its CachedImage.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import { lastPathSegment } from '../../kubernetes/image-reference.ts';
import { dnsSafePart, shortHash } from '../../kubernetes/short-names.ts';
import { normalizeImage, parseImageReference } from '../text/parsed.ts';

/** The name of a CachedImage is also a label value, which Kubernetes limits. */
const CHILD_NAME_LIMIT_CHARACTERS = 63;
const HASH_CHARACTERS = 8;

export interface Member {
  readonly image: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The normalised reference. */
  readonly reference: string;
  /** The position among the discovered images, from 1; 0 for images of spec.images, which come first. */
  readonly rank: number;
  /** The source of a discovered image, if the DiscoveryPolicy names it; undefined for images of spec.images. */
  readonly source: string | undefined;
}

export type MembersResult =
  | { readonly ok: true; readonly members: readonly Member[] }
  | { readonly ok: false; readonly problem: string };

type StaticImage = NonNullable<CachedImageSetSpec['images']>[number];

function readMember({ image, tag, digest }: StaticImage): Member | string {
  const normalized = normalizeImage({ image, tag, digest });
  return normalized.ok
    ? { image, tag, digest, reference: normalized.reference, rank: 0, source: undefined }
    : normalized.problem;
}

/** Returns the members of spec.images, each reference once, or the problem of the first invalid image. */
export function readStaticMembers(images: readonly StaticImage[]): MembersResult {
  const members = new Map<string, Member>();
  for (const [index, image] of images.entries()) {
    const member = readMember(image);
    if (typeof member === 'string') return { ok: false, problem: `spec.images.${index}.image: ${member}` };
    if (!members.has(member.reference)) members.set(member.reference, member);
  }
  return { ok: true, members: [...members.values()] };
}

/** Returns each reference once; for one that is both listed and discovered, the listed member. */
export function mergeMembers(listed: readonly Member[], discovered: readonly Member[]): Member[] {
  const members = new Map(listed.map((member) => [member.reference, member]));
  for (const member of discovered) {
    if (!members.has(member.reference)) members.set(member.reference, member);
  }
  return [...members.values()];
}

/** Enough of a digest for a person to compare. */
const DIGEST_PART_CHARACTERS = 12;

function versionPart({ tag, digest }: Member): string {
  if (digest !== undefined) return digest.replace(/^sha\d+:/, '').slice(0, DIGEST_PART_CHARACTERS);
  return tag ?? 'latest';
}

/** Returns the name of a member's CachedImage: parts for people, then a hash that makes it unique. */
export function memberName(setName: string, member: Member): string {
  const parsed = parseImageReference(member.reference);
  const segment = parsed.ok ? lastPathSegment(parsed.reference) : '';
  const prefix = [setName, dnsSafePart(segment), dnsSafePart(versionPart(member))]
    .filter((part) => part !== '')
    .join('-');
  const limit = CHILD_NAME_LIMIT_CHARACTERS - HASH_CHARACTERS - 1;
  if (prefix.length <= limit) return `${prefix}-${shortHash(member.reference)}`;
  // The names of two sets can differ only in the part that is cut off, so the hash covers the set too.
  const cut = prefix.slice(0, limit).replace(/[^a-z0-9]+$/, '');
  return `${cut}-${shortHash(`${setName}/${member.reference}`)}`;
}
