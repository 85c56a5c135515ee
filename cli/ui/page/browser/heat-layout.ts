// Where the cells of the heat map are: columns of nodes in groups of pools, and rows of images.
import type { CellSize } from './filters.ts';

const CELL_SIZES: readonly number[] = [2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 36, 52];
/** Width of a node that shares a column of pixels: less than a pixel. */
const MOST_SHARED_PIXELS = 0.99;
const LEAST_SHARED_PIXELS = 0.01;
/** Smaller cells have no mark. */
export const MARK_PIXELS = 8;
/** Narrower columns have no name of their node. */
const NAME_PIXELS = 14;
/** Smaller cells have no line between them. */
const GAP_PIXELS = 4;
/** Cells of few nodes are not wider, unless a user wants them so. */
const COMFORTABLE_PIXELS = 52;
const POOL_GAP_PIXELS = 8;
const NARROW_POOL_GAP_PIXELS = 3;
const LEAST_ROW_PIXELS = 24;
const LARGEST_ROW_PIXELS = 32;
const ROW_MARGIN_PIXELS = 4;

/** Neighbouring columns of one pool: indexes of columns, `end` not included. */
export interface PoolSpan {
  readonly pool: number;
  readonly from: number;
  readonly end: number;
}

export function poolSpans(columns: readonly number[], pools: readonly number[]): readonly PoolSpan[] {
  const spans: PoolSpan[] = [];
  columns.forEach((node, column) => {
    const pool = pools[node] ?? 0;
    const last = spans.at(-1);
    if (last?.pool === pool) spans[spans.length - 1] = { ...last, end: column + 1 };
    else spans.push({ pool, from: column, end: column + 1 });
  });
  return spans;
}

export interface ColumnLayout {
  readonly count: number;
  readonly spans: readonly PoolSpan[];
  /** Width of a column; less than a pixel where several nodes share one. */
  readonly size: number;
  readonly poolGap: number;
  /** Of all columns. */
  readonly width: number;
  readonly hasNames: boolean;
}

const gapsWidth = (spans: readonly PoolSpan[], gap: number) => Math.max(0, spans.length - 1) * gap;

/** The largest size with which all columns fit the width. */
function fittingSize(count: number, spans: readonly PoolSpan[], width: number): number {
  const size = (width - gapsWidth(spans, POOL_GAP_PIXELS)) / Math.max(1, count);
  if (size >= 1) return Math.min(Math.floor(size), CELL_SIZES.at(-1) ?? 1);
  const shared = (width - gapsWidth(spans, NARROW_POOL_GAP_PIXELS)) / Math.max(1, count);
  return Math.min(MOST_SHARED_PIXELS, Math.max(LEAST_SHARED_PIXELS, shared));
}

/** `auto` shows all nodes at once; of few nodes, not larger than needed. */
export function columnLayout(count: number, spans: readonly PoolSpan[], width: number, cellSize: CellSize) {
  const fitting = () => fittingSize(count, spans, width);
  const size =
    cellSize === 'auto' ? Math.min(COMFORTABLE_PIXELS, fitting()) : cellSize === 'fit' ? fitting() : cellSize;
  const poolGap = size < 1 ? NARROW_POOL_GAP_PIXELS : POOL_GAP_PIXELS;
  const layout: ColumnLayout = {
    count,
    spans,
    size,
    poolGap,
    // Sums of fractions can be a little larger than the width that they divide.
    width: Math.ceil(count * size + gapsWidth(spans, poolGap) - 1e-6),
    hasNames: size >= NAME_PIXELS,
  };
  return layout;
}

/** The next size of the list above or below. */
export function nextSize(size: number, step: 1 | -1): number {
  const next = step === 1 ? CELL_SIZES.find((each) => each > size) : CELL_SIZES.findLast((each) => each < size);
  return next ?? Math.max(1, size);
}

export const rowHeightOf = (size: number, leastPixels = LEAST_ROW_PIXELS) =>
  Math.max(leastPixels, Math.min(LARGEST_ROW_PIXELS, size + ROW_MARGIN_PIXELS));

/** The left edge of a column. */
export function columnX({ spans, size, poolGap }: ColumnLayout, column: number): number {
  const span = spans.findIndex(({ end }) => column < end);
  return column * size + (span < 0 ? Math.max(0, spans.length - 1) : span) * poolGap;
}

/** A drawn column: one node, or all nodes of one column of pixels. `end` is not included. */
export interface Slot {
  readonly x: number;
  readonly width: number;
  readonly from: number;
  readonly end: number;
}

function spanSlots(layout: ColumnLayout, span: PoolSpan, left: number, right: number): readonly Slot[] {
  const { size } = layout;
  const start = columnX(layout, span.from);
  const width = (span.end - span.from) * size;
  const step = Math.max(1, size);
  const first = Math.max(0, Math.floor((left - start) / step));
  const last = Math.min(Math.ceil(width / step), Math.ceil((right - start) / step));
  const slots: Slot[] = [];
  for (let index = first; index < last; index += 1) {
    const from = span.from + (size >= 1 ? index : Math.floor(index / size));
    const end = Math.min(span.end, size >= 1 ? from + 1 : span.from + Math.ceil((index + 1) / size));
    const [x, next] = [Math.round(start + index * step), Math.round(start + (index + 1) * step)];
    if (from < end) slots.push({ x, width: next - x - (size >= GAP_PIXELS ? 1 : 0), from, end });
  }
  return slots;
}

/** The slots between two places of the heat map, in pixels. */
export function slotsBetween(layout: ColumnLayout, left: number, right: number): readonly Slot[] {
  return layout.spans.flatMap((span) => spanSlots(layout, span, left, right));
}

/** The slot at a place of the heat map; undefined between two pools. */
export function slotAt(layout: ColumnLayout, x: number): Slot | undefined {
  return slotsBetween(layout, x - 1, x + 1).find((slot) => x >= slot.x && x < slot.x + Math.max(1, slot.width + 1));
}

/** The rows that are visible at least in part: the first one, and the one after the last. */
export function visibleRows(count: number, rowHeight: number, top: number, height: number): readonly [number, number] {
  return [Math.max(0, Math.floor(top / rowHeight)), Math.min(count, Math.ceil((top + height) / rowHeight))];
}
