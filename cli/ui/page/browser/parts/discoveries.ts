// A card for each DiscoveryPolicy: its images by score, and whether its sources respond.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { DiscoveredRow, DiscoveryCard, SourceHealth, UiView } from '../../../view/ui-view.ts';
import { relativeText } from '../relative-time.ts';
import { number } from '../texts.ts';

const BAR_WIDTH = 100;

const scoreBar = (share: number) =>
  html`<svg class="score" viewBox="0 0 ${BAR_WIDTH} 1" preserveAspectRatio="none" aria-hidden="true">
    <rect x="0" y="0" width=${Math.max(0, Math.min(1, share)) * BAR_WIDTH} height="1"></rect>
  </svg>`;

const SCORE_DIGITS = 4;

function shortScore(score: string): string {
  const value = Number(score);
  return Number.isFinite(value) ? value.toLocaleString('en', { maximumSignificantDigits: SCORE_DIGITS }) : score;
}

const discoveredRow = ({ image, rank, score, share }: DiscoveredRow) =>
  html`<li>
    <span class="rank muted">${rank}</span>
    <span class="discovered"><bdi>${image}</bdi></span>
    ${scoreBar(share)}
    <span class="number" title=${score}>${shortScore(score)}</span>
  </li>`;

function sourceDetail({ state, reason, message, imageCount, failingSince, retryTime }: SourceHealth, at: string) {
  const parts = [
    ...(reason === undefined || state === 'success' ? [] : [reason]),
    ...(imageCount === undefined ? [] : [`${number(imageCount)} images`]),
    ...(failingSince === undefined ? [] : [`failing since ${relativeText(failingSince, at)}`]),
    ...(retryTime === undefined ? [] : [`retry ${relativeText(retryTime, at)}`]),
  ];
  return html`<span class="muted">${parts.join(', ')}</span>
    ${state === 'success' || message === undefined ? nothing : html`<span class="muted message">${message}</span>`}`;
}

const sourceRow = (source: SourceHealth, at: string) =>
  html`<li data-health=${source.state}>
    <span class="health" aria-hidden="true"></span>
    <div>
      <bdi>${source.name}</bdi> <span class="muted">${source.type}</span> <strong>${source.state}</strong>
      ${sourceDetail(source, at)}
    </div>
  </li>`;

function discoveryCard(card: DiscoveryCard, at: string): TemplateResult {
  const { name, reason, message, imageCount, images, sources, lastSyncTime } = card;
  const left = imageCount - images.length;
  const synced = lastSyncTime === undefined ? '' : `, synced ${relativeText(lastSyncTime, at)}`;
  return html`<article class="card">
    <header>
      <h3><bdi>${name}</bdi></h3>
      <span class="badge">${reason || 'not synced yet'}</span>
    </header>
    <p class="progress"><strong>${number(imageCount)}</strong> images${synced}</p>
    ${message === '' ? nothing : html`<p class="muted message">${message}</p>`}
    <div class="discovery">
      <div>
        <ol class="scores" aria-label="Images by score">${images.map(discoveredRow)}</ol>
        ${left > 0 ? html`<p class="muted">and ${number(left)} more</p>` : nothing}
      </div>
      <ul class="sources" aria-label="Sources">${sources.map((source) => sourceRow(source, at))}</ul>
    </div>
  </article>`;
}

const none = html`<p class="empty">
  There is no DiscoveryPolicy. Create one to find the images that the workloads of a cluster use most.
</p>`;

export function discoveriesSection({ discoveries, at }: UiView): TemplateResult {
  return html`<section aria-labelledby="discoveries-title">
    <h2 id="discoveries-title">Discovery policies</h2>
    ${discoveries.length === 0 ? none : nothing}
    <div class="cards">${discoveries.map((card) => discoveryCard(card, at))}</div>
  </section>`;
}
