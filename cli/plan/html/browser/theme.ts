// The colours of the style sheet, for drawing on a canvas.
import { colourOf, type Pattern } from './colours.ts';

export interface Theme {
  readonly isDark: boolean;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly stripe: string;
  readonly accent: string;
  readonly cap: string;
  readonly font: string;
  colourOf(image: number): string;
  /** The colour with the pattern of the image. */
  fillOf(image: number): string | CanvasPattern;
}

const TILE_PIXELS = 6;

type Lines = readonly (readonly [number, number, number, number])[];

/** Lines of a tile, from point to point. They continue in the next tile. */
const patternLines: Readonly<Record<Exclude<Pattern, 'plain' | 'dots'>, Lines>> = {
  rising: [
    [-1, 7, 7, -1],
    [-1, 1, 1, -1],
    [5, 7, 7, 5],
  ],
  falling: [
    [-1, -1, 7, 7],
    [5, -1, 7, 1],
    [-1, 5, 1, 7],
  ],
  upright: [[3, -1, 3, 7]],
};

function drawPattern(context: CanvasRenderingContext2D, pattern: Pattern): void {
  if (pattern === 'plain') return;
  if (pattern === 'dots') {
    context.fillRect(1, 1, 2, 2);
    context.fillRect(4, 4, 2, 2);
    return;
  }
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of patternLines[pattern]) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

function patternFill(image: number, isDark: boolean, background: string): string | CanvasPattern {
  const { fill, pattern } = colourOf(image, isDark);
  const tile = document.createElement('canvas');
  tile.width = TILE_PIXELS;
  tile.height = TILE_PIXELS;
  const context = tile.getContext('2d');
  if (pattern === 'plain' || context === null) return fill;
  context.fillStyle = fill;
  context.fillRect(0, 0, TILE_PIXELS, TILE_PIXELS);
  context.fillStyle = background;
  context.strokeStyle = background;
  drawPattern(context, pattern);
  return context.createPattern(tile, 'repeat') ?? fill;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const patterns = new Map<number, string | CanvasPattern>();
  return {
    isDark,
    text: colour('text'),
    muted: colour('muted'),
    grid: colour('grid'),
    background: colour('background'),
    stripe: colour('stripe'),
    accent: colour('accent'),
    cap: colour('cap'),
    font: '11px system-ui, sans-serif',
    colourOf: (image) => colourOf(image, isDark).fill,
    fillOf(image) {
      const fill = patterns.get(image) ?? patternFill(image, isDark, colour('background'));
      patterns.set(image, fill);
      return fill;
    },
  };
}
