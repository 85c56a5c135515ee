// The filters of the page, their place in the URL, and the counts that follow from them.
import { describe, expect, it } from 'vitest';
import { countsText, isComplete, rowCounts, sumCounts, summaryOf } from '../../../../cli/ui/page/browser/counts.ts';
import {
  columnsOf,
  type Filters,
  filtersInHash,
  hashOfFilters,
  isFiltered,
  noFilters,
  rowsOf,
  withToggled,
} from '../../../../cli/ui/page/browser/filters.ts';
import { createColumnSelector, matrixOf } from '../../../../cli/ui/page/browser/matrix.ts';
import { changedView } from '../../../../cli/ui/view/change.ts';
import type { ImageRow, UiView } from '../../../../cli/ui/view/ui-view.ts';
import { emptyView, sampleView } from './sample-views.ts';

const row = (name: string, cells: string): ImageRow => ({
  name,
  reference: `registry.example.com/${name}:v1`,
  policy: 'default',
  reason: 'Pulling',
  message: '',
  cells,
});

const view: UiView = {
  ...emptyView,
  nodes: { names: ['a', 'b', 'c', 'd'], pools: [0, 0, 1, 1], poolNames: ['', 'gpu'] },
  images: [row('kafka', 'ccpq'), row('nginx', 'cccc'), row('redis', '--fb'), row('tools', 'x?u-')],
};

const filters = (changes: Partial<Filters>): Filters => ({ ...noFilters, ...changes });
const all = [0, 1, 2, 3];

describe('the fragment of the URL', () => {
  it.each([
    { title: 'no filter', filters: noFilters, hash: '' },
    { title: 'a pool', filters: filters({ pool: 'gpu' }), hash: '#pool=gpu' },
    { title: 'nodes without a pool', filters: filters({ pool: '' }), hash: '#pool=' },
    { title: 'an image', filters: filters({ image: 'a&b #1' }), hash: '#image=a%26b+%231' },
    {
      title: 'states in the order of the legend',
      filters: filters({ states: new Set(['not targeted', 'backing off']) }),
      hash: '#state=backing+off%2Cnot+targeted',
    },
    { title: 'only incomplete images', filters: filters({ onlyIncomplete: true }), hash: '#incomplete=true' },
    { title: 'a cell size', filters: filters({ cellSize: 12 }), hash: '#size=12' },
    { title: 'all nodes in the width', filters: filters({ cellSize: 'fit' }), hash: '#size=fit' },
  ])('keeps $title', ({ filters: kept, hash }) => {
    expect(hashOfFilters(kept)).toBe(hash);
    expect(filtersInHash(hash)).toEqual(kept);
  });

  it.each(['#state=broken', '#size=-1', '#size=1.5', '#size=10000', '#other=1', '#'])('ignores %s', (hash) => {
    expect(filtersInHash(hash)).toEqual(noFilters);
  });
});

