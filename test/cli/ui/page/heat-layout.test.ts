// Where the cells of the heat map are, and which node stands for a column of pixels.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnLayout,
  columnX,
  nextSize,
  poolSpans,
  rowHeightOf,
  slotAt,
  slotsBetween,
  visibleRows,
} from '../../../../cli/ui/page/browser/heat-layout.ts';
import { urgentNode } from '../../../../cli/ui/page/browser/urgent-node.ts';

const columnsOf = (count: number) => Array.from({ length: count }, (_, column) => column);
const pools = (count: number, poolCount: number) =>
  columnsOf(count).map((column) => Math.floor((column * poolCount) / count));

const layoutOf = (count: number, poolCount: number, width: number, size: number | 'fit' | 'auto') =>
  columnLayout(count, poolSpans(columnsOf(count), pools(count, poolCount)), width, size);

describe('the columns', () => {
  it('are in groups of pools', () => {
    expect(poolSpans([0, 2, 3, 7], [0, 0, 0, 1, 1, 1, 1, 2])).toEqual([
      { pool: 0, from: 0, end: 2 },
      { pool: 1, from: 2, end: 3 },
      { pool: 2, from: 3, end: 4 },
    ]);
  });

  it.each([
    { count: 6, size: 'auto', expected: { size: 52, width: 320, hasNames: true } },
    { count: 48, size: 'auto', expected: { size: 18, width: 872, hasNames: true } },
    { count: 1_000, size: 'auto', expected: { size: 0.897, width: 900, hasNames: false } },
    { count: 1_000, size: 'fit', expected: { size: 0.897, width: 900, hasNames: false } },
    { count: 1_000, size: 10, expected: { size: 10, width: 10_008, hasNames: false } },
  ] as const)('of $count nodes have a size for $size', ({ count, size, expected }) => {
    expect(layoutOf(count, 2, 900, size)).toMatchObject(expected);
  });

  it('fit the width in every number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 200, max: 2_000 }), (count, width) => {
        expect(layoutOf(count, Math.min(count, 5), width, 'fit').width).toBeLessThanOrEqual(width);
      }),
      { examples: [[800, 820]] },
    );
  });

  it.each([
    { size: 8, step: 1, next: 10 },
    { size: 8, step: -1, next: 6 },
    { size: 17, step: 1, next: 20 },
    { size: 0.9, step: 1, next: 2 },
    { size: 2, step: -1, next: 2 },
    { size: 52, step: 1, next: 52 },
  ] as const)('of $size pixels become $next pixels wide after a step of $step', ({ size, step, next }) => {
    expect(nextSize(size, step)).toBe(next);
  });
});

describe('the slots', () => {
  it('have one node each, with a line between two cells and a gap between two pools', () => {
    const layout = layoutOf(4, 2, 400, 10);
    expect(slotsBetween(layout, 0, 400)).toEqual([
      { x: 0, width: 9, from: 0, end: 1 },
      { x: 10, width: 9, from: 1, end: 2 },
      { x: 28, width: 9, from: 2, end: 3 },
      { x: 38, width: 9, from: 3, end: 4 },
    ]);
    expect(columnX(layout, 2)).toBe(28);
    expect(slotAt(layout, 24)).toBeUndefined();
    expect(slotAt(layout, 30)?.from).toBe(2);
    expect(slotsBetween(layout, 12, 27)).toEqual([{ x: 10, width: 9, from: 1, end: 2 }]);
  });

  it('contain every node, whatever the size', () => {
    const sizes = fc.constantFrom(...([2, 8, 'fit', 'auto'] as const));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), sizes, (count, size) => {
        const layout = layoutOf(count, Math.min(count, 4), 700, size);
        const found = new Set<number>();
        for (const { from, end } of slotsBetween(layout, 0, layout.width + 1)) {
          for (let column = from; column < end; column += 1) found.add(column);
        }
        expect(found.size).toBe(count);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the node of a slot', () => {
  it.each([
    { cells: 'ccc', node: 0 },
    { cells: 'cqf', node: 2 },
    { cells: 'cbx', node: 2 },
    { cells: '-cq', node: 2 },
    { cells: 'pub', node: 2 },
  ])('is the most urgent one of $cells', ({ cells, node }) => {
    expect(urgentNode(cells, [0, 1, 2], { x: 0, width: 1, from: 0, end: 3 })).toBe(node);
  });

  it('is one with a selected state', () => {
    const isQueued = (code: number) => code === 'q'.charCodeAt(0);
    expect(urgentNode('fqc', [0, 1, 2], { x: 0, width: 1, from: 0, end: 3 }, isQueued)).toBe(1);
  });
});

it.each([
  { top: 0, height: 100, rows: [0, 5] },
  { top: 30, height: 100, rows: [1, 6] },
  { top: 1_990, height: 100, rows: [90, 90] },
])('the rows from $top are visible', ({ top, height, rows }) => {
  expect(visibleRows(90, 22, top, height)).toEqual(rows);
});

it('rows are at least as high as a line of text, and never higher than two', () => {
  expect([rowHeightOf(2), rowHeightOf(24), rowHeightOf(64), rowHeightOf(8, 40)]).toEqual([24, 28, 32, 40]);
});
