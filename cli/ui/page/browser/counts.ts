// How many pairs are in each state.
import type { CellState, ImageRow, UiView } from '../../view/ui-view.ts';
import { cellStates, codeOfState, stateOfCode } from './cell-states.ts';

export type StateCounts = Readonly<Record<CellState, number>>;

const CODES = 128;
const noCounts = Object.fromEntries(cellStates.map((state) => [state, 0])) as StateCounts;
const knownCodes = new Set(cellStates.map(codeOfState));

/** Of the row on some nodes. */
function countsOf({ cells }: ImageRow, columns: readonly number[]): StateCounts {
  const byCode = new Uint32Array(CODES);
  for (const column of columns) {
    const code = cells.charCodeAt(column);
    const index = code < CODES ? code : 0;
    byCode[index] = (byCode[index] ?? 0) + 1;
  }
  const counts: Record<CellState, number> = { ...noCounts };
  byCode.forEach((count, code) => {
    if (count > 0) counts[knownCodes.has(code) ? stateOfCode(String.fromCharCode(code)) : 'unknown'] += count;
  });
  return counts;
}

const countedFor = new WeakMap<readonly number[], WeakMap<ImageRow, StateCounts>>();

/** Remembers the counts of each row for each list of columns, because a change replaces only some rows. */
export function rowCounts(row: ImageRow, columns: readonly number[]): StateCounts {
  const counted = countedFor.get(columns) ?? new WeakMap<ImageRow, StateCounts>();
  countedFor.set(columns, counted);
  const counts = counted.get(row) ?? countsOf(row, columns);
  counted.set(row, counts);
  return counts;
}

export function sumCounts(all: readonly StateCounts[]): StateCounts {
  const sum: Record<CellState, number> = { ...noCounts };
  for (const counts of all) for (const state of cellStates) sum[state] += counts[state];
  return sum;
}

/** States of the pairs that count, as in READY of `kubectl get`: a node that cannot take a pull now does not count. */
export const targetedStates = cellStates.filter((state) => state !== 'not targeted' && state !== 'unavailable');

/** Number of pairs that count. */
export const targetedCount = (counts: StateCounts) => targetedStates.reduce((sum, state) => sum + counts[state], 0);

/** Whether nothing is missing. An image that no shown node matches misses nothing there. */
export function isComplete(counts: StateCounts): boolean {
  const targeted = targetedCount(counts);
  return targeted === 0 ? counts.unavailable === 0 : counts.cached === targeted;
}

export interface Summary {
  readonly counts: StateCounts;
  readonly targeted: number;
  /** Of the pairs that count, rounded down: 100 only if every pair is cached. Undefined without a pair. */
  readonly percent: number | undefined;
  readonly imageCount: number;
  readonly completeCount: number;
}

export function summaryOf({ images }: UiView, columns: readonly number[]): Summary {
  const all = images.map((row) => rowCounts(row, columns));
  const counts = sumCounts(all);
  const targeted = targetedCount(counts);
  return {
    counts,
    targeted,
    percent: targeted === 0 ? undefined : Math.floor((counts.cached / targeted) * 100),
    imageCount: images.length,
    // An image that is on no node at all is not complete, whatever the reason.
    completeCount: all.filter((each) => each.cached > 0 && isComplete(each)).length,
  };
}

/** Returns for example `3 cached, 1 failing`. */
export const countsText = (counts: StateCounts) =>
  cellStates
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state}`)
    .join(', ');
