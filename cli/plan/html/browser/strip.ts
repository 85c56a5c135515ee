// One small chart of the pulls at once over time, with the cap as a line.
import { drawGrid } from './axis.ts';
import { clearedContext, fittedText, type Plot, plotWidth } from './canvas.ts';
import { mostPerPixel, type Steps } from './steps.ts';
import type { Theme } from './theme.ts';

/** Many strips are lower, so that the timeline stays visible. */
const STRIP_HEIGHT = 60;
const LOW_STRIP_HEIGHT = 44;
const MOST_HIGH_STRIPS = 3;
const TOP = 13;
const BOTTOM = 4;

export interface Strip {
  readonly title: string;
  /** For example `policy` or `registry`. */
  readonly kind: string;
  readonly steps: Steps;
  /** Maximum number of pulls at once; undefined where nothing limits it. */
  readonly cap: number | undefined;
}

export const stripHeight = (strips: number) => (strips > MOST_HIGH_STRIPS ? LOW_STRIP_HEIGHT : STRIP_HEIGHT);

export function stripLabel({ kind, title, steps, cap }: Strip): string {
  return `Pulls at once, ${kind} ${title}: at most ${steps.most}${cap === undefined ? '' : ` with a cap of ${cap}`}`;
}

type YOf = (count: number) => number;

function yScale({ steps, cap = 0 }: Strip, stripPixels: number): YOf {
  const highest = Math.max(1, steps.most, cap);
  const height = stripPixels - TOP - BOTTOM;
  return (count) => stripPixels - BOTTOM - (count / highest) * height;
}

function drawArea(context: CanvasRenderingContext2D, plot: Plot, steps: Steps, yOf: YOf): void {
  const pixels = Math.floor(plotWidth(plot));
  const most = mostPerPixel(steps, plot.range, pixels);
  context.beginPath();
  context.moveTo(plot.gutter, yOf(0));
  most.forEach((count, pixel) => {
    context.lineTo(plot.gutter + pixel, yOf(count));
    context.lineTo(plot.gutter + pixel + 1, yOf(count));
  });
  context.lineTo(plot.gutter + pixels, yOf(0));
  context.globalAlpha = 0.22;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1.25;
  context.stroke();
}

function drawCap(context: CanvasRenderingContext2D, plot: Plot, cap: number, yOf: YOf): void {
  const y = Math.round(yOf(cap)) + 0.5;
  context.setLineDash([5, 4]);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(plot.gutter, y);
  context.lineTo(plot.width, y);
  context.stroke();
  context.setLineDash([]);
  const text = `cap ${cap}`;
  context.fillText(text, plot.width - context.measureText(text).width - 3, y - 6);
}

/** The second line of the title. */
export const stripDetail = ({ kind, steps }: Strip) => `${kind === '' ? '' : `${kind}, `}at most ${steps.most}`;

function drawTitle(context: CanvasRenderingContext2D, strip: Strip, plot: Plot, theme: Theme): void {
  const width = plot.gutter - 10;
  context.fillStyle = theme.text;
  context.fillText(fittedText(context, strip.title, width), 0, TOP + 6);
  context.fillStyle = theme.muted;
  const detail = stripDetail(strip);
  const fits = context.measureText(detail).width <= width;
  context.fillText(fits ? detail : fittedText(context, `at most ${strip.steps.most}`, width), 0, TOP + 21);
}

export interface StripView {
  readonly strip: Strip;
  readonly canvas: HTMLCanvasElement;
  readonly height: number;
}

export function drawStrip({ strip, canvas, height }: StripView, plot: Plot, theme: Theme): void {
  const context = clearedContext(canvas, plot.width, height);
  const yOf = yScale(strip, height);
  context.font = theme.font;
  context.textBaseline = 'middle';
  context.fillStyle = theme.grid;
  drawGrid(context, plot, height);
  context.fillRect(plot.gutter, yOf(0), plotWidth(plot), 1);
  context.fillStyle = theme.accent;
  context.strokeStyle = theme.accent;
  drawArea(context, plot, strip.steps, yOf);
  context.strokeStyle = theme.cap;
  context.fillStyle = theme.cap;
  if (strip.cap !== undefined) drawCap(context, plot, strip.cap, yOf);
  drawTitle(context, strip, plot, theme);
}
