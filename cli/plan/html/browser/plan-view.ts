// The charts of one plan: pulls at once, the time axis, and the timeline.
import type { PageData } from '../page-data.ts';
import { AXIS_HEIGHT, drawAxis } from './axis.ts';
import { canvasIn, type Plot, plotWidth } from './canvas.ts';
import { addGestures } from './gestures.ts';
import { pullAfterKey } from './keyboard.ts';
import type { Model } from './model.ts';
import { highlightedImage, type Page, whenChanged } from './page-state.ts';
import { boxOf, drawRows, pullAt, type RowsView } from './rows.ts';
import { panned } from './scale.ts';
import { stepsOf } from './steps.ts';
import { drawStrip, type Strip, type StripView, stripDetail, stripHeight, stripLabel } from './strip.ts';
import { pullLines, type Tooltip } from './tooltip.ts';

const LEAST_GUTTER = 64;
const MOST_GUTTER = 190;
const GUTTER_SHARE = 0.28;
const CHARACTER_PIXELS = 6.6;
/** Largest height of a timeline, as a share of the window's. */
export const MOST_HEIGHT_SHARE = 0.72;

interface Elements {
  readonly strips: HTMLElement;
  readonly axis: HTMLCanvasElement;
  /** Scrolls the timeline. */
  readonly rows: HTMLElement;
  readonly spacer: HTMLElement;
  readonly canvas: HTMLCanvasElement;
}

export interface PlanViewOptions {
  readonly index: number;
  readonly section: HTMLElement;
  readonly model: Model;
  readonly images: PageData['images'];
  readonly page: Page;
  readonly tooltip: Tooltip;
  /** Reads its text to users of a screen reader. */
  readonly announcement: HTMLElement;
}

function elementsOf(section: HTMLElement): Elements {
  const element = (selector: string) => section.querySelector(selector) as HTMLElement;
  return {
    strips: element('.strips'),
    axis: element('.axis') as HTMLCanvasElement,
    rows: element('.rows'),
    spacer: element('.spacer'),
    canvas: element('.spacer canvas') as HTMLCanvasElement,
  };
}

/** The total, then each policy if there are several or one with its cap, then each registry if there are several. */
function stripsOf(model: Model): readonly Strip[] {
  const { policies, registries } = model.data;
  const byPolicy = policies.map(({ name, cap }, index) => ({
    title: name,
    kind: 'policy',
    cap,
    steps: stepsOf(model, (pull) => model.policy[pull] === index),
  }));
  const total = { title: 'all pulls', kind: '', cap: undefined, steps: stepsOf(model, () => true) };
  const byRegistry = registries.map((title, index) => ({
    title,
    kind: 'registry',
    cap: undefined,
    steps: stepsOf(model, (pull) => model.registry[pull] === index),
  }));
  const shown = byPolicy.filter(({ steps }) => steps.most > 0);
  return [...(shown.length > 1 ? [total] : []), ...shown, ...(registries.length > 1 ? byRegistry : [])];
}

function gutterOf(longestName: number, width: number): number {
  const wanted = Math.min(longestName * CHARACTER_PIXELS + 14, MOST_GUTTER, width * GUTTER_SHARE);
  return Math.round(Math.max(LEAST_GUTTER, wanted));
}

interface PlanView extends PlanViewOptions {
  readonly elements: Elements;
  readonly strips: readonly StripView[];
  /** Characters of the longest text on the left of the charts. */
  readonly longestName: number;
}

function plotOf({ elements, longestName, page }: PlanView): Plot {
  const width = elements.rows.clientWidth;
  return { width, gutter: gutterOf(longestName, width), range: page.state.range };
}

function rowsViewOf(view: PlanView): RowsView {
  const { elements, model, page, index } = view;
  const { state } = page;
  return {
    model,
    plot: plotOf(view),
    theme: state.theme,
    rowHeight: state.rowHeight,
    scrollTop: elements.rows.scrollTop,
    height: elements.rows.clientHeight,
    highlighted: highlightedImage(state),
    pull: state.pull?.plan === index ? state.pull.pull : undefined,
  };
}

function setHeights({ elements, model, page }: PlanView): void {
  const contentHeight = model.rows.length * page.state.rowHeight;
  elements.spacer.style.height = `${contentHeight}px`;
  elements.rows.style.height = `${Math.min(contentHeight, Math.round(innerHeight * MOST_HEIGHT_SHARE))}px`;
}

function drawTimes(view: PlanView): void {
  const { elements, page } = view;
  const { theme, whole } = page.state;
  const plot = plotOf(view);
  for (const strip of view.strips) drawStrip(strip, plot, theme);
  drawAxis(elements.axis, plot, whole, theme);
}

