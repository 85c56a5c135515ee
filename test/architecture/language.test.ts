// Proves that every text of the repository uses the field's words and that no line is longer than 120 columns.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bannedWords } from './banned-words.ts';
import { repositoryFiles, root } from './source-files.ts';

const COLUMNS = 120;

const checkedFiles = /\.(?:ts|mjs|tpl|md)$|^charts\/.*\/templates\/.*\.(?:yaml|txt)$/;
/** Recorded requests, and the two files that contain the banned words. */
const exempt = /^test\/fixtures\/|^test\/architecture\/(?:banned-words|language\.test)\.ts$/;

function wrongWords(line: string): string[] {
  return bannedWords.flatMap(({ pattern, instead }) => {
    const found = pattern.exec(line)?.[0].trim();
    return found === undefined ? [] : [`"${found}": use ${instead} instead`];
  });
}

/** Markdown is not limited, because a row of a table cannot be wrapped. */
function wrongLength(path: string, line: string): string[] {
  const columns = [...line].length;
  return path.endsWith('.md') || columns <= COLUMNS ? [] : [`${columns} columns: wrap after ${COLUMNS}`];
}

/** Line 0 is the path itself. */
function problemsOf(path: string): string[] {
  const lines = [path, ...readFileSync(join(root, path), 'utf8').split('\n')];
  return lines.flatMap((line, index) =>
    [...wrongWords(line), ...wrongLength(path, line)].map((problem) => `${path}:${index}: ${problem}`),
  );
}

test('every file uses plain engineering English in lines of at most 120 columns', () => {
  const files = repositoryFiles().filter((path) => checkedFiles.test(path) && !exempt.test(path));
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap(problemsOf)).toEqual([]);
});

test('each pattern of the banned words matches its example', () => {
  expect(bannedWords.filter(({ pattern, example }) => !pattern.test(example))).toEqual([]);
});

test('a comment in the private dialect is refused with a replacement', () => {
  expect(wrongWords('/** Takes a start; gives what nobody else is told of. */')).toEqual([
    '"nobody": use "no" and a noun instead',
    '"told": use reported, recorded or configured instead',
    '"Takes a start; gives": use "Returns" instead',
    '"/** Takes": use "Returns", or no comment instead',
  ]);
});

test.each([
  '} else if (isReady) {',
  '    else living.set(uid, pod);',
  'This distinguishes a start from a retry, or tells two sets apart.',
  'A third-party registry answered with HTTP 503; the message says what to check.',
  '{{- else if .Values.token }}',
])('ordinary text is accepted: %s', (line) => {
  expect(wrongWords(line)).toEqual([]);
});

test('a line of 121 columns is refused outside of Markdown', () => {
  const line = 'x'.repeat(COLUMNS + 1);
  expect(wrongLength('crds/kind.ts', line)).toEqual(['121 columns: wrap after 120']);
  expect([wrongLength('README.md', line), wrongLength('crds/kind.ts', line.slice(1))]).toEqual([[], []]);
});
