// The documents of the repository with their fenced blocks and headings, for the tests that check them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface Block {
  readonly file: string;
  /** The nearest heading above the block. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

export interface Document {
  readonly file: string;
  readonly text: string;
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
  /** The text without its fenced blocks. */
  readonly prose: string;
}

const fencePattern = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
const headingPattern = /^#+ (.*)$/gm;

function headingsIn(markdown: string): string[] {
  return [...markdown.matchAll(headingPattern)].map((match) => match[1] ?? '');
}

function readDocument(file: string): Document {
  const text = readFileSync(join(root, file), 'utf8');
  // A comment in a shell block looks like a heading, so blocks are blanked first.
  const prose = text.replace(fencePattern, (block) => block.replace(/[^\n]/g, ' '));
  const blocks = [...text.matchAll(fencePattern)].map(
    ({ index, 1: indentation = '', 2: language = '', 3: body = '' }) => ({
      file,
      heading: headingsIn(prose.slice(0, index)).at(-1) ?? '',
      language,
      text: body.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
    }),
  );
  return { file, text, headings: headingsIn(prose), blocks, prose };
}

function markdownFiles(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .sort();
}

export const documents: readonly Document[] = ['.', 'docs', 'docs/argocd', 'docs/decisions']
  .flatMap(markdownFiles)
  .map(readDocument);

export const blocks: readonly Block[] = documents.flatMap((document) => document.blocks);

/** Returns the blocks of a language below a heading, joined. Throws if there are none. */
export function blocksBelow(file: string, heading: string, language: 'sh' | 'yaml'): string {
  const found = blocks.filter(
    (block) => block.file === file && block.heading === heading && block.language === language,
  );
  if (found.length === 0) throw new Error(`${file} has no ${language} block below the heading "${heading}"`);
  return found.map(({ text }) => text).join(language === 'yaml' ? '---\n' : '');
}
