// A bar with a part for each state.
import { html, svg, type TemplateResult } from 'lit-html';
import type { CellState } from '../../../view/ui-view.ts';
import { type StateCounts, targetedCount, targetedStates } from '../counts.ts';
import { colourOfState } from '../state-colours.ts';

const WIDTH = 1_000;

export interface BarPart {
  readonly state: CellState;
  readonly count: number;
}

/** The parts of the whole, in their order. What is left stays empty. */
export function partsBar(parts: readonly BarPart[], whole: number, isDark: boolean): TemplateResult {
  let x = 0;
  const rects = parts
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => {
      const width = (count / Math.max(1, whole)) * WIDTH;
      const rect = svg`<rect x=${x} y="0" width=${width} height="1" fill=${colourOfState(state, isDark).small}></rect>`;
      x += width;
      return rect;
    });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 1" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}

export function stateBar(counts: StateCounts, isDark: boolean): TemplateResult {
  return partsBar(
    targetedStates.map((state) => ({ state, count: counts[state] })),
    targetedCount(counts),
    isDark,
  );
}
