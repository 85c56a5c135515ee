// The newest tags of a repository: tags with a version first, the highest first, then the other tags, the last that the
// registry returned first.
import { TAG_LIMIT_CHARACTERS } from '../../../kubernetes/image-reference.ts';

interface Version {
  /** Major, minor and patch. */
  readonly numbers: readonly bigint[];
  /** The numbers that follow the patch, as in `10.0.17763.100` and `21.0.2_13`. */
  readonly moreNumbers: readonly bigint[];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

/** Returns the part of a tag that is its version, or undefined for a tag without a version. */
export type VersionPart = (tag: string) => string | undefined;

const suffix = '(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?';
/** A tag that is a version as a whole, which may lack parts, such as `v1`, `1.25` and `1.25-alpine`. */
const wholePattern = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?${suffix}$`);
const part = `(\\d+)\\.(\\d+)(?:\\.(\\d+)((?:[._]\\d+)+)?)?${suffix}`;
/** The first version with a dot in any other tag, such as `x86_64-v17.5.0`. */
const partPattern = new RegExp(part);
/** Text that is a version with a dot as a whole. */
const onlyPartPattern = new RegExp(`^v?${part}$`);
const MAXIMUM_NUMBER = 2n ** 64n - 1n;

/** As in Semantic Versioning 2.0.0, but a prerelease with an invalid part is one text: `runtime-ubuntu22.04`. */
function prereleaseOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const identifiers = text.split('.');
  return identifiers.some((identifier) => /^$|^0\d+$/.test(identifier)) ? [text] : identifiers;
}

function versionOf(tag: string, versionPart: VersionPart | undefined): Version | undefined {
  // No image reference can contain a longer tag, and reading it could take minutes.
  if (tag.length > TAG_LIMIT_CHARACTERS) return undefined;
  if (versionPart === undefined) return readVersion(tag, partPattern);
  const text = versionPart(tag);
  return text === undefined ? undefined : readVersion(text, onlyPartPattern);
}

/** Reads text that is a version as a whole, or matches the other pattern. */
function readVersion(text: string, otherPattern: RegExp): Version | undefined {
  const whole = wholePattern.exec(text);
  const [, major = '', minor = '0', patch = '0', ...rest] = whole ?? otherPattern.exec(text) ?? [];
  if (major === '') return undefined;
  const [following, prerelease] = whole === null ? rest : [undefined, ...rest];
  const numbers = [major, minor, patch].map(BigInt);
  if (numbers.some((number) => number > MAXIMUM_NUMBER)) return undefined;
  if (following === undefined) return { numbers, moreNumbers: [], prerelease: prereleaseOf(prerelease) };
  return { numbers, moreNumbers: following.split(/[._]/).slice(1).map(BigInt), prerelease: [] };
}

/** All orders below are negative if `left` comes first, which is the newer one. */
function compareLists<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compareItems: (left: Item, right: Item) => number,
): number {
  const common = Math.min(left.length, right.length);
  for (let index = 0; index < common; index += 1) {
    const order = compareItems(left[index] as Item, right[index] as Item);
    if (order !== 0) return order;
  }
  return right.length - left.length;
}

function higherFirst<Item extends string | bigint>(left: Item, right: Item): number {
  if (left === right) return 0;
  return left > right ? -1 : 1;
}

const numericPattern = /^(?:0|[1-9]\d*)$/;

/** Numeric identifiers are compared as numbers and are lower than text (Semantic Versioning 2.0.0, item 11). */
function compareIdentifiers(left: string, right: string): number {
  const [isLeftNumeric, isRightNumeric] = [numericPattern.test(left), numericPattern.test(right)];
  if (isLeftNumeric !== isRightNumeric) return isLeftNumeric ? 1 : -1;
  return isLeftNumeric ? higherFirst(BigInt(left), BigInt(right)) : higherFirst(left, right);
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Math.sign(left.length - right.length);
  return compareLists(left, right, compareIdentifiers);
}

function compareVersions(left: Version, right: Version): number {
  return (
    compareLists(left.numbers, right.numbers, higherFirst) ||
    comparePrereleases(left.prerelease, right.prerelease) ||
    compareLists(left.moreNumbers, right.moreNumbers, higherFirst)
  );
}

/**
 * Returns at most `wanted` tags (undefined: all), newest first. `tags` must be in the order of the registry. Without
 * `versionPart`, the whole tag is a version, or the first part of it that looks like one.
 */
export function newestTags(tags: readonly string[], wanted: number | undefined, versionPart?: VersionPart): string[] {
  const versioned: { tag: string; version: Version }[] = [];
  const others: string[] = [];
  for (const tag of tags) {
    const version = versionOf(tag, versionPart);
    if (version === undefined) others.push(tag);
    else versioned.push({ tag, version });
  }
  const newest = versioned
    .sort((left, right) => compareVersions(left.version, right.version) || -higherFirst(left.tag, right.tag))
    .map(({ tag }) => tag);
  return [...newest, ...others.reverse()].slice(0, wanted);
}
