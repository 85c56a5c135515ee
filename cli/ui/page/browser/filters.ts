// What the page shows of the view. The filters are in the fragment of the URL, so that a link keeps them.
import type { CellState, ImageRow, NodeColumns, UiView } from '../../view/ui-view.ts';
import { cellStates } from './cell-states.ts';
import { isComplete, rowCounts } from './counts.ts';

/** A width in pixels, `fit` for all nodes in the width of the window, or `auto` for the best of both. */
export type CellSize = number | 'fit' | 'auto';

export interface Filters {
  /** Name of a pool; undefined for all pools. */
  readonly pool: string | undefined;
  /** Part of a name or reference. */
  readonly image: string;
  /** Empty for all states. */
  readonly states: ReadonlySet<CellState>;
  readonly onlyIncomplete: boolean;
  readonly cellSize: CellSize;
}

export const noFilters: Filters = {
  pool: undefined,
  image: '',
  states: new Set(),
  onlyIncomplete: false,
  cellSize: 'auto',
};

const LARGEST_CELL_PIXELS = 64;

function cellSizeIn(text: string | null): CellSize {
  if (text === 'fit') return 'fit';
  const size = Number(text ?? Number.NaN);
  return Number.isInteger(size) && size > 0 && size <= LARGEST_CELL_PIXELS ? size : 'auto';
}

/** Unknown parts of the fragment are ignored. */
export function filtersInHash(hash: string): Filters {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const states = (params.get('state') ?? '').split(',');
  return {
    pool: params.get('pool') ?? undefined,
    image: params.get('image') ?? '',
    states: new Set(cellStates.filter((state) => states.includes(state))),
    onlyIncomplete: params.get('incomplete') === 'true',
    cellSize: cellSizeIn(params.get('size')),
  };
}

/** Empty without filters. */
export function hashOfFilters({ pool, image, states, onlyIncomplete, cellSize }: Filters): string {
  const params = new URLSearchParams();
  if (pool !== undefined) params.set('pool', pool);
  if (image !== '') params.set('image', image);
  if (states.size > 0) params.set('state', cellStates.filter((state) => states.has(state)).join(','));
  if (onlyIncomplete) params.set('incomplete', 'true');
  if (cellSize !== 'auto') params.set('size', String(cellSize));
  const text = params.toString();
  return text === '' ? '' : `#${text}`;
}

export const isFiltered = ({ pool, image, states, onlyIncomplete }: Filters) =>
  pool !== undefined || image !== '' || states.size > 0 || onlyIncomplete;

/** Adds the state, or removes it. */
export function withToggled(states: ReadonlySet<CellState>, state: CellState): ReadonlySet<CellState> {
  const toggled = new Set(states);
  if (!toggled.delete(state)) toggled.add(state);
  return toggled;
}

/** Indexes of the nodes of a pool. All nodes for a pool that does not exist, for example in an old link. */
export function columnsOf({ names, pools, poolNames }: NodeColumns, pool: string | undefined): readonly number[] {
  const all = names.map((_, node) => node);
  const wanted = pool === undefined ? -1 : poolNames.indexOf(pool);
  return wanted < 0 ? all : all.filter((node) => pools[node] === wanted);
}

function hasText({ name, reference }: ImageRow, text: string): boolean {
  return name.toLowerCase().includes(text) || reference.toLowerCase().includes(text);
}

export interface Rows {
  /** Those that match the filters except the states: what the legend counts. */
  readonly counted: readonly ImageRow[];
  readonly shown: readonly ImageRow[];
}

/** A row is shown if any of its cells in the columns has a wanted state. */
export function rowsOf({ images }: UiView, columns: readonly number[], filters: Filters): Rows {
  const text = filters.image.trim().toLowerCase();
  const counted = images.filter(
    (row) => hasText(row, text) && !(filters.onlyIncomplete && isComplete(rowCounts(row, columns))),
  );
  if (filters.states.size === 0) return { counted, shown: counted };
  const shown = counted.filter((row) => {
    const counts = rowCounts(row, columns);
    return [...filters.states].some((state) => counts[state] > 0);
  });
  return { counted, shown };
}
