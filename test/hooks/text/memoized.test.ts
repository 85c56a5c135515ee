// A memoized function returns what the function returns, computes it once, and keeps a limited number of results.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEMOIZED_LIMIT, MEMOIZED_LIMIT_CHARACTERS, memoized } from '../../../hooks/text/memoized.ts';

const lengthOf = (text: string) => (text.length % 3 === 0 ? undefined : { length: text.length });

/** A memoized function that counts how often it computes a result. */
function counting() {
  let computed = 0;
  const read = memoized((text) => {
    computed += 1;
    return lengthOf(text);
  });
  return { read, computed: () => computed };
}

const longest = 'x'.repeat(MEMOIZED_LIMIT_CHARACTERS);
const tooLong = 'x'.repeat(MEMOIZED_LIMIT_CHARACTERS + 2);

test.each<[what: string, texts: readonly string[], computed: number]>([
  ['a repeated text is computed once', ['ab', 'ab', 'ab'], 1],
  ['each text is computed', ['ab', 'abcd', 'ab', 'abcd'], 2],
  ['an undefined result is computed every time', ['', ''], 2],
  ['a text of the longest kept length is computed once', [longest, longest], 1],
  ['a longer text is computed every time', [tooLong, tooLong], 2],
  ['names that every object has are texts like others', ['__proto__', 'constructor', '__proto__', 'constructor'], 3],
])('%s', (_what, texts, expected) => {
  const { read, computed } = counting();
  for (const text of texts) read(text);
  expect(computed()).toBe(expected);
});

test('the text that exceeds the limit clears the results of all others', () => {
  const { read, computed } = counting();
  const texts = Array.from({ length: MEMOIZED_LIMIT }, (_, index) => String(index).padStart(7, '0'));
  for (const text of [...texts, ...texts]) read(text);
  expect(computed()).toBe(MEMOIZED_LIMIT);
  read('one more');
  read('0000000');
  expect(computed()).toBe(MEMOIZED_LIMIT + 2);
});

test('a memoized function returns what the function returns, whatever it computed before', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 })), (texts) => {
      const { read } = counting();
      for (const text of texts) expect(read(text)).toEqual(lengthOf(text));
    }),
  );
});
