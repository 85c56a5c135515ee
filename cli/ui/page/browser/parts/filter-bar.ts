// The filters, and the legend, which filters by state.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CellState, UiView } from '../../../view/ui-view.ts';
import { cellStates, rareStates, stateMeanings } from '../cell-states.ts';
import { type StateCounts, sumCounts } from '../counts.ts';
import { type Filters, isFiltered, noFilters, withToggled } from '../filters.ts';
import { nextSize } from '../heat-layout.ts';
import type { Matrix } from '../matrix.ts';
import type { Page } from '../page-state.ts';
import { number } from '../texts.ts';

const ALL_POOLS = 'all';

/** Prefixed, because the name of a pool can be empty. */
const poolValue = (pool: string | undefined) => (pool === undefined ? ALL_POOLS : `pool ${pool}`);

function poolSelect(view: UiView, page: Page): TemplateResult {
  const { pool } = page.state.filters;
  const onChange = ({ target }: Event) => {
    const { value } = target as HTMLSelectElement;
    page.filter({ pool: value === ALL_POOLS ? undefined : value.slice('pool '.length) });
  };
  return html`<label>Node pool
    <select @change=${onChange} data-filter="pool">
      <option value=${ALL_POOLS} .selected=${pool === undefined}>all pools</option>
      ${view.nodes.poolNames.map(
        (name) => html`<option value=${poolValue(name)} .selected=${pool === name}>${name || 'no pool'}</option>`,
      )}
    </select>
  </label>`;
}

function sizeControl(page: Page, { layout }: Matrix): TemplateResult {
  const { cellSize } = page.state.filters;
  const step = (direction: 1 | -1) => () => page.filter({ cellSize: nextSize(layout.size, direction) });
  return html`<div class="sizes" role="group" aria-label="Width of a node in the heat map">
    <span class="muted" aria-hidden="true">cells</span>
    <button type="button" aria-label="Narrower cells" @click=${step(-1)}>−</button>
    <button type="button" aria-label="Wider cells" @click=${step(1)}>+</button>
    <button
      type="button"
      aria-pressed=${cellSize === 'fit'}
      @click=${() => page.filter({ cellSize: cellSize === 'fit' ? 'auto' : 'fit' })}
    >fit</button>
  </div>`;
}

function clearButton(filters: Filters, page: Page): TemplateResult | typeof nothing {
  if (!isFiltered(filters)) return nothing;
  const { cellSize } = filters;
  return html`<button type="button" @click=${() => page.filter({ ...noFilters, cellSize })}>clear filters</button>`;
}

export function filterBar(view: UiView, page: Page, matrix: Matrix): TemplateResult {
  const { filters } = page.state;
  return html`<div class="filters" role="group" aria-label="Filters">
    ${poolSelect(view, page)}
    <label>Image
      <input
        type="search"
        placeholder="name or reference"
        data-filter="image"
        .value=${filters.image}
        @input=${({ target }: Event) => page.filter({ image: (target as HTMLInputElement).value })}
      />
    </label>
    <label class="check">
      <input
        type="checkbox"
        data-filter="incomplete"
        .checked=${filters.onlyIncomplete}
        @change=${({ target }: Event) => page.filter({ onlyIncomplete: (target as HTMLInputElement).checked })}
      />
      only incomplete
    </label>
    ${clearButton(filters, page)} ${sizeControl(page, matrix)}
  </div>`;
}

function legendButton(state: CellState, counts: StateCounts, page: Page): TemplateResult {
  const { states } = page.state.filters;
  return html`<button
    type="button"
    data-state=${state}
    title=${stateMeanings[state]}
    class=${counts[state] === 0 ? 'none' : ''}
    aria-pressed=${states.has(state)}
    @click=${() => page.filter({ states: withToggled(states, state) })}
  ><canvas class="swatch" data-swatch=${state} aria-hidden="true"></canvas>${state}
    <span class="count">${number(counts[state])}</span></button>`;
}

/** Counts what the other filters leave. */
export function legend(page: Page, { counted }: Matrix): TemplateResult {
  const counts = sumCounts(counted);
  const isPressed = (state: CellState) => page.state.filters.states.has(state);
  const shown = cellStates.filter((state) => !rareStates.has(state) || counts[state] > 0 || isPressed(state));
  return html`<div class="legend" role="group" aria-label="States: show only images with these states">
    ${shown.map((state) => legendButton(state, counts, page))}
  </div>`;
}
