// The queue of each policy: what starts next, and what keeps it waiting.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PolicyQueue, QueueEntry, UiView } from '../../../view/ui-view.ts';
import type { Page } from '../page-state.ts';
import { foreseenText } from '../relative-time.ts';
import { number } from '../texts.ts';
import { targetButton } from './names.ts';

/** Further entries are counted only. */
const SHOWN_ENTRIES = 20;

function gateCell({ gate }: QueueEntry): TemplateResult {
  if (gate === undefined) return html`<span class="open-gate">all gates open</span>`;
  return html`<span class="gate-name">${gate.name}</span> ${gate.value}
    ${gate.opens === '' ? nothing : html`<span class="muted">${gate.opens}</span>`}`;
}

function queueRow(entry: QueueEntry, place: number, at: string, page: Page): TemplateResult {
  const { image, node, startsAt, more } = entry;
  return html`<tr>
    <td class="number muted">${place}</td>
    <td>
      ${targetButton({ image }, page)}
      <span class="muted on">on</span>
      ${targetButton({ image, node }, page)}
      ${more === undefined ? nothing : html`<span class="muted">and ${number(more)} more nodes</span>`}
    </td>
    <td>${gateCell(entry)}</td>
    <td class="nowrap">${foreseenText(startsAt, at) ?? html`<span class="muted">not foreseen</span>`}</td>
  </tr>`;
}

function queueTable(queue: PolicyQueue, at: string, page: Page): TemplateResult {
  const { policy, entries, total, isExact } = queue;
  const shown = entries.slice(0, SHOWN_ENTRIES);
  const left = total - shown.reduce((sum, { more = 0 }) => sum + 1 + more, 0);
  const count = `${isExact ? '' : 'at least '}${number(total)}`;
  return html`<h3><bdi>${policy}</bdi> <small>${count} waiting</small></h3>
    <div class="scroll" tabindex="0" role="region" aria-label=${`Queue of ${policy}`}>
      <table class="queue">
        <thead>
          <tr>
            <th scope="col" class="number">Place</th>
            <th scope="col">Pull</th>
            <th scope="col">Waits for</th>
            <th scope="col">Starts</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((entry, index) => queueRow(entry, index + 1, at, page))}
        </tbody>
      </table>
      ${left > 0 ? html`<p class="muted">and ${isExact ? '' : 'at least '}${number(left)} more</p>` : nothing}
    </div>`;
}

export function queueSection({ queues, at }: UiView, page: Page): TemplateResult {
  const waiting = queues.filter(({ entries }) => entries.length > 0);
  return html`<section class="panel" aria-labelledby="queue-title">
    <h2 id="queue-title">Queue</h2>
    ${waiting.length === 0 ? html`<p class="empty">No pull is waiting.</p>` : nothing}
    ${waiting.map((queue) => queueTable(queue, at, page))}
  </section>`;
}
