// The cell of a state that `why` reports.
import type { PairState } from '../../why/report.ts';
import type { CellState } from './ui-view.ts';

/** `waiting` is a pair of the queue whose gate is closed. */
export const cellStateOf = (state: PairState): CellState => (state === 'waiting' ? 'queued' : state);
