// The canvases that show the cell of a state beside its name.
import { clearedContext } from '../../../plan/html/browser/canvas.ts';
import type { CellState } from '../../view/ui-view.ts';
import { drawCell } from './cell-marks.ts';

const SWATCH_PIXELS = 16;

/** Draws those that were added or have another state, or all after a change of the colours. */
export function drawSwatches(root: ParentNode, isDark: boolean): void {
  for (const canvas of root.querySelectorAll<HTMLCanvasElement>('canvas[data-swatch]')) {
    const state = (canvas.dataset.swatch ?? 'unknown') as CellState;
    const key = `${state} ${isDark} ${devicePixelRatio}`;
    if (canvas.dataset.drawn === key) continue;
    canvas.dataset.drawn = key;
    const context = clearedContext(canvas, SWATCH_PIXELS, SWATCH_PIXELS);
    drawCell(context, state, { x: 0, y: 0, width: SWATCH_PIXELS, height: SWATCH_PIXELS }, isDark);
  }
}
