// Which tags are the newest: versions by version, any other tags by the order of the registry.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newestTags } from '../../../../hooks/discovery-policy/sources/newest-tags.ts';

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
    what: 'of equal versions the last in the order of the registry is the newest',
    tags: ['1.2', '1.2.0', 'v1.2'],
    newest: ['v1.2', '1.2.0', '1.2'],
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
    what: 'one tag that is not a version makes the order of the registry count',
    tags: ['v1.0.0', 'v2.0.0', 'latest', 'v1.5.0'],
    newest: ['v1.5.0', 'latest', 'v2.0.0', 'v1.0.0'],
  },
  { what: 'four numbers are not a version', tags: ['1.2.3.4', '1.2.3.3'], newest: ['1.2.3.3', '1.2.3.4'] },
  {
    what: 'a number of more than nine digits is not a version',
    tags: ['20240115123000', '20230115123000'],
    newest: ['20230115123000', '20240115123000'],
  },
  {
    what: 'a candidate that semver refuses is not a version',
    tags: ['1.0.0-01', '1.0.0-02', '1.0.0'],
    newest: ['1.0.0', '1.0.0-02', '1.0.0-01'],
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
