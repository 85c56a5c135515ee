// Checks that every shell block of the documents is run by a test, and parses the commands that need no cluster.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArguments as readDemoArguments } from '../../demo/arguments.ts';
import { textOf } from '../cli/command-input.ts';
import { readArguments as readSimulateArguments } from '../simulation/arguments.ts';
import { commandBlocks } from './command-blocks.ts';
import { blocks, blocksBelow, documents, root } from './documents.ts';
import { shellCommands, wordsOf } from './shell-commands.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const placeOf = ({ file, heading }: { readonly file: string; readonly heading: string }) => `${file}, ${heading}`;

/** The parsers of the npm scripts that take arguments. Each throws or returns false for arguments that it refuses. */
const argumentParsers: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  demo: (args) => readDemoArguments(args) !== undefined,
  simulate: (args) => readSimulateArguments(args, () => 1).ok,
};

function checkNpmCommand(words: readonly string[]): void {
  const [, verb = '', ...rest] = words;
  if (verb === 'exec') throw new Error('parsed blocks have no npm exec');
  const [script = '', separator, ...args] = verb === 'run' ? rest : [verb, ...rest];
  expect(Object.keys(scripts)).toContain(script);
  if (separator === undefined) return;
  expect(separator).toBe('--');
  expect(argumentParsers[script]?.(args), `npm run ${script} refuses ${args.join(' ')}`).toBe(true);
}

function checkCommand(text: string): void {
  const words = wordsOf(text);
  if (words[0] === 'npm') checkNpmCommand(words);
  else {
    expect(words.slice(0, 3), text).toEqual(['npx', 'vitest', 'run']);
    expect(existsSync(join(root, words[3] ?? '')), text).toBe(true);
  }
}

it('every shell block is listed with the test that runs it, and every entry of the list has a block', () => {
  const written = new Set(blocks.filter(({ language }) => language === 'sh').map(placeOf));
  expect(new Set(commandBlocks.map(placeOf))).toEqual(written);
});

it('every block has a language that a test checks', () => {
  const languages = new Set(blocks.map(({ language }) => language));
  expect([...languages].sort()).toEqual(['promql', 'sh', 'text', 'yaml']);
});

it('every test that runs a block exists and imports the list', () => {
  for (const file of new Set(commandBlocks.map(({ runner }) => runner).filter((runner) => runner !== 'parsed'))) {
    expect(readFileSync(join(root, file), 'utf8'), file).toContain('command-blocks.ts');
  }
});

const parsedBlocks = commandBlocks.filter(({ runner }) => runner === 'parsed');

describe.each(parsedBlocks)('the commands of $file below "$heading"', ({ file, heading }) => {
  it.each(shellCommands(blocksBelow(file, heading, 'sh')))('`$text` is accepted by its program', ({ text }) => {
    checkCommand(text);
  });
});

it('every npm script that a document names exists', () => {
  const names = documents.flatMap(({ prose }) =>
    [...prose.matchAll(/`npm run ([\w:-]+)/g)].map(([, name = '']) => name),
  );
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
});

const renderCommands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => shellCommands(text))
  .filter(({ text }) => text.startsWith('kubectl drop render '));

it.each(renderCommands)('`$text` prints Kubernetes objects', async ({ text }) => {
  const [, , ...args] = wordsOf(text.split('|')[0] ?? '');
  expect(await textOf(args)).toMatch(/^apiVersion: /);
});

it('the documented removal selects a label that the chart sets on every definition', () => {
  const [removal = { text: '' }] = shellCommands(blocksBelow('docs/install.md', 'Remove everything', 'sh'));
  const [label = '', value = ''] = wordsOf(removal.text).at(-1)?.split('=') ?? [];
  expect(wordsOf(removal.text)).toEqual(['kubectl', 'delete', 'crd', '-l', `${label}=${value}`]);
  const labels = readFileSync(join(root, 'charts/drop/charts/drop-crds/templates/_labels.tpl'), 'utf8');
  expect(labels).toContain(`\n${label}: ${value}\n`);
});

it('no document recommends npx drop, which would download an unrelated package', () => {
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => shellCommands(text));
  expect(commands.filter(({ text }) => /\bnpx drop\b/.test(text))).toEqual([]);
});
