// The newest tags of a repository: by version if all tags are versions, otherwise the last in the registry's order.
import { compare, parse, type SemVer } from 'semver';

/** Also matches versions with missing parts, such as `v1`, `1.25` and `1.25-alpine`. */
const versionTag = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?([-+][0-9A-Za-z.+-]+)?$/;

function versionOf(tag: string): SemVer | undefined {
  const match = versionTag.exec(tag);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest = ''] = match;
  const plain = [major, minor, patch].map(Number).join('.');
  return parse(plain + rest) ?? undefined;
}

/** Returns at most `wanted` tags (undefined: all), newest first. `tags` must be in the order of the registry. */
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
