// The states of a cell: their codes, their order in the legend, and which of them a person must see first.
import { type CellState, cellCodes } from '../../view/ui-view.ts';

/** In the order of the legend. */
export const cellStates: readonly CellState[] = [
  ...(['cached', 'pulling', 'queued', 'failing', 'backing off'] as const),
  ...(['unavailable', 'blocked', 'unknown', 'not targeted'] as const),
];

/** States that the legend shows only where they occur. */
export const rareStates: ReadonlySet<CellState> = new Set(['blocked', 'unknown']);

/** The first one wins where several nodes share a column of pixels. */
const byUrgency: readonly CellState[] = [
  ...(['failing', 'blocked', 'backing off', 'unavailable', 'unknown'] as const),
  ...(['pulling', 'queued', 'cached', 'not targeted'] as const),
];

export const stateMeanings: Readonly<Record<CellState, string>> = {
  cached: 'the node holds the image',
  pulling: 'a pull is in progress',
  queued: 'waits for its turn or for a gate',
  failing: 'the last pull failed; the next one may start',
  'backing off': 'the last pull failed; the next one waits',
  unavailable: 'the node cannot take a pull now',
  blocked: 'nothing is pulled for the image',
  unknown: 'a list that decides it cannot be read',
  'not targeted': 'the node does not match the image',
};

const stateByCode = new Map(cellStates.map((state) => [cellCodes[state], state]));

/** Of a character of `ImageRow.cells`. A newer server may send a code that this page does not know. */
export const stateOfCode = (code: string | undefined): CellState => stateByCode.get(code ?? '') ?? 'unknown';

export const codeOfState = (state: CellState) => cellCodes[state].charCodeAt(0);

const rankByCode = new Uint8Array(128).fill(byUrgency.indexOf('unknown'));
byUrgency.forEach((state, rank) => {
  rankByCode[codeOfState(state)] = rank;
});

/** Of a character code. The lowest rank is the most urgent one. */
export const urgencyRank = (code: number) => rankByCode[code] ?? byUrgency.indexOf('unknown');
