// The top of the page: the cluster, whether the page is live, remarks, and the figures of all images.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { UiView } from '../../../view/ui-view.ts';
import type { Summary } from '../counts.ts';
import type { Connection, PageState } from '../page-state.ts';
import { instantText } from '../relative-time.ts';
import { number } from '../texts.ts';
import { stateBar } from './state-bar.ts';

function connectionText(connection: Connection, view: UiView | undefined): string {
  switch (connection) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'reconnecting':
      return view === undefined ? 'no connection; retrying' : `reconnecting since ${instantText(view.at).slice(11)}`;
    case 'ended':
      return 'ended';
  }
}

const endedNotice = html`<p class="notice" role="alert">
  The command has ended, or it was started again with another address. Run <code>kubectl drop ui</code> and open the
  address that it prints.
</p>`;

export function header({ view, connection }: PageState): TemplateResult {
  return html`<header class="top">
    <div>
      <p class="kicker">kubectl drop ui</p>
      <h1><bdi>${view?.title || 'Drop'}</bdi></h1>
    </div>
    <div class="live" data-connection=${connection}>
      <p role="status"><span class="pulse" aria-hidden="true"></span>${connectionText(connection, view)}</p>
      ${view === undefined ? nothing : html`<p class="muted">state of <time>${instantText(view.at)}</time></p>`}
    </div>
    ${connection === 'ended' ? endedNotice : nothing} ${remarks(view?.remarks ?? [])}
  </header>`;
}

function remarks(all: readonly string[]): TemplateResult | typeof nothing {
  if (all.length === 0) return nothing;
  return html`<ul class="notice remarks" aria-label="Remarks">
    ${all.map((remark) => html`<li>${remark}</li>`)}
  </ul>`;
}

interface Tile {
  readonly name: string;
  readonly value: number;
  readonly detail?: string;
  readonly isAlarming?: boolean;
}

function tilesOf({ counts, imageCount, completeCount }: Summary): readonly Tile[] {
  const failing = counts.failing + counts['backing off'];
  return [
    { name: 'images complete', value: completeCount, detail: `of ${number(imageCount)}` },
    { name: 'pulling', value: counts.pulling },
    { name: 'queued', value: counts.queued },
    { name: 'failing + backing off', value: failing, isAlarming: failing > 0 },
    { name: 'unavailable', value: counts.unavailable },
  ];
}

export function summarySection(summary: Summary, isDark: boolean): TemplateResult {
  const { counts, targeted, percent } = summary;
  return html`<section class="summary" aria-label="Summary">
    <div class="share">
      <p class="share-number">${percent === undefined ? '–' : html`${percent}<small>%</small>`}</p>
      <div class="share-text">
        <p>of the wanted copies are on their nodes</p>
        <p class="muted">${number(counts.cached)} of ${number(targeted)} pairs of image and node</p>
        ${stateBar(counts, isDark)}
      </div>
    </div>
    <dl class="tiles">
      ${tilesOf(summary).map(
        ({ name, value, detail, isAlarming }) => html`<div class=${isAlarming === true ? 'alarming' : ''}>
          <dt>${name}</dt>
          <dd>${number(value)} ${detail === undefined ? nothing : html`<small>${detail}</small>`}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}
