// What `kubectl drop why IMAGE` reports: the nodes of an image, grouped by reason.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ImageReport, NodeGroup } from '../../../../why/report.ts';
import { cellStateOf } from '../../../view/pair-states.ts';
import { number, statusParts } from '../texts.ts';
import { attemptSection, failureItem, imageItem } from './attempts.ts';
import { shownNodes } from './shown-nodes.ts';

export interface GroupsState {
  /** What the node names must contain, by group. */
  readonly filters: ReadonlyMap<string, string>;
  onFilter(group: string, text: string): void;
  onNode(node: string): void;
}

/** Smaller groups need no filter. */
const FILTER_NODES = 12;
const FAILURE_LIMIT = 5;

function nodeFilter({ group, nodes }: NodeGroup, groups: GroupsState): TemplateResult | typeof nothing {
  if (nodes.length < FILTER_NODES) return nothing;
  return html`<input
    type="search"
    placeholder="filter nodes"
    aria-label=${`Filter the nodes: ${group}`}
    .value=${groups.filters.get(group) ?? ''}
    @input=${({ target }: Event) => groups.onFilter(group, (target as HTMLInputElement).value)}
  />`;
}

function groupSection(group: NodeGroup, groups: GroupsState): TemplateResult {
  const { shown, left } = shownNodes(group.nodes, groups.filters.get(group.group) ?? '');
  return html`<section class="group">
    <h3>
      <canvas class="swatch" data-swatch=${cellStateOf(group.state)} aria-hidden="true"></canvas>
      ${group.group} <small>${number(group.nodes.length)}</small>
    </h3>
    ${nodeFilter(group, groups)}
    <ul class="nodes">
      ${shown.map(
        ({ name, detail }) => html`<li>
          <button type="button" class="name" @click=${() => groups.onNode(name)}><bdi>${name}</bdi></button>
          ${detail === '' ? nothing : html`<span class="muted">${detail}</span>`}
        </li>`,
      )}
    </ul>
    ${left === 0 ? nothing : html`<p class="muted">and ${number(left)} more: use the filter</p>`}
  </section>`;
}

function problemNotice({ problem }: ImageReport): TemplateResult | typeof nothing {
  if (problem === undefined) return nothing;
  return html`<p class="notice"><strong>${problem.reason}</strong>: ${problem.message}</p>`;
}

function statusSection({ status, reference, policy }: ImageReport): TemplateResult {
  const [reason, message] = statusParts(status ?? 'not synced yet');
  return html`<dl class="facts">
    <dt>Status</dt><dd><strong>${reason}</strong> ${message}</dd>
    <dt>Image</dt><dd><bdi>${reference ?? 'the spec is not valid'}</bdi></dd>
    <dt>PullPolicy</dt><dd><bdi>${policy}</bdi></dd>
  </dl>`;
}

export function imageDetail(image: ImageReport, at: string, groups: GroupsState): TemplateResult {
  const { attempts, advice } = image;
  const failing = attempts.failing.slice(0, FAILURE_LIMIT).map((failure) => failureItem(failure, at));
  return html`${problemNotice(image)} ${statusSection(image)}
    <section class="advice">
      <h3>What to do</h3>
      <p>${advice}</p>
    </section>
    ${image.groups.map((group) => groupSection(group, groups))}
    ${attemptSection([imageItem(attempts, at), ...failing])}`;
}
