// The last attempts of an image or a pair.
import { html, nothing, type TemplateResult } from 'lit-html';
import { counted } from '../../../../../hooks/status/node-list.ts';
import type { Attempt, ImageAttempts, PairAttempts } from '../../../../why/report.ts';
import { instantText, relativeText } from '../relative-time.ts';

const timeElement = (time: string, at: string) =>
  html`<time title=${instantText(time)}>${relativeText(time, at)}</time>`;

export function failureItem({ node, reason, message, failures, at: time }: Attempt, at: string): TemplateResult {
  return html`<li>
    <strong><bdi>${node}</bdi></strong>: ${counted(failures, 'failure')}, the last ${timeElement(time, at)}: ${reason}
    ${message === '' ? nothing : html`<span class="muted message"><q>${message}</q></span>`}
  </li>`;
}

export function imageItem(attempts: ImageAttempts, at: string): TemplateResult | typeof nothing {
  const { failuresSinceSuccess, lastPulledAt, lastPullSeconds } = attempts;
  const failures = counted(failuresSinceSuccess, 'failure');
  if (lastPulledAt === undefined) {
    return failuresSinceSuccess === 0 ? nothing : html`<li>the image: never pulled, ${failures}</li>`;
  }
  const took = lastPullSeconds === undefined ? '' : `, took ${lastPullSeconds}s`;
  const since = failuresSinceSuccess === 0 ? '' : `, ${failures} since`;
  return html`<li>the image: last pulled ${timeElement(lastPulledAt, at)}${took}${since}</li>`;
}

export function rejectedItem({ rejected }: PairAttempts, at: string): TemplateResult | typeof nothing {
  if (rejected === undefined) return nothing;
  return html`<li>${counted(rejected.count, 'start')} without a Pod, the last ${timeElement(rejected.at, at)}</li>`;
}

export function attemptSection(items: readonly (TemplateResult | typeof nothing)[]): TemplateResult {
  const shown = items.filter((item) => item !== nothing);
  return html`<section>
    <h3>Last attempts</h3>
    ${shown.length === 0 ? html`<p class="muted">none</p>` : html`<ul class="plain">${shown}</ul>`}
  </section>`;
}
