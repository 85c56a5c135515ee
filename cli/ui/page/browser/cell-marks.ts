// The cell of each state, drawn once for each size and copied into the heat map and the legend.
import type { CellState } from '../../view/ui-view.ts';
import { cellStates } from './cell-states.ts';
import { colourOfState, type Mark } from './state-colours.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Draw = (context: CanvasRenderingContext2D, box: Box) => void;

const centre = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const;
const unitOf = ({ width, height }: Box) => Math.min(width, height);

function circle(context: CanvasRenderingContext2D, box: Box, radius: number): void {
  context.beginPath();
  context.arc(...centre(box), radius, 0, 2 * Math.PI);
}

const hatch: Draw = (context, { x, y, width, height }) => {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.lineWidth = 1.25;
  context.beginPath();
  for (let offset = -height; offset < width; offset += 4.5) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.stroke();
  context.restore();
};

const cross: Draw = (context, box) => {
  const [x, y] = centre(box);
  const arm = unitOf(box) * 0.24;
  context.lineWidth = Math.max(1.5, unitOf(box) * 0.13);
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
};

const question: Draw = (context, box) => {
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
  context.setLineDash([]);
  context.font = `600 ${Math.round(unitOf(box) * 0.7)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('?', ...centre(box));
};

const draws: Readonly<Record<Mark, Draw>> = {
  plain: () => {},
  empty(context, { x, y, width, height }) {
    context.globalAlpha = 0.28;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  },
  half(context, { x, y, width, height }) {
    context.fillRect(x, y + height / 2, width, height / 2);
  },
  dot(context, box) {
    circle(context, box, Math.max(1.25, unitOf(box) * 0.15));
    context.fill();
  },
  ring(context, box) {
    context.lineWidth = Math.max(1.25, unitOf(box) * 0.12);
    circle(context, box, unitOf(box) * 0.25);
    context.stroke();
  },
  bar(context, box) {
    const [x, y] = centre(box);
    const length = unitOf(box) * 0.6;
    context.fillRect(x - length / 2, y - length / 6, length, length / 3);
  },
  cross,
  hatch,
  question,
};

/** Draws the cell with its mark. */
export function drawCell(context: CanvasRenderingContext2D, state: CellState, box: Box, isDark: boolean): void {
  const { fill, ink, mark } = colourOfState(state, isDark);
  context.save();
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, unitOf(box) >= 12 ? 3 : 1.5);
  context.clip();
  context.fillStyle = fill;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = ink;
  context.strokeStyle = ink;
  draws[mark](context, box);
  context.restore();
}

export type Sprites = ReadonlyMap<CellState, HTMLCanvasElement>;

function spriteOf(state: CellState, width: number, height: number, isDark: boolean): HTMLCanvasElement {
  const ratio = devicePixelRatio || 1;
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw on a canvas');
  context.scale(ratio, ratio);
  drawCell(context, state, { x: 0, y: 0, width, height }, isDark);
  return canvas;
}

let drawn: { readonly key: string; readonly sprites: Sprites } | undefined;

/** One canvas for each state. Those of the latest size are kept. */
export function spritesOf(width: number, height: number, isDark: boolean): Sprites {
  const key = `${width} ${height} ${isDark} ${devicePixelRatio}`;
  if (drawn?.key !== key) {
    drawn = { key, sprites: new Map(cellStates.map((state) => [state, spriteOf(state, width, height, isDark)])) };
  }
  return drawn.sprites;
}
