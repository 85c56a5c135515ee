// The time axis: ticks with round times, and which part of the plan is visible.
import { clearedContext, type Plot, plotWidth, xOf } from './canvas.ts';
import { type TimeRange, tickStep, ticksOf, timeText } from './scale.ts';
import type { Theme } from './theme.ts';

export const AXIS_HEIGHT = 30;
const PIXELS_PER_TICK = 60;
const BAR_HEIGHT = 3;

const stepOf = (plot: Plot) => tickStep(plot.range, Math.max(2, Math.floor(plotWidth(plot) / PIXELS_PER_TICK)));

/** Vertical lines at the ticks. */
export function drawGrid(context: CanvasRenderingContext2D, plot: Plot, height: number): void {
  for (const tick of ticksOf(plot.range, stepOf(plot))) {
    context.fillRect(Math.round(xOf(plot, tick)), 0, 1, height);
  }
}

/** The visible part of the whole time, as a scroll bar shows it. */
function drawVisiblePart(context: CanvasRenderingContext2D, plot: Plot, whole: TimeRange, theme: Theme): void {
  const { from, to } = plot.range;
  if (to - from >= whole.to - whole.from) return;
  const share = (time: number) => (time - whole.from) / (whole.to - whole.from);
  context.fillStyle = theme.grid;
  context.fillRect(plot.gutter, AXIS_HEIGHT - BAR_HEIGHT, plotWidth(plot), BAR_HEIGHT);
  context.fillStyle = theme.accent;
  const width = Math.max(6, (share(to) - share(from)) * plotWidth(plot));
  context.fillRect(plot.gutter + share(from) * plotWidth(plot), AXIS_HEIGHT - BAR_HEIGHT, width, BAR_HEIGHT);
}

export function drawAxis(canvas: HTMLCanvasElement, plot: Plot, whole: TimeRange, theme: Theme): void {
  const context = clearedContext(canvas, plot.width, AXIS_HEIGHT);
  const step = stepOf(plot);
  context.font = theme.font;
  context.textBaseline = 'middle';
  for (const tick of ticksOf(plot.range, step)) {
    const x = Math.round(xOf(plot, tick));
    const text = timeText(tick, step);
    const half = context.measureText(text).width / 2;
    context.fillStyle = theme.muted;
    context.fillRect(x, AXIS_HEIGHT - BAR_HEIGHT - 5, 1, 5);
    context.fillStyle = theme.text;
    context.fillText(text, Math.min(Math.max(x - half, plot.gutter), plot.width - 2 * half), 11);
  }
  context.fillStyle = theme.grid;
  context.fillRect(plot.gutter, AXIS_HEIGHT - BAR_HEIGHT, plotWidth(plot), 1);
  drawVisiblePart(context, plot, whole, theme);
}