function drawTimeline(view: PlanView): void {
  const { elements, model, section } = view;
  section.dataset.drawnRows = String(drawRows(elements.canvas, rowsViewOf(view)));
  section.dataset.rows = String(model.rows.length);
  section.dataset.bars = String(model.start.length);
}

function showPull(view: PlanView, pull: number, x: number, y: number): void {
  const { tooltip, images, model, page, index } = view;
  tooltip.show(pullLines(images, model, pull), x, y);
  page.update({ pull: { plan: index, pull }, hoveredImage: undefined });
}

function hidePull({ tooltip, page }: PlanView): void {
  tooltip.hide();
  if (page.state.pull !== undefined) page.update({ pull: undefined });
}

function addPointer(view: PlanView): void {
  const { elements, page, model } = view;
  const { canvas, axis, rows } = elements;
  canvas.addEventListener('pointermove', (event) => {
    const pull = event.buttons === 0 ? pullAt(rowsViewOf(view), event.offsetX, event.offsetY) : undefined;
    if (pull === undefined) hidePull(view);
    else showPull(view, pull, event.clientX, event.clientY);
  });
  canvas.addEventListener('pointerleave', () => hidePull(view));
  canvas.addEventListener('click', (event) => {
    const pull = pullAt(rowsViewOf(view), event.offsetX, event.offsetY);
    if (pull === undefined) return;
    if (event instanceof PointerEvent && event.pointerType === 'touch') {
      showPull(view, pull, event.clientX, event.clientY);
      return;
    }
    const image = model.image[pull];
    page.update({ pinnedImage: page.state.pinnedImage === image ? undefined : image });
  });
  rows.addEventListener('scroll', () => page.update({}), { passive: true });
  for (const element of [canvas, axis, ...view.strips.map((strip) => strip.canvas)]) {
    addGestures(element, () => plotOf(view), page);
  }
}

/** Scrolls and pans until the bar of the pull is visible. */
function reveal(view: PlanView, pull: number): void {
  const { elements, model, page } = view;
  const { rowHeight, range, whole } = page.state;
  const top = (model.node[pull] ?? 0) * rowHeight;
  const { rows } = elements;
  if (top < rows.scrollTop) rows.scrollTop = top;
  if (top + rowHeight > rows.scrollTop + rows.clientHeight) rows.scrollTop = top + rowHeight - rows.clientHeight;
  const start = model.start[pull] ?? 0;
  const isVisible = start >= range.from && start <= range.to;
  if (!isVisible) page.update({ range: panned(range, whole, start - (range.from + range.to) / 2) });
}

function selectPull(view: PlanView, pull: number): void {
  reveal(view, pull);
  const box = boxOf(rowsViewOf(view), pull);
  const canvas = view.elements.canvas.getBoundingClientRect();
  const plot = plotOf(view);
  const x = Math.min(Math.max(box.x + box.width, plot.gutter), plot.gutter + plotWidth(plot));
  showPull(view, pull, canvas.left + x, canvas.top + box.y);
  view.announcement.textContent = pullLines(view.images, view.model, pull).flat().join(' ');
}

function addKeyboard(view: PlanView): void {
  const { elements, page, model, index } = view;
  const { rows } = elements;
  rows.addEventListener('keydown', (event) => {
    const current = page.state.pull?.plan === index ? page.state.pull.pull : undefined;
    const pull = pullAfterKey(model, current, event.key);
    if (pull !== undefined) selectPull(view, pull);
    else if (event.key === 'Escape') hidePull(view);
    else if (event.key === 'Enter' && current !== undefined) page.update({ pinnedImage: model.image[current] });
    else return;
    event.preventDefault();
  });
  rows.addEventListener('blur', () => hidePull(view));
}

/** Draws into the section from now on. */
export function createPlanView(options: PlanViewOptions): void {
  const elements = elementsOf(options.section);
  const strips = stripsOf(options.model).map((strip, _, { length }) => {
    const canvas = canvasIn(elements.strips, 'strip');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', stripLabel(strip));
    return { strip, canvas, height: stripHeight(length) };
  });
  elements.axis.style.height = `${AXIS_HEIGHT}px`;
  const titles = strips.flatMap(({ strip }) => [strip.title, stripDetail(strip)]);
  const names = [...options.model.data.nodes, ...titles];
  const longestName = names.reduce((most, name) => Math.max(most, name.length), 0);
  const view = { ...options, elements, strips, longestName };
  const { state } = options.page;
  options.page.onDraw(
    whenChanged(
      () => [state.rowHeight, innerHeight],
      () => setHeights(view),
    ),
  );
  options.page.onDraw(
    whenChanged(
      () => [state.range, state.theme, elements.rows.clientWidth, devicePixelRatio],
      () => drawTimes(view),
    ),
  );
  options.page.onDraw(() => drawTimeline(view));
  addPointer(view);
  addKeyboard(view);
}
