// Moving between pulls with the keyboard.
import type { Model } from './model.ts';

/** The pull of the row whose start is nearest to the time. */
function nearestIn(model: Model, row: number, time: number): number | undefined {
  let nearest: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const pull of model.rows[row] ?? []) {
    const distance = Math.abs((model.start[pull] ?? 0) - time);
    if (distance < least) {
      nearest = pull;
      least = distance;
    }
  }
  return nearest;
}

/** The nearest pull of the next row that has one, in the direction of the step. */
function inOtherRow(model: Model, pull: number, step: 1 | -1): number {
  const time = model.start[pull] ?? 0;
  for (let row = (model.node[pull] ?? 0) + step; row >= 0 && row < model.rows.length; row += step) {
    const nearest = nearestIn(model, row, time);
    if (nearest !== undefined) return nearest;
  }
  return pull;
}

function inRow(model: Model, pull: number, step: 1 | -1): number {
  const row = model.rows[model.node[pull] ?? 0] ?? Int32Array.of();
  return row[row.indexOf(pull) + step] ?? pull;
}

/** The pull that an arrow key selects; undefined for another key. The first key selects the first pull. */
export function pullAfterKey(model: Model, pull: number | undefined, key: string): number | undefined {
  const moves: Readonly<Record<string, (from: number) => number>> = {
    ArrowRight: (from) => inRow(model, from, 1),
    ArrowLeft: (from) => inRow(model, from, -1),
    ArrowDown: (from) => inOtherRow(model, from, 1),
    ArrowUp: (from) => inOtherRow(model, from, -1),
  };
  const move = moves[key];
  if (move === undefined || model.start.length === 0) return undefined;
  return pull === undefined ? 0 : move(pull);
}
