// Checks facts of the documents against the code: settings, metrics, columns, advice for failed pulls, the format.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { createMetrics } from '../../service/metrics.ts';
import { blocks, type Document, documents, root } from './documents.ts';

const MOST_COLUMNS = 120;
const MOST_README_LINES = 120;

function documentOf(file: string): Document {
  const document = documents.find((candidate) => candidate.file === file);
  if (document === undefined) throw new Error(`${file} does not exist`);
  return document;
}

const sourceText = (path: string) => readFileSync(join(root, path), 'utf8');

/** The first cells of the table below a heading. */
function firstCells(file: string, heading: string): string[] {
  const [, section = ''] = documentOf(file).prose.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [table = ''] = section.split(/^#/m);
  const rows = [...table.matchAll(/^\| *([^|]*?) *\|/gm)].map(([, cell = '']) => cell);
  return rows.slice(rows.findIndex((cell) => /^-+$/.test(cell)) + 1);
}

it('the README has at most 120 lines', () => {
  expect(documentOf('README.md').text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_README_LINES);
});

it.each(documents)('no line of $file has more than 120 columns, rows of long tables apart', ({ file, text }) => {
  const isExempt = (line: string) => file !== 'README.md' && line.startsWith('|');
  expect(text.split('\n').filter((line) => line.length > MOST_COLUMNS && !isExempt(line))).toEqual([]);
});

it('the table of settings lists the variables that the service reads, and no other', () => {
  const names = (text: string) => [...new Set(text.match(/DROP_[A-Z_]+[A-Z]/g))].sort();
  const documented = firstCells('docs/install.md', 'Settings of the service').join(' ');
  expect(names(documented)).toEqual(names(sourceText('service/config.ts')));
});

describe('the metrics', () => {
  it('are the ones that the service has', async () => {
    const metrics = await createMetrics().registry.getMetricsAsJSON();
    const ours = metrics.map(({ name }) => name).filter((name) => name.startsWith('drop_'));
    const documented = firstCells('docs/metrics.md', 'Metrics').map((cell) => cell.replaceAll('`', ''));
    expect(documented.filter((name) => name.startsWith('drop_')).sort()).toEqual(ours.sort());
  });

  it.each(blocks.filter(({ language }) => language === 'promql'))('in the query "$text" exist', async ({ text }) => {
    const metrics = await createMetrics().registry.getMetricsAsJSON();
    const names = new Set(metrics.map(({ name }) => name));
    const queried = [...new Set(text.match(/\bdrop_\w+/g))].map((name) => name.replace(/_(count|sum|bucket)$/, ''));
    expect(queried.length).toBeGreaterThan(0);
    expect(queried.filter((name) => !names.has(name))).toEqual([]);
  });
});

const tables = blocks
  .filter(({ language }) => language === 'text')
  .flatMap(({ text }) => [...text.matchAll(/^\$ kubectl get (\w+)\n(.*)$/gm)])
  .map(([, plural = '', header = '']) => ({ plural, header }));

it.each(tables)('the shown table of $plural has the columns of kubectl', ({ plural, header }) => {
  const columns = kinds.find((kind) => kind.plural === plural)?.columns ?? [];
  const always = columns.filter(({ wide }) => wide !== true).map(({ name }) => name.toUpperCase());
  expect(header.trim().split(/\s+/)).toEqual(['NAME', ...always]);
});

it('the documented advice for failed pulls is the advice that a status shows', () => {
  const phrases = firstCells('docs/troubleshooting.md', 'A pull fails').flatMap((cell) => cell.split(', '));
  const advice = sourceText('hooks/cached-image/failure.ts');
  expect(phrases.length).toBeGreaterThan(5);
  expect(phrases.filter((phrase) => !advice.includes(phrase.replaceAll('`', '')))).toEqual([]);
});
