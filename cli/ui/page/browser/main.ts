// The script of the page of `kubectl drop ui`.
import { html, render } from 'lit-html';
import type { UiView } from '../../view/ui-view.ts';
import { summaryOf } from './counts.ts';
import { createDetailPanel } from './detail/detail-panel.ts';
import { followEvents } from './events.ts';
import { createHeatView, type HeatView } from './heat-view.ts';
import { createColumnSelector, type Matrix, matrixOf } from './matrix.ts';
import { createPage, type Page } from './page-state.ts';
import { discoveriesSection } from './parts/discoveries.ts';
import { failuresSection } from './parts/failures.ts';
import { filterBar, legend } from './parts/filter-bar.ts';
import { header, summarySection } from './parts/header.ts';
import { imageTable } from './parts/image-table.ts';
import { policiesSection } from './parts/policies.ts';
import { queueSection } from './parts/queue.ts';
import { drawSwatches } from './swatches.ts';
import { number } from './texts.ts';

/** Of the heat map before the page was rendered. */
const FIRST_WIDTH_PIXELS = 900;

const columnsFor = createColumnSelector();
const root = document.getElementById('app') as HTMLElement;
const dialog = document.getElementById('detail') as HTMLDialogElement;
const panel = createDetailPanel(dialog, () => page.state);
const page: Page = createPage((target) => panel.open(target));
const heat = createHeatView(page);

function imagesSection(view: UiView, matrix: Matrix, { events }: HeatView) {
  const count = `${number(matrix.rows.length)} of ${number(view.images.length)} images`;
  return html`<section aria-labelledby="images-title">
    <h2 id="images-title">Images on nodes <small>${count}, ${number(matrix.columns.length)} nodes</small></h2>
    ${filterBar(view, page, matrix)} ${legend(page, matrix)} ${imageTable(view, page, matrix, events)}
  </section>`;
}

function mainContent(view: UiView, matrix: Matrix) {
  const { isDark } = page.state.theme;
  const summary = summaryOf(view, columnsFor(view.nodes, undefined));
  return html`<main>
    ${summarySection(summary, isDark)} ${imagesSection(view, matrix, heat)}
    <div class="panels">${failuresSection(view, page)} ${queueSection(view, page)}</div>
    ${policiesSection(view, isDark)} ${discoveriesSection(view)}
  </main>`;
}

const currentMatrix = (view: UiView, width: number) => {
  const { filters, isNarrow } = page.state;
  return matrixOf(view, columnsFor(view.nodes, filters.pool), filters, { width, isNarrow });
};

function renderWith(view: UiView, width: number): Matrix {
  const matrix = currentMatrix(view, width);
  render(html`${header(page.state)}${mainContent(view, matrix)}`, root);
  return matrix;
}

function renderPage(): void {
  const { view, theme } = page.state;
  if (view === undefined) {
    const waiting = html`<main><p class="empty">Waiting for the first state of the cluster.</p></main>`;
    render(html`${header(page.state)}${waiting}`, root);
    return;
  }
  document.title = `${view.title || 'Drop'}: images on nodes`;
  const width = heat.width() || FIRST_WIDTH_PIXELS;
  const first = renderWith(view, width);
  // A scroll bar that appeared, or the first rendering, changed the width.
  const actual = heat.width() || width;
  const matrix = actual === width ? first : renderWith(view, actual);
  heat.draw(view, matrix);
  drawSwatches(root, theme.isDark);
}

root.replaceChildren();
page.onRender(renderPage);
page.onRender(() => panel.refresh());
page.update({});
followEvents(page);
