// Cutting and wrapping keep every line within its columns.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutMiddle, wrapText } from '../../../cli/text/cut-text.ts';
import { fittedTable } from '../../../cli/text/fitted-table.ts';
import { bytesText } from '../../../hooks/text/bytes-text.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 kB'],
  [1_549_000, '1.5 MB'],
  [60_000_000_000, '60 GB'],
  [999_600_000, '1 GB'],
  [2.5e18, '2500 PB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

it.each([
  ['a text that fits is kept', 'abcdef', 6, 'abcdef'],
  ['the middle of a longer text is cut', 'abcdefg', 6, 'abc…fg'],
  ['the shortest cut is an ellipsis', 'abcdefg', 1, '…'],
])('%s', (_title, text, columns, expected) => {
  expect(cutMiddle(text, columns)).toBe(expected);
});

it('a text is broken between words, and a word that is longer than a line is cut', () => {
  expect(wrapText('one two three abcdefghijklmnop', 9, '  ')).toBe('  one two\n  three\n  abc…nop\n');
});

it('wrapped text has every word that fits a line, in lines of at most the given columns', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 40 }), (list, columns) => {
      const lines = wrapText(list.join(' '), columns).trimEnd().split('\n');
      expect(lines.join(' ')).toBe(list.join(' '));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }),
  );
});

it('a table that is too wide loses characters of its first column, and then of its last one', () => {
  const row = ['n'.repeat(60), '1', 'l'.repeat(40)];
  const cut = `${'n'.repeat(21)}…${'n'.repeat(21)}`;
  const heading = 'NAME'.padEnd(46);
  expect(fittedTable([['NAME', 'X', 'NOTE'], row], 90)).toBe(`${heading}X   NOTE\n${cut}   1   ${'l'.repeat(40)}\n`);
  expect(fittedTable([row], 50)).toBe(`${'n'.repeat(12)}…${'n'.repeat(11)}   1   ${'l'.repeat(9)}…${'l'.repeat(9)}\n`);
});
