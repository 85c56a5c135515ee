// The heat map. Only its visible part is drawn.
import { clearedContext, fittedText } from '../../../plan/html/browser/canvas.ts';
import type { Theme } from '../../../plan/html/browser/theme.ts';
import type { CellState, ImageRow, NodeColumns } from '../../view/ui-view.ts';
import { type Sprites, spritesOf } from './cell-marks.ts';
import { codeOfState, stateOfCode } from './cell-states.ts';
import {
  type ColumnLayout,
  columnX,
  MARK_PIXELS,
  type PoolSpan,
  type Slot,
  slotsBetween,
  visibleRows,
} from './heat-layout.ts';
import { shortNames } from './short-names.ts';
import { colourOfState } from './state-colours.ts';
import { urgentNode } from './urgent-node.ts';

export interface HeatMap {
  readonly rows: readonly ImageRow[];
  readonly nodes: NodeColumns;
  /** Indexes of the shown nodes. */
  readonly columns: readonly number[];
  readonly layout: ColumnLayout;
  readonly rowHeight: number;
  /** Empty for all states; other states are dimmed. */
  readonly states: ReadonlySet<CellState>;
  readonly theme: Theme;
}

/** The visible part. */
export interface Viewport {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A cell under the pointer. */
export interface HeatMapCell {
  readonly row: number;
  readonly slot: Slot;
}

const DIMMED = 0.14;
const ROW_GAP_PIXELS = 3;
const POOL_LINE_Y = 22;
const NAME_MARGIN_PIXELS = 8;
const LEAST_POOL_NAME_PIXELS = 24;

export const isWantedCode = (states: ReadonlySet<CellState>) => {
  const codes = new Set([...states].map(codeOfState));
  return (code: number) => codes.size === 0 || codes.has(code);
};

interface DrawnRows {
  readonly context: CanvasRenderingContext2D;
  readonly map: HeatMap;
  readonly slots: readonly Slot[];
  readonly left: number;
}

type StateOf = (slot: Slot) => CellState;

const alphaOf = ({ states }: HeatMap, state: CellState) => (states.size === 0 || states.has(state) ? 1 : DIMMED);

function drawSprites({ context, map, slots, left }: DrawnRows, y: number, sprites: Sprites, stateOf: StateOf): void {
  const height = map.rowHeight - ROW_GAP_PIXELS;
  for (const slot of slots) {
    const state = stateOf(slot);
    const sprite = sprites.get(state);
    context.globalAlpha = alphaOf(map, state);
    if (sprite !== undefined) context.drawImage(sprite, slot.x - left, y, slot.width, height);
  }
}

/** Neighbouring slots of one state are one rectangle. */
function drawRuns({ context, map, slots, left }: DrawnRows, y: number, stateOf: StateOf): void {
  const height = map.rowHeight - ROW_GAP_PIXELS;
  let run: { readonly state: CellState; readonly x: number; end: number } | undefined;
  const draw = () => {
    if (run === undefined) return;
    context.globalAlpha = alphaOf(map, run.state);
    context.fillStyle = colourOfState(run.state, map.theme.isDark).small;
    context.fillRect(run.x - left, y, run.end - run.x, height);
  };
  for (const slot of slots) {
    const state = stateOf(slot);
    if (run?.state === state && run.end === slot.x) {
      run.end = slot.x + slot.width;
    } else {
      draw();
      run = { state, x: slot.x, end: slot.x + slot.width };
    }
  }
  draw();
}

/** Returns the number of rows that were drawn. */
export function drawCells(canvas: HTMLCanvasElement, map: HeatMap, viewport: Viewport, hovered?: HeatMapCell): number {
  const { left, top, width, height } = viewport;
  const { rows, columns, layout, rowHeight, states, theme } = map;
  const context = clearedContext(canvas, width, height);
  const slots = slotsBetween(layout, left, left + width);
  const [first, end] = visibleRows(rows.length, rowHeight, top, height);
  const isWanted = states.size === 0 ? undefined : isWantedCode(states);
  const sprites =
    layout.size >= MARK_PIXELS ? spritesOf(layout.size - 1, rowHeight - ROW_GAP_PIXELS, theme.isDark) : undefined;
  const drawn = { context, map, slots, left };
  for (let row = first; row < end; row += 1) {
    const cells = rows[row]?.cells ?? '';
    const y = row * rowHeight - top + 1;
    const stateOf: StateOf = (slot) => stateOfCode(cells[urgentNode(cells, columns, slot, isWanted)]);
    if (sprites === undefined) drawRuns(drawn, y, stateOf);
    else drawSprites(drawn, y, sprites, stateOf);
  }
  context.globalAlpha = 1;
  if (hovered !== undefined) drawOutline(context, map, viewport, hovered);
  return end - first;
}

function drawOutline(context: CanvasRenderingContext2D, map: HeatMap, viewport: Viewport, cell: HeatMapCell): void {
  const { row, slot } = cell;
  context.strokeStyle = map.theme.text;
  context.lineWidth = 2;
  const y = row * map.rowHeight - viewport.top;
  const width = Math.max(3, slot.width);
  context.strokeRect(slot.x - viewport.left - 1, y, width + 2, map.rowHeight - ROW_GAP_PIXELS + 2);
}

/** The name stays visible while a part of its pool is. */
function drawPool(context: CanvasRenderingContext2D, map: HeatMap, viewport: Viewport, span: PoolSpan): void {
  const { layout, nodes, theme } = map;
  const start = columnX(layout, span.from) - viewport.left;
  const end = start + (span.end - span.from) * layout.size;
  const [from, to] = [Math.max(0, start), Math.min(viewport.width, end)];
  if (to - from < 1) return;
  context.fillStyle = theme.muted;
  context.fillRect(from, POOL_LINE_Y, to - from - (layout.size >= 4 ? 1 : 0), 1.5);
  if (to - from < LEAST_POOL_NAME_PIXELS) return;
  const count = (span.end - span.from).toLocaleString('en');
  const name = nodes.poolNames[span.pool] || 'no pool';
  const full = `${name} · ${count}`;
  const text = context.measureText(full).width <= to - from ? full : name;
  context.fillStyle = theme.text;
  context.fillText(fittedText(context, text, to - from), from, 10);
}

/** Upwards, from the cells to the name of the pool. */
function drawNodeNames(context: CanvasRenderingContext2D, map: HeatMap, viewport: Viewport, hovered?: Slot): void {
  const { layout, nodes, columns, theme } = map;
  const height = viewport.height;
  const names = shortNames(nodes.names);
  for (const slot of slotsBetween(layout, viewport.left, viewport.left + viewport.width)) {
    const name = names[columns[slot.from] ?? 0] ?? '';
    context.save();
    context.translate(slot.x - viewport.left + slot.width / 2, height - 4);
    context.rotate(-Math.PI / 2);
    context.fillStyle = hovered?.from === slot.from ? theme.text : theme.muted;
    context.fillText(fittedText(context, name, height - POOL_LINE_Y - NAME_MARGIN_PIXELS), 0, 0);
    context.restore();
  }
}

/** The viewport has the height of the head. */
export function drawHead(canvas: HTMLCanvasElement, map: HeatMap, viewport: Viewport, hovered?: Slot): void {
  const context = clearedContext(canvas, viewport.width, viewport.height);
  context.textBaseline = 'middle';
  context.font = `600 ${map.theme.font}`;
  for (const span of map.layout.spans) drawPool(context, map, viewport, span);
  context.font = map.theme.font;
  if (map.layout.hasNames) drawNodeNames(context, map, viewport, hovered);
}
