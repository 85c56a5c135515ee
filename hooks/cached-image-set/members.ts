// The images of a set: normalised, without duplicates, each with the name that its CachedImage gets.
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import { lastPathSegment } from '../../kubernetes/image-reference.ts';
import { dnsSafePart, shortHash } from '../../kubernetes/short-names.ts';
import { normalizeImage, parseImageReference } from '../text/parsed.ts';

/** A CachedImage's name is also a label value, so it ends where these do. */
const CHILD_NAME_LIMIT_CHARACTERS = 63;
const HASH_CHARACTERS = 8;

export interface Member {
  readonly image: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The normalised reference. */
  readonly reference: string;
  /** Its place among the discovered ones, from 1; 0 for images listed by hand, which go first. */
  readonly rank: number;
  /** Where it was discovered; undefined for images listed by hand. */
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

/** Takes the images listed by hand; gives the members, each reference once, or what is wrong with the first bad one. */
export function readStaticMembers(images: readonly StaticImage[]): MembersResult {
  const members = new Map<string, Member>();
  for (const [index, image] of images.entries()) {
    const member = readMember(image);
    if (typeof member === 'string') return { ok: false, problem: `spec.images.${index}.image: ${member}` };
    if (!members.has(member.reference)) members.set(member.reference, member);
  }
  return { ok: true, members: [...members.values()] };
}

/** Takes images listed by hand and discovered ones; gives each reference once. What is listed by hand stays listed by hand. */
export function mergeMembers(listed: readonly Member[], discovered: readonly Member[]): Member[] {
  const members = new Map(listed.map((member) => [member.reference, member]));
  for (const member of discovered) {
    if (!members.has(member.reference)) members.set(member.reference, member);
  }
  return [...members.values()];
}

/** The part of a digest that a person can compare at a glance. */
const DIGEST_WORD_CHARACTERS = 12;

function versionWord({ tag, digest }: Member): string {
  if (digest !== undefined) return digest.replace(/^sha\d+:/, '').slice(0, DIGEST_WORD_CHARACTERS);
  return tag ?? 'latest';
}

/** Takes the name of the set and a member; gives the name of its CachedImage: for a person first, unique by the hash. */
export function memberName(setName: string, member: Member): string {
  const parsed = parseImageReference(member.reference);
  const segment = parsed.ok ? lastPathSegment(parsed.reference) : '';
  const words = [setName, dnsSafePart(segment), dnsSafePart(versionWord(member))]
    .filter((word) => word !== '')
    .join('-');
  const room = CHILD_NAME_LIMIT_CHARACTERS - HASH_CHARACTERS - 1;
  if (words.length <= room) return `${words}-${shortHash(member.reference)}`;
  // What is cut off may be what tells two sets apart, so the hash covers the set too.
  const cut = words.slice(0, room).replace(/[^a-z0-9]+$/, '');
  return `${cut}-${shortHash(`${setName}/${member.reference}`)}`;
}
