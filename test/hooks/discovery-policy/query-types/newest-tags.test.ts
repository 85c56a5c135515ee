// Which tags are the newest: tags with a version by version, then the other tags by the order of the registry.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newestTags } from '../../../../hooks/discovery-policy/query-types/newest-tags.ts';

interface Row {
  readonly what: string;
  readonly tags: readonly string[];
  readonly wanted?: number;
  readonly newest: readonly string[];
}

test.each<Row>([
  {
    what: 'versions are compared by number',
    tags: ['v9.0.0', 'v18.10.0', 'v19.0.0', 'v18.9.0'],
    newest: ['v19.0.0', 'v18.10.0', 'v18.9.0', 'v9.0.0'],
  },
  {
    what: 'a version with a v is compared with a version without one',
    tags: ['v1.2.0', '1.3.0', 'v1.4.0'],
    newest: ['v1.4.0', '1.3.0', 'v1.2.0'],
  },
  { what: 'a version may lack parts', tags: ['1.25', '1', '1.9', '2'], newest: ['2', '1.25', '1.9', '1'] },
  {
    what: 'equal versions are sorted by their text',
    tags: ['v1.2', '1.2.0', '1.2'],
    newest: ['1.2', '1.2.0', 'v1.2'],
  },
  {
    what: 'build metadata is ignored',
    tags: ['1.2.3+b', '1.2.3+a', 'v1.2.3', '1.2.2+z'],
    newest: ['1.2.3+a', '1.2.3+b', 'v1.2.3', '1.2.2+z'],
  },
  {
    what: 'a release is newer than its candidates',
    tags: ['1.0.0-rc.2', '1.0.0', '1.0.0-rc.10', '1.0.0-beta', '0.9.0'],
    newest: ['1.0.0', '1.0.0-rc.10', '1.0.0-rc.2', '1.0.0-beta', '0.9.0'],
  },
  {
    what: 'variants of versions are compared by version',
    tags: ['1.9-alpine', '1.25-alpine', '1.24-alpine'],
    newest: ['1.25-alpine', '1.24-alpine', '1.9-alpine'],
  },
  {
    what: 'at most the wanted number of tags is returned',
    tags: ['v1.0.0', 'v3.0.0', 'v2.0.0'],
    wanted: 2,
    newest: ['v3.0.0', 'v2.0.0'],
  },
  {
    what: 'a tag without a version comes last',
    tags: ['v1.8.0', 'v1.9.0', 'v1.10.0', 'nightly'],
    newest: ['v1.10.0', 'v1.9.0', 'v1.8.0', 'nightly'],
  },
  {
    what: 'a tag without a version is cut first',
    tags: ['1.10.0', '1.9.0', 'latest'],
    wanted: 2,
    newest: ['1.10.0', '1.9.0'],
  },
  {
    what: 'tags without a version are in the reverse order of the registry',
    tags: ['zz', 'v1', 'aa', 'mm'],
    newest: ['v1', 'mm', 'aa', 'zz'],
  },
  {
    what: 'these tags have no version',
    tags: [
      'latest',
      'nightly',
      'sha-1a2b3c',
      'pr-123',
      'r123',
      'v1.x',
      'jammy-20240111',
      'main-1a2b-1719400000',
      '1..2',
    ],
    newest: [
      '1..2',
      'main-1a2b-1719400000',
      'jammy-20240111',
      'v1.x',
      'r123',
      'pr-123',
      'sha-1a2b3c',
      'nightly',
      'latest',
    ],
  },
  {
    what: 'the fourth number counts',
    tags: ['10.0.17763.10', '10.0.17763.100', '10.0.17763.9', '10.0.17763', '10.0.17764'],
    newest: ['10.0.17764', '10.0.17763.100', '10.0.17763.10', '10.0.17763.9', '10.0.17763'],
  },
  {
    what: 'a number behind an underscore counts',
    tags: ['21.0.2_13', '21.0.2_9-jre', '21.0.2_9', '21.0.3_1'],
    newest: ['21.0.3_1', '21.0.2_13', '21.0.2_9', '21.0.2_9-jre'],
  },
  {
    what: 'a version may follow a name',
    tags: ['x86_64-v18.5.0', 'x86_64-v18.10.0', 'x86_64-v19.0.0', 'x86_64-latest', '3.18-arm-v17.8.0'],
    newest: ['x86_64-v19.0.0', 'x86_64-v18.10.0', 'x86_64-v18.5.0', '3.18-arm-v17.8.0', 'x86_64-latest'],
  },
  {
    what: 'a version behind a name may have an upper-case V, and a prerelease',
    tags: ['V1.2', 'arm64v8-1.2.3', 'x86_64-v17.5.0-rc1', 'x86_64-v17.5.0', 'alpine3.19-1.4.2', 'alpine3.19-1.4.10'],
    newest: ['x86_64-v17.5.0', 'x86_64-v17.5.0-rc1', 'alpine3.19-1.4.10', 'alpine3.19-1.4.2', 'arm64v8-1.2.3', 'V1.2'],
  },
  {
    what: 'candidates without a dot are compared as text',
    tags: ['2.1-rc1', '2.1-rc10', '2.1-rc2', '2.1'],
    newest: ['2.1', '2.1-rc2', '2.1-rc10', '2.1-rc1'],
  },
  {
    what: 'variants and releases are in the order of versions',
    tags: ['1.25', '1.25-alpine', '1.26-alpine', '1.24.3'],
    newest: ['1.26-alpine', '1.25', '1.25-alpine', '1.24.3'],
  },
  {
    what: 'dates are versions, leading zeros included',
    tags: ['2024.01.05', '2024-01-05', '20240105', '2024.01.06', '20240104'],
    newest: ['20240105', '20240104', '2024.01.06', '2024.01.05', '2024-01-05'],
  },
  {
    what: 'leading zeros of a number are ignored',
    tags: ['v01.2.3', '00.1', '1.2.4'],
    newest: ['1.2.4', 'v01.2.3', '00.1'],
  },
  {
    what: 'a number below 2^64 is a version, and a greater one is not',
    tags: ['18446744073709551616', '20230115123000', '18446744073709551615', '20240115123000'],
    newest: ['18446744073709551615', '20240115123000', '20230115123000', '18446744073709551616'],
  },
  {
    what: 'text that is too long for a tag has no version',
    tags: ['1'.repeat(1_000_000), `1.${'1'.repeat(127)}`, 'v1'],
    newest: ['v1', `1.${'1'.repeat(127)}`, '1'.repeat(1_000_000)],
  },
  {
    what: 'a suffix that is not a prerelease is compared as text',
    tags: ['12.4.0-runtime-ubuntu22.04', '12.4.0-runtime-ubuntu20.04', '12.3.9', '12.4.0'],
    newest: ['12.4.0', '12.4.0-runtime-ubuntu22.04', '12.4.0-runtime-ubuntu20.04', '12.3.9'],
  },
  {
    what: 'a suffix with a leading zero or an empty part is compared as text',
    tags: ['1.2.3-010', '1.2.3-09', '1.2.3-5', '1.2.3-a..1', '1.2-01'],
    newest: ['1.2.3-a..1', '1.2.3-09', '1.2.3-010', '1.2.3-5', '1.2-01'],
  },
  {
    what: 'numeric parts of a prerelease are lower than text, and fewer parts than more',
    tags: ['1.0.0-1', '1.0.0-alpha', '1.0.0-alpha.beta', '1.0.0-alpha.1', '1.0.0-2'],
    newest: ['1.0.0-alpha.beta', '1.0.0-alpha.1', '1.0.0-alpha', '1.0.0-2', '1.0.0-1'],
  },
])('$what', ({ tags, wanted, newest }) => {
  expect(newestTags(Object.freeze([...tags]), wanted)).toEqual(newest);
});

