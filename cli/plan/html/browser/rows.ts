// The timeline: a row for each node, a bar for each pull. Only the visible rows are drawn.
import { drawGrid } from './axis.ts';
import { clearedContext, fittedText, type Plot, xOf } from './canvas.ts';
import type { Model } from './model.ts';
import type { Theme } from './theme.ts';

/** Rows from this height on have a name each. Of lower rows, some have one, at a larger distance. */
const NAME_PIXELS = 11;
const SPARSE_NAME_PIXELS = 16;
const LEAST_BAR_PIXELS = 2;
/** A pattern needs this width and height. */
const PATTERN_PIXELS = 5;
const LEAST_STRIPE_PIXELS = 8;
const DIMMED = 0.13;
/** Distance in pixels at which the pointer still hits a bar. */
const HIT_PIXELS = 4;

export interface RowsView {
  readonly model: Model;
  readonly plot: Plot;
  readonly theme: Theme;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly height: number;
  /** Image whose bars keep their colour while the others are dimmed; undefined for none. */
  readonly highlighted: number | undefined;
  /** Pull with an outline. */
  readonly pull: number | undefined;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The space between two rows. */
const gapOf = (rowHeight: number) => (rowHeight >= 12 ? 2 : rowHeight >= 5 ? 1 : 0);

/** Where the bar of a pull is on the canvas. */
export function boxOf({ model, plot, rowHeight, scrollTop }: RowsView, pull: number): Box {
  const row = model.node[pull] ?? 0;
  const gap = gapOf(rowHeight);
  const height = (rowHeight - gap) / (model.lanes[row] ?? 1);
  const x = xOf(plot, model.start[pull] ?? 0);
  const y = row * rowHeight - scrollTop + gap / 2 + (model.lane[pull] ?? 0) * height;
  return { x, y, width: Math.max(LEAST_BAR_PIXELS, xOf(plot, model.end[pull] ?? 0) - x), height };
}

function visibleRows({ model, rowHeight, scrollTop, height }: RowsView): readonly [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight));
  return [first, Math.min(model.rows.length, Math.ceil((scrollTop + height) / rowHeight))];
}

function isVisible({ model, plot }: RowsView, pull: number): boolean {
  return (model.end[pull] ?? 0) >= plot.range.from && (model.start[pull] ?? 0) <= plot.range.to;
}

/** The fill is that of the bar's image. */
function drawBar(context: CanvasRenderingContext2D, { plot }: RowsView, { x, y, width, height }: Box): void {
  const left = Math.max(x, plot.gutter);
  // A line between two bars, unless it would hide a narrow bar.
  const right = Math.min(x + width - (width > 4 ? 1 : 0), plot.width);
  context.fillRect(left, y, Math.max(0, right - left), Math.max(LEAST_BAR_PIXELS, height));
}

/** Draws the narrow bars in the plain colour, and returns the others. */
function drawNarrowBars(
  context: CanvasRenderingContext2D,
  view: RowsView,
  pulls: Int32Array,
  [first, end]: readonly [number, number],
): readonly Box[] {
  const wide: Box[] = [];
  for (const pull of pulls) {
    const row = view.model.node[pull] ?? 0;
    if (row < first || row >= end || !isVisible(view, pull)) continue;
    const box = boxOf(view, pull);
    if (box.width >= PATTERN_PIXELS && box.height >= PATTERN_PIXELS) wide.push(box);
    else drawBar(context, view, box);
  }
  return wide;
}

/** Image after image, because a change of the colour takes longer than a bar. */
function drawBars(context: CanvasRenderingContext2D, view: RowsView, rows: readonly [number, number]): void {
  const { model, theme, highlighted } = view;
  model.pullsOfImage.forEach((pulls, image) => {
    context.globalAlpha = highlighted === undefined || highlighted === image ? 1 : DIMMED;
    context.fillStyle = theme.colourOf(image);
    const wide = drawNarrowBars(context, view, pulls, rows);
    context.fillStyle = theme.fillOf(image);
    for (const box of wide) drawBar(context, view, box);
  });
  context.globalAlpha = 1;
}

function drawNames(context: CanvasRenderingContext2D, view: RowsView, rows: readonly [number, number]): void {
  const { model, plot, theme, rowHeight, scrollTop } = view;
  const every = rowHeight >= NAME_PIXELS ? 1 : Math.ceil(SPARSE_NAME_PIXELS / rowHeight);
  context.fillStyle = theme.text;
  for (let row = Math.ceil(rows[0] / every) * every; row < rows[1]; row += every) {
    const name = fittedText(context, model.data.nodes[row] ?? '', plot.gutter - 10);
    context.fillText(name, 0, row * rowHeight - scrollTop + Math.max(rowHeight, NAME_PIXELS) / 2);
  }
}

function drawOutline(context: CanvasRenderingContext2D, view: RowsView, pull: number): void {
  const { x, y, width, height } = boxOf(view, pull);
  if (x + width < view.plot.gutter) return;
  context.strokeStyle = view.theme.text;
  context.lineWidth = 2;
  context.strokeRect(x - 1, y - 1, width + 1, height + 2);
}

/** Every second row has another background, from a height on at which it can be seen. */
function drawStripes(context: CanvasRenderingContext2D, view: RowsView, rows: readonly [number, number]): void {
  const { plot, theme, rowHeight, scrollTop } = view;
  if (rowHeight < LEAST_STRIPE_PIXELS) return;
  context.fillStyle = theme.stripe;
  for (let row = rows[0] - (rows[0] % 2); row < rows[1]; row += 2) {
    context.fillRect(0, row * rowHeight - scrollTop, plot.width, rowHeight);
  }
}

/** Returns the number of rows that were drawn. */
export function drawRows(canvas: HTMLCanvasElement, view: RowsView): number {
  const { plot, theme, height } = view;
  const context = clearedContext(canvas, plot.width, height);
  const rows = visibleRows(view);
  context.font = theme.font;
  context.textBaseline = 'middle';
  drawStripes(context, view, rows);
  context.fillStyle = theme.grid;
  drawGrid(context, plot, height);
  drawBars(context, view, rows);
  if (view.pull !== undefined) drawOutline(context, view, view.pull);
  drawNames(context, view, rows);
  return rows[1] - rows[0];
}

/** The pull at a point of the canvas, or the nearest one within some pixels. */
export function pullAt(view: RowsView, x: number, y: number): number | undefined {
  if (x < view.plot.gutter) return undefined;
  const row = view.model.rows[Math.floor((view.scrollTop + y) / view.rowHeight)];
  let nearest: number | undefined;
  let least = HIT_PIXELS;
  for (const pull of row ?? []) {
    const box = boxOf(view, pull);
    const isOtherLane = box.height >= 3 && (y < box.y - 1 || y > box.y + box.height + 1);
    const distance = Math.max(box.x - x, x - box.x - box.width, 0);
    if (isOtherLane || distance >= least) continue;
    nearest = pull;
    least = Math.max(distance, Number.EPSILON);
  }
  return nearest;
}
