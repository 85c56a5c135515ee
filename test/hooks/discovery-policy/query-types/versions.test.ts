// Which version each tag has, and how the tags of a registry are ordered by it.
import { expect, test } from 'vitest';
import { compileFirstGroup } from '../../../../hooks/discovery-policy/pattern.ts';
import { newestTags } from '../../../../hooks/discovery-policy/query-types/newest-tags.ts';

/** Tags with the same version as `version`: one is before, one after every other tag with that version. */
const before = (version: string) => `!-${version}`;
const after = (version: string) => `~-${version}`;

test.each([
  ['v1.9.0', '1.9.0'],
  ['1.25', '1.25.0'],
  ['1', '1.0.0'],
  ['v17', '17.0.0'],
  ['22.04', '22.4.0'],
  ['1.25-alpine', '1.25.0-alpine'],
  ['20-alpine', '20.0.0-alpine'],
  ['3.12-slim', '3.12.0-slim'],
  ['x86_64-v17.5.0', '17.5.0'],
  ['ubuntu-x86_64-v16.11.0', '16.11.0'],
  ['arm64v8-1.2.3', '1.2.3'],
  ['x86_64-v17.5.0-rc1', '17.5.0-rc1'],
  ['3.18-arm-v17.8.0', '3.18.0-arm-v17.8.0'],
  ['alpine3.19-1.4.2', '3.19.0-1.4.2'],
  ['v1.2.3.4', '1.2.3.4'],
  ['1.2.3_4', '1.2.3.4'],
  ['17.0.2_8-jre', '17.0.2_8'],
  ['2024.01.05', '2024.1.5'],
  ['2024-01-05', '2024.0.0-01-05'],
  ['20240105', '20240105.0.0'],
  ['1-2-3', '1.0.0-2-3'],
  ['v01.2.3', '1.2.3'],
  ['00.1', '0.1.0'],
  ['v1.2.3-rc.1', '1.2.3-rc.1'],
  ['1.2.3+build5', '1.2.3'],
  ['V1.2', '1.2.0'],
  ['12.4.0-runtime-ubuntu22.04', '12.4.0-runtime-ubuntu22.04'],
  ['1.2-01', '1.2.0-01'],
  ['1.2.3-0123', '1.2.3-0123'],
  ['1.2.3-a..1', '1.2.3-a..1'],
  ['18446744073709551615', '18446744073709551615.0.0'],
])('the tag %s has the version %s', (tag, version) => {
  const expected = [before(version), tag, after(version)];
  expect(newestTags([...expected].reverse(), undefined)).toEqual(expected);
  expect(newestTags([tag, after(version), before(version)], undefined)).toEqual(expected);
});

test.each([
  'latest',
  'nightly',
  'sha-1a2b3c',
  'pr-123',
  'r123',
  'v1.x',
  'jammy-20240111',
  'main-1a2b3c4d-1719400000',
  '1..2',
  '18446744073709551616',
  'V1',
])('the tag %s has no version', (tag) => {
  expect(newestTags(['0.0.0-0', tag], undefined)).toEqual(['0.0.0-0', tag]);
  expect(newestTags([tag, 'zz', '0.0.0-0'], undefined)).toEqual(['0.0.0-0', 'zz', tag]);
});

test.each([
  ['a tag without a version is last', 'v1.8.0 v1.9.0 v1.10.0 nightly', 'v1.10.0 v1.9.0 v1.8.0 nightly'],
  [
    'a tag without a version is last, wherever it is listed',
    'latest v1.10.0 v1.8.0 v1.9.0',
    'v1.10.0 v1.9.0 v1.8.0 latest',
  ],
  ['a variant is a prerelease', '1.25 1.25-alpine 1.26-alpine 1.24.3', '1.26-alpine 1.25 1.25-alpine 1.24.3'],
  [
    'parts of prereleases are compared by number',
    'v1.2.3-rc.1 v1.2.3-rc.10 v1.2.3-rc.2 v1.2.3 v1.2.3-beta',
    'v1.2.3 v1.2.3-rc.10 v1.2.3-rc.2 v1.2.3-rc.1 v1.2.3-beta',
  ],
  ['a number behind letters is text', '2.1-rc1 2.1-rc10 2.1-rc2 2.1', '2.1 2.1-rc2 2.1-rc10 2.1-rc1'],
  ['build metadata does not count', '1.2.3+b 1.2.3+a v1.2.3', '1.2.3+a 1.2.3+b v1.2.3'],
  [
    'a version may follow a name',
    'x86_64-v18.5.0 x86_64-v18.10.0 x86_64-v19.0.0 x86_64-latest 3.18-arm-v17.8.0',
    'x86_64-v19.0.0 x86_64-v18.10.0 x86_64-v18.5.0 3.18-arm-v17.8.0 x86_64-latest',
  ],
  ['tags without a version are reversed', 'zz v1 aa mm', 'v1 mm aa zz'],
  ['a fourth number counts', '10.0.17763.9 10.0.17763.100 10.0.17763.10', '10.0.17763.100 10.0.17763.10 10.0.17763.9'],
  ['a number behind an underscore counts', '21.0.2_9 21.0.2_13', '21.0.2_13 21.0.2_9'],
])('%s', (_what, listed, sorted) => {
  expect(newestTags(listed.split(' '), undefined)).toEqual(sorted.split(' '));
});

interface PatternRow {
  readonly what: string;
  readonly pattern: string;
  readonly listed: string;
  readonly sorted: string;
}

test.each<PatternRow>([
  {
    what: 'the first group is the version, and a tag without a match has none',
    pattern: 'x86_64-v(.+)',
    listed: 'x86_64-v17.4.0 x86_64-v17.10.0 ubuntu-v99.0.0 x86_64-v17.5.0',
    sorted: 'x86_64-v17.10.0 x86_64-v17.5.0 x86_64-v17.4.0 ubuntu-v99.0.0',
  },
  { what: 'a pattern without a group gives no versions', pattern: 'v.+', listed: 'v3 v1 v2', sorted: 'v2 v1 v3' },
  { what: 'a group without a match gives no version', pattern: 'v(x)?', listed: 'v3 v1 v2', sorted: 'v2 v1 v3' },
  {
    what: 'a group that is not a version as a whole gives no version',
    pattern: '^(.+)$',
    listed: 'x86_64-v1.2.3 v1.2 V9 1.3',
    sorted: '1.3 v1.2 V9 x86_64-v1.2.3',
  },
  {
    what: 'a fourth number counts in a group too',
    pattern: '^win-([\\d.]+)',
    listed: 'win-10.0.17763.9 win-10.0.17763.100 win-10.0.17763',
    sorted: 'win-10.0.17763.100 win-10.0.17763.9 win-10.0.17763',
  },
  {
    what: 'the first match counts',
    pattern: '(\\d+\\.\\d+)',
    listed: 'a-1.2-9.0 b-1.10-0.1',
    sorted: 'b-1.10-0.1 a-1.2-9.0',
  },
])('with versionPattern, $what', ({ pattern, listed, sorted }) => {
  const compiled = compileFirstGroup(pattern);
  if (!compiled.ok) throw new Error(compiled.problem);
  expect(newestTags(listed.split(' '), undefined, compiled.value)).toEqual(sorted.split(' '));
});