const oddTags = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('latest', 'v1', 'v1.2', '1.2.3', 'v1.2.3-rc.1', '1.2.3+build', '1.2.3-', '-1', '999999999.0.0', ''),
  fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => `v${parts.join('.')}`),
);

test('arbitrary tags are returned at most as often as the registry listed them', () => {
  fc.assert(
    fc.property(fc.array(oddTags), fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), (tags, wanted) => {
      const newest = newestTags(tags, wanted);
      expect(newest).toHaveLength(Math.min(tags.length, wanted ?? tags.length));
      const left = [...tags];
      for (const tag of newest) expect(left.splice(left.indexOf(tag), 1)).toEqual([tag]);
    }),
  );
});

test('versions are sorted by their numbers before the list is cut', () => {
  const versions = fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)), { selector: String });
  fc.assert(
    fc.property(versions, fc.nat(10), (triples, wanted) => {
      const text = (parts: readonly number[]) => `v${parts.join('.')}`;
      const number = ([major, minor, patch]: readonly [number, number, number]) => (major * 100 + minor) * 100 + patch;
      const expected = [...triples].sort((left, right) => number(right) - number(left)).map(text);
      expect(newestTags(triples.map(text), wanted)).toEqual(expected.slice(0, wanted));
    }),
  );
});
