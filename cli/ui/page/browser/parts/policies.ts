// A card for each PullPolicy.
import { html, nothing, type TemplateResult } from 'lit-html';
import { durationText } from '../../../../text/duration-text.ts';
import type { PolicyCard, UiView } from '../../../view/ui-view.ts';
import { foreseenText, instantText } from '../relative-time.ts';
import { number } from '../texts.ts';
import { partsBar } from './state-bar.ts';

const SECOND_MILLISECONDS = 1_000;

function completion({ estimatedCompletionTime: time, done, wanted }: PolicyCard, at: string) {
  if (time === undefined) return done >= wanted ? 'complete' : 'not foreseen';
  return html`<time title=${instantText(time)}>${foreseenText(time, at) ?? time}</time>`;
}

const figure = (name: string, value: unknown) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function progress({ done, wanted, active, queued, backingOff }: PolicyCard, isDark: boolean): TemplateResult {
  return partsBar(
    [
      { state: 'cached', count: done },
      { state: 'pulling', count: active },
      { state: 'queued', count: queued },
      { state: 'backing off', count: backingOff },
    ],
    wanted,
    isDark,
  );
}

function policyCard(card: PolicyCard, at: string, isDark: boolean): TemplateResult {
  const { name, reason, message, isPaused, done, wanted, averagePullSeconds: seconds } = card;
  return html`<article class="card">
    <header>
      <h3><bdi>${name}</bdi></h3>
      ${isPaused ? html`<span class="badge warning">paused</span>` : nothing}
      <span class="badge">${reason || 'not synced yet'}</span>
    </header>
    <p class="progress"><strong>${number(done)}</strong> of ${number(wanted)} pulls done</p>
    ${progress(card, isDark)}
    <dl class="figures">
      ${figure('pulling', number(card.active))} ${figure('queued', number(card.queued))}
      ${figure('backing off', number(card.backingOff))}
      ${seconds === undefined ? nothing : figure('average pull', durationText(seconds * SECOND_MILLISECONDS))}
      ${figure('completion', completion(card, at))}
    </dl>
    <p class="muted">${card.pace}</p>
    ${message === '' ? nothing : html`<p class="muted message">${message}</p>`}
  </article>`;
}

const none = html`<p class="empty">
  There is no PullPolicy yet. The chart installs <code>default</code>: <code>kubectl get pullpolicies</code>
</p>`;

export function policiesSection({ policies, at }: UiView, isDark: boolean): TemplateResult {
  return html`<section aria-labelledby="policies-title">
    <h2 id="policies-title">Pull policies</h2>
    ${policies.length === 0 ? none : nothing}
    <div class="cards">${policies.map((card) => policyCard(card, at, isDark))}</div>
  </section>`;
}
