// The panel with the details of an image or a pair: a modal dialog, so that the browser keeps the focus in it, closes
// it with Escape and returns the focus.
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { WhyReport } from '../../../../why/report.ts';
import type { PageState, Target } from '../page-state.ts';
import { drawSwatches } from '../swatches.ts';
import { whyCommand } from '../texts.ts';
import { imageDetail } from './image-detail.ts';
import { pairDetail } from './pair-detail.ts';
import { createReportSource, type ReportResult } from './report-source.ts';

export interface DetailPanel {
  open(target: Target): void;
  refresh(): void;
}

interface PanelState {
  target: Target | undefined;
  result: ReportResult | undefined;
  readonly filters: Map<string, string>;
  isCopied: boolean;
}

interface PanelActions {
  open(target: Target): void;
  close(): void;
  copy(command: string): void;
  filter(group: string, text: string): void;
}

function panelHeader({ image, node }: Target, actions: PanelActions): TemplateResult {
  const kicker =
    node === undefined
      ? html`image`
      : html`<button type="button" class="name" @click=${() => actions.open({ image })}><bdi>${image}</bdi></button> on
          node`;
  return html`<header>
    <div>
      <p class="kicker">${kicker}</p>
      <h2 id="detail-title" tabindex="-1"><bdi>${node ?? image}</bdi></h2>
    </div>
    <button type="button" class="close" aria-label="Close the details" @click=${actions.close}>✕</button>
  </header>`;
}

function commandSection(target: Target, isCopied: boolean, actions: PanelActions): TemplateResult {
  const command = whyCommand(target);
  return html`<footer>
    <code><bdi>${command}</bdi></code>
    <button type="button" @click=${() => actions.copy(command)}>copy</button>
    <span role="status" class="muted">${isCopied ? 'copied' : ''}</span>
  </footer>`;
}

function reportContent(report: WhyReport, { target, filters }: PanelState, actions: PanelActions) {
  const name = target?.image ?? '';
  const image = report.images.find((each) => each.name === name) ?? report.images[0];
  if (image === undefined) return html`<p class="empty">The image no longer exists.</p>`;
  const content =
    image.pair === undefined
      ? imageDetail(image, report.at, {
          filters,
          onFilter: actions.filter,
          onNode: (node) => actions.open({ image: image.name, node }),
        })
      : pairDetail(image, image.pair, report.at);
  const unread = report.unread.map(
    ({ resource, problem }) => html`<p class="notice">Not readable: ${resource}: ${problem}</p>`,
  );
  return html`${unread}${content}`;
}

function panelContent(state: PanelState, actions: PanelActions): TemplateResult | typeof nothing {
  const { target, result } = state;
  if (target === undefined) return nothing;
  const content =
    result === undefined
      ? html`<p class="empty">Loading the details.</p>`
      : 'problem' in result
        ? html`<p class="notice" role="alert">${result.problem}</p>`
        : reportContent(result.report, state, actions);
  return html`${panelHeader(target, actions)}
    <div class="detail-body">${content}</div>
    ${commandSection(target, state.isCopied, actions)}`;
}

export function createDetailPanel(dialog: HTMLDialogElement, pageState: () => PageState): DetailPanel {
  const state: PanelState = { target: undefined, result: undefined, filters: new Map(), isCopied: false };
  let shownView: unknown;
  const show = () => {
    render(panelContent(state, actions), dialog);
    drawSwatches(dialog, pageState().theme.isDark);
  };
  const source = createReportSource((result) => {
    state.result = result;
    show();
  });
  const actions: PanelActions = {
    open(target) {
      Object.assign(state, { target, result: undefined, isCopied: false });
      state.filters.clear();
      shownView = pageState().view;
      show();
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
      document.getElementById('detail-title')?.focus();
      source.show(target);
    },
    close: () => dialog.close(),
    copy(command) {
      const done = () => {
        state.isCopied = true;
        show();
      };
      navigator.clipboard
        .writeText(command)
        .then(done, () => getSelection()?.selectAllChildren(dialog.querySelector('code') ?? dialog));
    },
    filter(group, text) {
      state.filters.set(group, text);
      show();
    },
  };
  dialog.addEventListener('close', () => {
    state.target = undefined;
    source.show(undefined);
    show();
  });
  // A click on the backdrop has the dialog itself as its target.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  return {
    open: actions.open,
    refresh() {
      const { view } = pageState();
      if (state.target === undefined || view === shownView) return;
      shownView = view;
      source.refresh();
    },
  };
}
