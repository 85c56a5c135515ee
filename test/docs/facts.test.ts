// Checks facts of the documents against the code: settings, metrics, columns, gates, advice for failed pulls, format.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import type { DiscoverySignal } from '../../hooks/discovery-policy/signals/signal-type.ts';
import { compileSignal } from '../../hooks/discovery-policy/signals/signal-types.ts';
import { gates } from '../../hooks/pull-policy/gates/gates.ts';
import { createMetrics } from '../../service/metrics/metrics.ts';
import { registryProducts } from '../service/discovery/clients/registry-products.ts';
import { blocks, type Document, documents, root } from './documents.ts';

const MOST_COLUMNS = 120;
const MOST_README_LINES = 120;

function documentOf(file: string): Document {
  const document = documents.find((candidate) => candidate.file === file);
  if (document === undefined) throw new Error(`${file} does not exist`);
  return document;
}

const sourceText = (path: string) => readFileSync(join(root, path), 'utf8');

/** The cells of the table below a heading, row by row, without its header and without backticks. */
function tableBelow(file: string, heading: string): string[][] {
  const [, section = ''] = documentOf(file).prose.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [ownText = ''] = section.split(/^#/m);
  const rows = [...ownText.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim().replaceAll('`', '')),
  );
  return rows.slice(rows.findIndex(([cell = '']) => /^-+$/.test(cell)) + 1);
}

const firstCells = (file: string, heading: string) => tableBelow(file, heading).map(([cell = '']) => cell);

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

it('the table of registries lists those that the tests imitate and distribution, with test files that exist', () => {
  const rows = tableBelow('docs/discovery.md', 'Registries that were tried');
  const imitated = new Set(registryProducts.map(({ name }) => name));
  expect(rows.map(([name]) => name).sort()).toEqual(['distribution', ...imitated].sort());
  const files = rows.flatMap(([, , , cell = '']) => cell.match(/[\w.-]+\.ts/g) ?? []);
  expect(files.length).toBeGreaterThanOrEqual(rows.length);
  for (const file of files) expect(() => sourceText(`test/service/discovery/clients/${file}`)).not.toThrow();
});

const signalBlocks: Readonly<Record<DiscoverySignal['type'], Partial<DiscoverySignal>>> = {
  aggregate: { aggregate: { method: 'sum' } },
  timeWeightedAggregate: {
    timeWeightedAggregate: {
      method: 'sum',
      timezone: 'UTC',
      defaultWeight: '0',
      windows: [{ startHour: 0, endHour: 1, weight: '1' }],
    },
  },
  windowAggregate: { windowAggregate: { method: 'sum', relativeWindow: '1h' } },
  eventPullTime: { eventPullTime: { metric: 'pullTime', statistic: 'avg' } },
};

it('the table of signals states which queries each type fits', () => {
  const columns = ['prometheus', 'loki', 'registry'] as const;
  const rows = tableBelow('docs/discovery.md', 'Which signal answers which question');
  const documented = rows
    .filter(([, ...cells]) => cells.every((cell) => /^(yes|no)\b/.test(cell)))
    .flatMap(([types = '', ...cells]) =>
      types.split(', ').map((type) => [type, columns.filter((_, index) => cells[index]?.startsWith('yes'))]),
    );
  const fits = (Object.keys(signalBlocks) as DiscoverySignal['type'][]).map((type) => {
    const signal = compileSignal({ name: 'x', query: 'x', type, ...signalBlocks[type] }, 'spec.signals.0');
    return [type, columns.filter((name) => signal.fits.includes(name))];
  });
  expect(documented).toEqual(fits);
});

describe('the metrics', () => {
  it('are the ones that the service has', async () => {
    const metrics = await createMetrics().registry.getMetricsAsJSON();
    const ours = metrics.map(({ name }) => name).filter((name) => name.startsWith('drop_'));
    const documented = firstCells('docs/metrics.md', 'Metrics');
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

it('the table of gates lists every gate in the order of evaluation, with its scope and its reason', () => {
  const documented = tableBelow('docs/pull-pacing.md', 'Gates').map((cells) => cells.slice(0, 3));
  expect(documented).toEqual(gates.map(({ name, scope, reason }) => [name, scope, reason]));
});

it('the table of failed pulls lists the advice of the code, in its order', () => {
  const strings = sourceText('hooks/cached-image/failure.ts').matchAll(/(['"])([a-z].*?: .*?)\1 ?\}?,?$/gm);
  const advice = [...strings].map(([, , text = '']) => text.split(': '));
  expect(advice.length).toBeGreaterThan(10);
  const documented = tableBelow('docs/troubleshooting.md', 'A pull fails').map((cells) => cells.slice(0, 2));
  expect(documented).toEqual(advice);
});
