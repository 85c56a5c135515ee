// Canvases with sharp lines on every display, and texts that fit.
import type { TimeRange } from './scale.ts';

/** Where the time axis lies on a canvas, in pixels of the style sheet. */
export interface Plot {
  /** Width of the names on the left. */
  readonly gutter: number;
  /** Width of the whole canvas. */
  readonly width: number;
  readonly range: TimeRange;
}

export const plotWidth = ({ gutter, width }: Plot) => Math.max(1, width - gutter);

export const xOf = (plot: Plot, time: number) =>
  plot.gutter + ((time - plot.range.from) / (plot.range.to - plot.range.from)) * plotWidth(plot);

export const timeAt = (plot: Plot, x: number) =>
  plot.range.from + ((x - plot.gutter) / plotWidth(plot)) * (plot.range.to - plot.range.from);

/** Sets the size, and returns a cleared context whose unit is a pixel of the style sheet. */
export function clearedContext(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1;
  const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw on a canvas');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const fitted = new Map<string, string>();

/** Cuts the middle of the text until it fits the width. The font must be set. */
export function fittedText(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${width} ${context.font} ${text}`;
  const known = fitted.get(key);
  if (known !== undefined) return known;
  let kept = text.length;
  const cut = () => {
    const start = Math.ceil(kept / 2);
    return kept >= text.length ? text : `${text.slice(0, start)}…${text.slice(text.length - (kept - start))}`;
  };
  while (kept > 1 && context.measureText(cut()).width > width) kept -= 1;
  fitted.set(key, cut());
  return cut();
}

export function canvasIn(parent: Element, className: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = className;
  parent.append(canvas);
  return canvas;
}