describe('the shown rows and columns', () => {
  it.each([
    { pool: undefined, columns: all },
    { pool: '', columns: [0, 1] },
    { pool: 'gpu', columns: [2, 3] },
    { pool: 'removed', columns: all },
  ])('are the nodes of the pool $pool', ({ pool, columns }) => {
    expect(columnsOf(view.nodes, pool)).toEqual(columns);
  });

  it.each([
    { title: 'no filter', changes: {}, columns: all, shown: ['kafka', 'nginx', 'redis', 'tools'] },
    { title: 'a part of a name', changes: { image: ' KAF ' }, columns: all, shown: ['kafka'] },
    { title: 'a part of a reference', changes: { image: 'example.com/n' }, columns: all, shown: ['nginx'] },
    { title: 'incomplete images', changes: { onlyIncomplete: true }, columns: all, shown: ['kafka', 'redis', 'tools'] },
    { title: 'incomplete images of a pool', changes: { onlyIncomplete: true }, columns: [0, 1], shown: ['tools'] },
    { title: 'a state', changes: { states: new Set(['failing'] as const) }, columns: all, shown: ['redis'] },
    { title: 'a state in a pool', changes: { states: new Set(['failing'] as const) }, columns: [0, 1], shown: [] },
  ])('match $title', ({ changes, columns, shown }) => {
    expect(rowsOf(view, columns, filters(changes)).shown.map(({ name }) => name)).toEqual(shown);
  });

  it('do not change what the legend counts when a state is selected', () => {
    const states = new Set(['failing'] as const);
    expect(rowsOf(view, all, filters({ states })).counted).toHaveLength(4);
    expect(isFiltered(filters({ states }))).toBe(true);
    expect(withToggled(withToggled(states, 'cached'), 'failing')).toEqual(new Set(['cached']));
  });

  it('stay the same list for the same nodes and pool', () => {
    const columnsFor = createColumnSelector();
    expect(columnsFor(view.nodes, 'gpu')).toBe(columnsFor(view.nodes, 'gpu'));
    expect(columnsFor(view.nodes, 'gpu')).not.toBe(columnsFor(view.nodes, undefined));
  });

  it('are the rows of the table', () => {
    const matrix = matrixOf(view, all, filters({ states: new Set(['failing']) }), { width: 400, isNarrow: false });
    expect(matrix.rows.map(({ row: { name } }) => name)).toEqual(['redis']);
    expect(matrix.counted).toHaveLength(4);
  });
});

describe('the counts', () => {
  it('are those of the cells in the columns', () => {
    const [kafka] = view.images;
    if (kafka === undefined) throw new Error('the view has no image');
    expect(countsText(rowCounts(kafka, all))).toBe('2 cached, 1 pulling, 1 queued');
    expect(countsText(rowCounts(kafka, [2]))).toBe('1 pulling');
    expect(countsText(rowCounts(row('new', 'z€ c'), all))).toBe('1 cached, 3 unknown');
  });

  it('of all images agree with the number of cells', () => {
    const large = sampleView({ images: 20, nodes: 50 });
    const columns = columnsOf(large.nodes, undefined);
    const sum = sumCounts(large.images.map((each) => rowCounts(each, columns)));
    expect(Object.values(sum).reduce((left, right) => left + right, 0)).toBe(1_000);
    expect(Object.values(sum).every((count) => count > 0)).toBe(true);
  });

  it('give the share of the targeted pairs', () => {
    expect(summaryOf(view, all)).toMatchObject({ targeted: 12, percent: 50, imageCount: 4, completeCount: 1 });
    expect(summaryOf(emptyView, [])).toMatchObject({ targeted: 0, percent: undefined });
  });

  it.each([
    { cells: 'cc-', complete: true },
    { cells: '---', complete: true },
    { cells: 'ccq', complete: false },
    { cells: 'ccu', complete: true },
    { cells: '-uu', complete: false },
  ])('make $cells complete: $complete', ({ cells, complete }) => {
    expect(isComplete(rowCounts(row('kafka', cells), [0, 1, 2]))).toBe(complete);
  });

  it('show 99 percent as long as one pair is missing', () => {
    const almost = { ...view, images: [row('kafka', `${'c'.repeat(999)}q`)] };
    expect(
      summaryOf(
        almost,
        Array.from({ length: 1_000 }, (_, node) => node),
      ).percent,
    ).toBe(99);
  });
});

describe('a change', () => {
  it('replaces rows by their index, and keeps the others', () => {
    const changed = changedView(view, { at: '2026-11-21T12:00:10Z', images: [[1, row('nginx', 'cccf')]] });
    expect(changed.images.map(({ cells }) => cells)).toEqual(['ccpq', 'cccf', '--fb', 'x?u-']);
    expect(changed.images[0]).toBe(view.images[0]);
    expect(changed.nodes).toBe(view.nodes);
    expect(changed.at).toBe('2026-11-21T12:00:10Z');
  });

  it('replaces the parts that it has', () => {
    const changed = changedView(view, { at: view.at, failureCount: 3 });
    expect(changed).toEqual({ ...view, failureCount: 3 });
    expect(changed.images).toBe(view.images);
  });
});
