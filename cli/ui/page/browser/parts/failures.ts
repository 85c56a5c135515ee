// The recent failures, with what to do before the words of the registry.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { FailureRow, UiView } from '../../../view/ui-view.ts';
import type { Page } from '../page-state.ts';
import { instantText, relativeText } from '../relative-time.ts';
import { number } from '../texts.ts';
import { targetButton } from './names.ts';

function failureRows({ image, node, reason, message, advice, failures, at }: FailureRow, view: UiView, page: Page) {
  return html`<tr>
      <td>${targetButton({ image }, page)}</td>
      <td>${targetButton({ image, node }, page)}</td>
      <td class="nowrap"><time title=${instantText(at)}>${relativeText(at, view.at)}</time></td>
      <td class="number">${number(failures)}</td>
    </tr>
    <tr class="more">
      <td colspan="4">
        <strong>${advice || reason}</strong>
        ${message === '' ? nothing : html`<span class="muted message">${reason}: <q>${message}</q></span>`}
      </td>
    </tr>`;
}

const none = html`<p class="empty">No pull is failing.</p>`;

function failureTable(view: UiView, page: Page): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of recent failures">
    <table>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col">Node</th>
          <th scope="col">When</th>
          <th scope="col" class="number">Times</th>
        </tr>
      </thead>
      <tbody>
        ${view.failures.map((failure) => failureRows(failure, view, page))}
      </tbody>
    </table>
  </div>`;
}

export function failuresSection(view: UiView, page: Page): TemplateResult {
  const { failures, failureCount } = view;
  const more = failureCount > failures.length ? `the latest ${number(failures.length)} of ${number(failureCount)}` : '';
  return html`<section class="panel failures" aria-labelledby="failures-title">
    <h2 id="failures-title">Recent failures <small>${more}</small></h2>
    ${failures.length === 0 ? none : failureTable(view, page)}
  </section>`;
}
