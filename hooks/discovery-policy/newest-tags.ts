// Which tags of a repository are the newest: by version where all of them are versions, else the last ones that the registry returned.
import { compare, parse, type SemVer } from 'semver';

/** Tags such as `v1`, `1.25` and `1.25-alpine` are versions with parts left out. */
const versionTag = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?([-+][0-9A-Za-z.+-]+)?$/;

function versionOf(tag: string): SemVer | undefined {
  const match = versionTag.exec(tag);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest = ''] = match;
  const plain = [major, minor, patch].map(Number).join('.');
  return parse(plain + rest) ?? undefined;
}

/**
 * Takes tags in the order in which the registry returned them, and how many to keep; gives the newest of them, the newest first.
 */
export function newestTags(tags: readonly string[], wanted: number | undefined): string[] {
  const versions = tags.map((tag) => ({ tag, version: versionOf(tag) }));
  const areVersions = versions.every(({ version }) => version !== undefined);
  const newestFirst = areVersions
    ? versions
        .map(({ tag, version }, index) => ({ tag, version: version as SemVer, index }))
        .sort((left, right) => compare(right.version, left.version) || right.index - left.index)
        .map(({ tag }) => tag)
    : [...tags].reverse();
  return newestFirst.slice(0, wanted ?? newestFirst.length);
}
