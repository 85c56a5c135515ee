// Progress replaces itself on a terminal and stays in a log.
import { expect, it } from 'vitest';
import { createProgressLine } from '../../cli/progress-line.ts';

function written(stream: { readonly isTTY?: boolean; readonly columns?: number }) {
  const texts: string[] = [];
  return { texts, progress: createProgressLine({ ...stream, write: (text) => texts.push(text) }) };
}

it('a line on a terminal replaces the one before, is cut to the width, and is erased at the end', () => {
  const { texts, progress } = written({ isTTY: true, columns: 10 });
  progress.show('one');
  progress.show('0123456789abc');
  progress.clear();
  expect(texts).toEqual(['\r\u001b[2Kone', '\r\u001b[2K012345678', '\r\u001b[2K']);
  expect([progress.isTerminal, progress.columns]).toEqual([true, 10]);
});

it('nothing is erased from a terminal without a line', () => {
  const { texts, progress } = written({ isTTY: true, columns: 10 });
  progress.clear();
  expect(texts).toEqual([]);
});

it('lines stay where there is no terminal', () => {
  const { texts, progress } = written({});
  progress.show('one');
  progress.show('two');
  progress.clear();
  expect(texts).toEqual(['one\n', 'two\n']);
  expect([progress.isTerminal, progress.columns]).toEqual([false, 80]);
});
