// Proves that short names have the documented length and alphabet, and that different names stay different.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsSafePart, labelValueOf, shortHash } from '../../kubernetes/short-names.ts';

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
