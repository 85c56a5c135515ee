// What the table of images and the heat map show, computed from the view, the filters and the width.
import type { ImageRow, NodeColumns, UiView } from '../../view/ui-view.ts';
import { rowCounts, type StateCounts } from './counts.ts';
import { columnsOf, type Filters, rowsOf } from './filters.ts';
import { type ColumnLayout, columnLayout, poolSpans, rowHeightOf } from './heat-layout.ts';

export interface MatrixRow {
  readonly row: ImageRow;
  readonly counts: StateCounts;
}

export interface Matrix {
  /** Indexes of the shown nodes. */
  readonly columns: readonly number[];
  readonly layout: ColumnLayout;
  readonly rowHeight: number;
  readonly headHeight: number;
  readonly rows: readonly MatrixRow[];
  /** Of the rows that the filters leave, before the filter by state. */
  readonly counted: readonly StateCounts[];
}

/** The width is that of the heat map, in pixels. */
export interface MatrixSpace {
  readonly width: number;
  readonly isNarrow: boolean;
}

const HEAD_PIXELS = 32;
const HEAD_WITH_NAMES_PIXELS = 112;
/** The reason is on a second line. */
const NARROW_ROW_PIXELS = 40;

type ColumnSelector = (nodes: NodeColumns, pool: string | undefined) => readonly number[];

/** Returns the same list for the same nodes and pool, because counts are kept by list. */
export function createColumnSelector(): ColumnSelector {
  const known = new WeakMap<NodeColumns, Map<string | undefined, readonly number[]>>();
  return (nodes, pool) => {
    const byPool = known.get(nodes) ?? new Map<string | undefined, readonly number[]>();
    known.set(nodes, byPool);
    const columns = byPool.get(pool) ?? columnsOf(nodes, pool);
    byPool.set(pool, columns);
    return columns;
  };
}

export function matrixOf(view: UiView, columns: readonly number[], filters: Filters, space: MatrixSpace): Matrix {
  const { width, isNarrow } = space;
  const layout = columnLayout(columns.length, poolSpans(columns, view.nodes.pools), width, filters.cellSize);
  const { counted, shown } = rowsOf(view, columns, filters);
  return {
    columns,
    layout,
    rowHeight: rowHeightOf(layout.size, isNarrow ? NARROW_ROW_PIXELS : undefined),
    headHeight: layout.hasNames ? HEAD_WITH_NAMES_PIXELS : HEAD_PIXELS,
    rows: shown.map((row) => ({ row, counts: rowCounts(row, columns) })),
    counted: counted.map((row) => rowCounts(row, columns)),
  };
}
