// Proves that short names are short, stable, safe where they are used, and differ where the long ones differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptOf, dnsSafePart, labelValueOf, nodeKeyOf, shortHash } from '../../kubernetes/short-names.ts';

it.each([
  ['', 'e3b0c442'],
  ['abc', 'ba7816bf'],
])('the short hash of "%s" is %s', (text, expected) => {
  expect(shortHash(text)).toBe(expected);
});

describe('a label value', () => {
  const name64 = `${'a'.repeat(60)}.b-c`;
  it.each([
    ['a short name', 'nginx', 'nginx'],
    ['63 characters', 'n'.repeat(63), 'n'.repeat(63)],
    ['64 characters', name64, `${'a'.repeat(54)}-${shortHash(name64)}`],
    ['253 characters', 'x'.repeat(253), `${'x'.repeat(54)}-${shortHash('x'.repeat(253))}`],
  ])('of %s', (_title, name, expected) => {
    expect(labelValueOf(name)).toBe(expected);
  });

  it('of any name fits, and two long names that begin alike differ', () => {
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

describe('a node key', () => {
  it.each([
    ['a UUID', '6f0c2b9a-1d3e-4f5a-8b7c-9d0e1f2a3b4c', '6f0c2b9a1d3e'],
    ['a UUID in upper case', '6F0C2B9A-1D3E-4F5A-8B7C-9D0E1F2A3B4C', '6f0c2b9a1d3e'],
    ['digits without dashes', '6f0c2b9a1d3e4f5a', '6f0c2b9a1d3e'],
    ['no UUID', 'abc', 'ba7816bf8f01'],
    ['nothing', '', 'e3b0c44298fc'],
  ])('of %s', (_title, uid, expected) => {
    expect(nodeKeyOf(uid)).toBe(expected);
  });

  it('of UIDs that only look alike differ', () => {
    expect(nodeKeyOf('node-a-uid')).not.toBe(nodeKeyOf('node-b-uid'));
  });

  it('of any UID is 12 hexadecimal digits', () => {
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

describe('a part of a DNS name', () => {
  it.each([
    ['nginx', 'nginx'],
    ['v1.27.0_Alpine', 'v1-27-0-alpine'],
    ['--a__b..c--', 'a-b-c'],
    ['Größe', 'gr-e'],
    ['', ''],
    ['___', ''],
  ])('"%s" becomes "%s"', (text, expected) => {
    expect(dnsSafePart(text)).toBe(expected);
  });

  it('is safe and its own part, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const part = dnsSafePart(text);
        expect(part).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
        expect(dnsSafePart(part)).toBe(part);
      }),
    );
  });
});
