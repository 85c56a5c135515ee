// Proves that short names have the documented length and alphabet, and that different names stay different.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptOf, dnsSafePart, labelValueOf, nodeKeyOf, shortHash } from '../../kubernetes/short-names.ts';

it.each([
  ['', 'e3b0c442'],
  ['abc', 'ba7816bf'],
])('the short hash of "%s" is %s', (text, expected) => {
  expect(shortHash(text)).toBe(expected);
});

describe('the label value of an object name', () => {
  const name64 = `${'a'.repeat(60)}.b-c`;
  it.each([
    ['is a short name itself', 'nginx', 'nginx'],
    ['is a name of 63 characters itself', 'n'.repeat(63), 'n'.repeat(63)],
    ['is a name of 64 characters, shortened, with a hash', name64, `${'a'.repeat(54)}-${shortHash(name64)}`],
    [
      'is a name of 253 characters, shortened, with a hash',
      'x'.repeat(253),
      `${'x'.repeat(54)}-${shortHash('x'.repeat(253))}`,
    ],
  ])('%s', (_title, name, expected) => {
    expect(labelValueOf(name)).toBe(expected);
  });

  it('differs for two long names with the same first 60 characters', () => {
    const tail = fc.stringMatching(/^[a-z0-9]{10,190}$/);
    fc.assert(
      fc.property(tail, tail, (one, other) => {
        const [first, second] = [one, other].map((end) => labelValueOf('n'.repeat(60) + end));
        expect(first).toHaveLength(63);
        expect(first === second).toBe(one === other);
      }),
    );
  });
});

describe('the key of a node', () => {
  it.each([
    ['is the first 12 digits of a UUID', '6f0c2b9a-1d3e-4f5a-8b7c-9d0e1f2a3b4c', '6f0c2b9a1d3e'],
    ['is in lower case for a UUID in upper case', '6F0C2B9A-1D3E-4F5A-8B7C-9D0E1F2A3B4C', '6f0c2b9a1d3e'],
    ['is the first 12 digits of a UID without dashes', '6f0c2b9a1d3e4f5a', '6f0c2b9a1d3e'],
    ['is a hash for a UID that is not a UUID', 'abc', 'ba7816bf8f01'],
    ['is a hash for an empty UID', '', 'e3b0c44298fc'],
  ])('%s', (_title, uid, expected) => {
    expect(nodeKeyOf(uid)).toBe(expected);
  });

  it('differs for similar UIDs that are not UUIDs', () => {
    expect(nodeKeyOf('node-a-uid')).not.toBe(nodeKeyOf('node-b-uid'));
  });

  it('has 12 hexadecimal digits for any UID', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string()), (uid) => {
        expect(nodeKeyOf(uid)).toMatch(/^[0-9a-f]{12}$/);
      }),
    );
  });
});

it.each([
  ['6f0c2b9a-1d3e-4f5a-8b7c-9d0e1f2a3b4c', '6f0c2b9a'],
  ['pod', 'pod'],
])('the attempt of Pod %s is %s', (uid, expected) => {
  expect(attemptOf(uid)).toBe(expected);
});

describe('text as a part of a DNS name', () => {
  it.each([
    ['nginx', 'nginx'],
    ['v1.27.0_Alpine', 'v1-27-0-alpine'],
    ['--a__b..c--', 'a-b-c'],
    ['Größe', 'gr-e'],
    ['', ''],
    ['___', ''],
  ])('changes from "%s" to "%s"', (text, expected) => {
    expect(dnsSafePart(text)).toBe(expected);
  });

  it('contains only valid characters and does not change again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const part = dnsSafePart(text);
        expect(part).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
        expect(dnsSafePart(part)).toBe(part);
      }),
    );
  });
});
