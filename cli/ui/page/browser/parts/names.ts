// Names of images and nodes as buttons that open their details.
import { html, type TemplateResult } from 'lit-html';
import type { Page, Target } from '../page-state.ts';

/** The last part of the target names the button. */
export function targetButton(target: Target, page: Pick<Page, 'open'>): TemplateResult {
  return html`<button type="button" class="name" @click=${() => page.open(target)}>
    <bdi>${target.node ?? target.image}</bdi>
  </button>`;
}
