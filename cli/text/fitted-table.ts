// A table of text that fits a number of columns.
import { cutMiddle } from './cut-text.ts';
import { textTable } from './text-table.ts';

/** The first column holds names: it is cut first, down to this width. */
const LEAST_NAME_COLUMNS = 24;
const LEAST_CELL_COLUMNS = 8;
const GAP_COLUMNS = 3;

const widthOf = (rows: readonly (readonly string[])[], column: number) =>
  Math.max(...rows.map((row) => row[column]?.length ?? 0));

/** Like `textTable`, but cuts the first column, and then the last one, until each line has at most `columns`. */
export function fittedTable(rows: readonly (readonly string[])[], columns: number): string {
  const last = Math.max(0, ...rows.map((row) => row.length - 1));
  const widths = Array.from({ length: last + 1 }, (_, column) => widthOf(rows, column));
  const excess = widths.reduce((sum, width) => sum + width, last * GAP_COLUMNS) - columns;
  if (excess <= 0) return textTable(rows);
  const [first = 0] = widths;
  const nameColumns = Math.min(first, Math.max(first - excess, LEAST_NAME_COLUMNS));
  const rest = excess - (first - nameColumns);
  const lastColumns = Math.max((widths[last] ?? 0) - rest, LEAST_CELL_COLUMNS);
  const limitOf = (column: number) =>
    column === 0 ? nameColumns : column === last ? lastColumns : Number.POSITIVE_INFINITY;
  return textTable(rows.map((row) => row.map((cell, column) => cutMiddle(cell, limitOf(column)))));
}
