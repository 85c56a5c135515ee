// The table of images, whose rows are those of the heat map, and the canvases of the heat map.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { UiView } from '../../../view/ui-view.ts';
import { countsText, isComplete, targetedCount } from '../counts.ts';
import type { Matrix, MatrixRow } from '../matrix.ts';
import type { Page } from '../page-state.ts';
import { number } from '../texts.ts';
import { stateBar } from './state-bar.ts';

const rowClass = ({ counts }: MatrixRow) =>
  counts.failing + counts.blocked > 0 ? 'bad' : isComplete(counts) ? 'good' : '';

function imageRow(entry: MatrixRow, page: Page): TemplateResult {
  const { row, counts } = entry;
  const { name, reference, reason, message } = row;
  const status = reason || 'not synced yet';
  return html`<tr class=${rowClass(entry)}>
    <th scope="row">
      <button type="button" class="name" title=${`${name}: ${reference}`} @click=${() => page.open({ image: name })}>
        <bdi>${name}</bdi>
      </button>
      ${page.state.isNarrow ? html`<span class="reason">${status}</span>` : nothing}
    </th>
    <td>
      <div class="ready">
        <span class="ratio">${number(counts.cached)}/${number(targetedCount(counts))}</span>
        ${stateBar(counts, page.state.theme.isDark)}
        <span class="hidden">${countsText(counts)}</span>
      </div>
    </td>
    ${page.state.isNarrow ? nothing : html`<td class="reason" title=${message}>${status}</td>`}
  </tr>`;
}

const noImages = html`<div class="empty">
  <p><strong>There is no image yet.</strong></p>
  <p>Create a CachedImage or a CachedImageSet, or a DiscoveryPolicy that finds images. Rows appear here at once.</p>
</div>`;

const noNodes = html`<div class="empty">
  <p><strong>There is no node yet.</strong></p>
  <p>The Fleet <code>default</code> lists no nodes. Check that the chart is installed and that Metacontroller runs:
  <code>kubectl get fleet default</code></p>
</div>`;

const noMatch = html`<p class="empty">No image matches the filters.</p>`;

function emptyState(view: UiView, matrix: Matrix): TemplateResult | typeof nothing {
  if (view.images.length === 0) return noImages;
  if (view.nodes.names.length === 0) return noNodes;
  return matrix.rows.length === 0 ? noMatch : nothing;
}

export interface MatrixEvents {
  readonly onScroll: () => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
  readonly onClick: (event: MouseEvent) => void;
}

/** The canvases are only for the pointer: the table and the details contain all that they show. */
export function imageTable(view: UiView, page: Page, matrix: Matrix, events: MatrixEvents): TemplateResult {
  const { isNarrow } = page.state;
  return html`<div
      class="matrix"
      id="matrix"
      tabindex="0"
      role="region"
      aria-label="Images and their heat map"
      ?hidden=${matrix.rows.length === 0}
      @scroll=${events.onScroll}
    >
      <table class="images" id="images">
        <caption class="hidden">Images, and on how many nodes each one is</caption>
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col"><div class="ready"><span class="ratio">Ready</span></div></th>
            ${isNarrow ? nothing : html`<th scope="col">Status</th>`}
          </tr>
        </thead>
        <tbody>
          ${matrix.rows.map((row) => imageRow(row, page))}
        </tbody>
      </table>
      <div
        class="heat"
        id="heat"
        aria-hidden="true"
        @pointermove=${events.onPointerMove}
        @pointerleave=${events.onPointerLeave}
        @click=${events.onClick}
      >
        <canvas id="heat-head"></canvas><canvas id="heat-cells"></canvas>
      </div>
    </div>
    ${emptyState(view, matrix)}`;
}
