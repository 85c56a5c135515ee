// Proves that what is remembered is what would be worked out, that it is worked out once, and that there is an end to remembering.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MEMOIZED_LIMIT, MEMOIZED_LIMIT_CHARACTERS, memoized } from '../../../hooks/text/memoized.ts';

/** A function that counts how often it is asked. */
function counting() {
  let asked = 0;
  const read = memoized((text) => {
    asked += 1;
    return text.length % 3 === 0 ? undefined : { length: text.length };
  });
  return { read, asked: () => asked };
}

describe('a memoized function', () => {
  test.each<[what: string, texts: readonly string[], asked: number]>([
    ['works out a text once', ['ab', 'ab', 'ab'], 1],
    ['works out each text', ['ab', 'abcd', 'ab', 'abcd'], 2],
    ['remembers the empty text, too, but not that there is nothing to give', ['', ''], 2],
    ['remembers the longest text', ['x'.repeat(MEMOIZED_LIMIT_CHARACTERS), 'x'.repeat(MEMOIZED_LIMIT_CHARACTERS)], 1],
    [
      'does not keep a longer one',
      ['x'.repeat(MEMOIZED_LIMIT_CHARACTERS + 2), 'x'.repeat(MEMOIZED_LIMIT_CHARACTERS + 2)],
      2,
    ],
    ['takes names of every object for texts', ['__proto__', 'constructor', '__proto__', 'constructor'], 3],
  ])('%s', (_what, texts, expected) => {
    const { read, asked } = counting();
    for (const text of texts) read(text);
    expect(asked()).toBe(expected);
  });

  test('remembers 4,096 texts of at most 512 characters', () => {
    expect([MEMOIZED_LIMIT, MEMOIZED_LIMIT_CHARACTERS]).toEqual([4096, 512]);
  });

  test('remembers as many as it may, and begins anew with the next', () => {
    const { read, asked } = counting();
    const texts = Array.from({ length: MEMOIZED_LIMIT }, (_, index) => String(index).padStart(7, '0'));
    for (const text of [...texts, ...texts]) read(text);
    expect(asked()).toBe(MEMOIZED_LIMIT);
    read('one more');
    read('0000000');
    expect(asked()).toBe(MEMOIZED_LIMIT + 2);
  });

  test('gives what the function gives, whatever was asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 4 })), (texts) => {
        const { read } = counting();
        for (const text of texts) {
          expect(read(text)).toEqual(text.length % 3 === 0 ? undefined : { length: text.length });
        }
      }),
    );
  });
});
