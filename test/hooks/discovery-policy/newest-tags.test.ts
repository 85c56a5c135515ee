// Which tags are the newest: versions by version, anything else in the order of the registry.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { newestTags } from '../../../hooks/discovery-policy/newest-tags.ts';

interface Row {
  readonly what: string;
  readonly tags: readonly string[];
  readonly wanted?: number;
  readonly newest: readonly string[];
}

const byVersion: Row[] = [
  {
    what: 'numbers, not letters',
    tags: ['v9.0.0', 'v18.10.0', 'v19.0.0', 'v18.9.0'],
    newest: ['v19.0.0', 'v18.10.0', 'v18.9.0', 'v9.0.0'],
  },
  { what: 'as many as wanted', tags: ['v1.0.0', 'v3.0.0', 'v2.0.0'], wanted: 2, newest: ['v3.0.0', 'v2.0.0'] },
  { what: 'more wanted than there are', tags: ['v1.0.0', 'v2.0.0'], wanted: 9, newest: ['v2.0.0', 'v1.0.0'] },
  { what: 'none', tags: [], wanted: 3, newest: [] },
  { what: 'without a v', tags: ['1.9.0', '1.10.0'], newest: ['1.10.0', '1.9.0'] },
  { what: 'with and without a v', tags: ['v1.2.0', '1.3.0', 'v1.4.0'], newest: ['v1.4.0', '1.3.0', 'v1.2.0'] },
  { what: 'parts left out', tags: ['1.25', '1', '1.9', '2'], newest: ['2', '1.25', '1.9', '1'] },
  { what: 'the same version: the later one first', tags: ['1.2', '1.2.0', 'v1.2'], newest: ['v1.2', '1.2.0', '1.2'] },
  {
    what: 'a release above its candidates',
    tags: ['1.0.0-rc.2', '1.0.0', '1.0.0-rc.10', '1.0.0-beta', '0.9.0'],
    newest: ['1.0.0', '1.0.0-rc.10', '1.0.0-rc.2', '1.0.0-beta', '0.9.0'],
  },
  {
    what: 'variants',
    tags: ['1.25-alpine', '1.24-alpine', '1.9-alpine'],
    newest: ['1.25-alpine', '1.24-alpine', '1.9-alpine'],
  },
  { what: 'dates', tags: ['2024.01.15', '2023.12.31', '2024.1.9'], newest: ['2024.01.15', '2024.1.9', '2023.12.31'] },
];

const byOrder: Row[] = [
  {
    what: 'latest among versions',
    tags: ['v1.0.0', 'v2.0.0', 'latest', 'v1.5.0'],
    newest: ['v1.5.0', 'latest', 'v2.0.0', 'v1.0.0'],
  },
  { what: 'the last ones', tags: ['a', 'c', 'b'], wanted: 2, newest: ['b', 'c'] },
  { what: 'commits', tags: ['1234567', 'deadbee', '89abcde'], newest: ['89abcde', 'deadbee', '1234567'] },
  { what: 'four parts', tags: ['1.2.3.4', '1.2.3.3'], newest: ['1.2.3.3', '1.2.3.4'] },
  {
    what: 'a number no version can hold',
    tags: ['20240115123000', '20230115123000'],
    newest: ['20230115123000', '20240115123000'],
  },
  {
    what: 'a candidate that semver refuses',
    tags: ['1.0.0-01', '1.0.0-02', '1.0.0'],
    newest: ['1.0.0', '1.0.0-02', '1.0.0-01'],
  },
];

describe.each([
  { title: 'versions', rows: byVersion },
  { title: 'not all versions', rows: byOrder },
])('$title', ({ rows }) => {
  it.each(rows)('$what', ({ tags, wanted, newest }) => {
    expect(newestTags(tags, wanted)).toEqual(newest);
  });
});

const oddTags = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('latest', 'v1', 'v1.2', '1.2.3', 'v1.2.3-rc.1', '1.2.3+build', '1.2.3-', '-1', '999999999.0.0', ''),
  fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => `v${parts.join('.')}`),
);

test('of odd tags it gives as many as wanted of what came, each no more often than it came', () => {
  fc.assert(
    fc.property(fc.array(oddTags), fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), (tags, wanted) => {
      const newest = newestTags(tags, wanted);
      expect(newest).toHaveLength(Math.min(tags.length, wanted ?? tags.length));
      const left = [...tags];
      for (const tag of newest) expect(left.splice(left.indexOf(tag), 1)).toEqual([tag]);
    }),
  );
});

test('fewer wanted is a beginning of more wanted, and the order of versions is that of the numbers', () => {
  const versions = fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)), { selector: String });
  fc.assert(
    fc.property(versions, fc.nat(10), (triples, wanted) => {
      const text = (parts: readonly number[]) => `v${parts.join('.')}`;
      const number = ([major, minor, patch]: readonly [number, number, number]) => (major * 100 + minor) * 100 + patch;
      const expected = [...triples].sort((left, right) => number(right) - number(left)).map(text);
      expect(newestTags(triples.map(text), undefined)).toEqual(expected);
      expect(newestTags(triples.map(text), wanted)).toEqual(expected.slice(0, wanted));
    }),
  );
});

test('what was given is left as it was', () => {
  const tags = Object.freeze(['v1.0.0', 'v2.0.0', 'latest']);
  newestTags(tags, 1);
  expect(tags).toEqual(['v1.0.0', 'v2.0.0', 'latest']);
});
