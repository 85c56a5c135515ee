// The script of the page: reads the pulls of the plans and draws their charts.
import type { PageData } from '../page-data.ts';
import { createLegend } from './legend.ts';
import { beginOf, endOf, type Model, modelOf } from './model.ts';
import { createPage, type Page } from './page-state.ts';
import { createPlanView, MOST_HEIGHT_SHARE } from './plan-view.ts';
import { zoomed } from './scale.ts';
import { readTheme } from './theme.ts';
import { createTooltip } from './tooltip.ts';

const ROW_HEIGHTS = [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 22, 28, 36, 48];
const LINE_PIXELS = 8;
/** Free space after the last pull. */
const END_SHARE = 1.01;
const ZOOM_FACTOR = 2;

const byId = (id: string) => document.getElementById(id) as HTMLElement;

const rowsOf = (models: readonly Model[]) => Math.max(1, ...models.map((model) => model.rows.length));

/** The largest height with which all rows are visible at once, at least a pixel. */
function fittingHeight(rows: number): number {
  const available = (innerHeight * MOST_HEIGHT_SHARE) / rows;
  return ROW_HEIGHTS.findLast((height) => height <= available) ?? 1;
}

/** Few rows are high. Many rows stay high enough for a name each. */
function rowHeightFor(models: readonly Model[]): number {
  const rows = rowsOf(models);
  const lanes = models.reduce((most, model) => model.lanes.reduce((left, right) => Math.max(left, right), most), 1);
  const height = Math.max(lanes * LINE_PIXELS, rows <= 30 ? 22 : rows <= 300 ? 16 : 14);
  return ROW_HEIGHTS.find((each) => each >= height) ?? 48;
}

function nextHeight(current: number, step: 1 | -1): number {
  return ROW_HEIGHTS[ROW_HEIGHTS.indexOf(current) + step] ?? current;
}

function addButtons(page: Page, rowHeight: number, rows: number): void {
  const { state } = page;
  const zoom = (factor: number) => {
    const { range, whole } = state;
    page.update({ range: zoomed(range, whole, factor, (range.from + range.to) / 2) });
  };
  const actions: Readonly<Record<string, () => void>> = {
    'zoom-in': () => zoom(ZOOM_FACTOR),
    'zoom-out': () => zoom(1 / ZOOM_FACTOR),
    'rows-higher': () => page.update({ rowHeight: nextHeight(state.rowHeight, 1) }),
    'rows-lower': () => page.update({ rowHeight: nextHeight(state.rowHeight, -1) }),
    'fit-rows': () => page.update({ rowHeight: fittingHeight(rows) }),
    reset: () => page.update({ range: state.whole, rowHeight, pinnedImage: undefined }),
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener('click', action);
}

function start(): void {
  const data = JSON.parse(byId('plan-data').textContent ?? '') as PageData;
  const models = data.plans.map((plan) => modelOf(plan, data.images.length));
  const end = Math.max(...models.map(endOf));
  const begin = Math.min(...models.map(beginOf));
  if (end <= begin) return;
  const rowHeight = rowHeightFor(models);
  const page = createPage({ from: begin, to: begin + (end - begin) * END_SHARE }, rowHeight);
  const tooltip = createTooltip(byId('tooltip'));
  createLegend(byId('legend'), data.images, page);
  models.forEach((model, index) => {
    const section = document.querySelector(`[data-plan="${index}"]`) as HTMLElement;
    const announcement = byId('announcement');
    createPlanView({ index, section, model, images: data.images, page, tooltip, announcement });
  });
  addButtons(page, rowHeight, rowsOf(models));
  addEventListener('resize', () => page.update({}));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => page.update({ theme: readTheme() }));
  page.update({});
}

start();
