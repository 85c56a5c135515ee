// Connects the table of images with the heat map: sizes, scrolling, and the cell under the pointer.
import { oncePerFrame } from '../../../plan/html/browser/once-per-frame.ts';
import { createTooltip } from '../../../plan/html/browser/tooltip.ts';
import type { UiView } from '../../view/ui-view.ts';
import { stateOfCode } from './cell-states.ts';
import { countsText, rowCounts } from './counts.ts';
import { slotAt } from './heat-layout.ts';
import { drawCells, drawHead, type HeatMap, type HeatMapCell, isWantedCode, type Viewport } from './heat-map.ts';
import type { Matrix } from './matrix.ts';
import type { Page, Target } from './page-state.ts';
import type { MatrixEvents } from './parts/image-table.ts';
import { number } from './texts.ts';
import { urgentNode } from './urgent-node.ts';

const byId = (id: string) => document.getElementById(id) as HTMLElement;

export interface HeatView {
  readonly events: MatrixEvents;
  /** Width for the cells, in pixels. */
  width(): number;
  /** Draws after the table was rendered. */
  draw(view: UiView, matrix: Matrix): void;
}

interface Shown {
  readonly view: UiView;
  readonly map: HeatMap;
  readonly headHeight: number;
}

/** The space on either side of the heat map. */
const marginPixels = () => Number.parseFloat(getComputedStyle(byId('heat')).marginLeft) || 0;

/** Right of the table. */
const freeWidth = (box: HTMLElement) => box.clientWidth - byId('images').offsetWidth - marginPixels();

function viewportOf(box: HTMLElement, { map, headHeight }: Shown): Viewport {
  const bodyHeight = map.rows.length * map.rowHeight;
  return {
    left: box.scrollLeft,
    top: box.scrollTop,
    width: Math.max(1, Math.min(freeWidth(box), map.layout.width)),
    height: Math.max(1, Math.min(box.clientHeight - headHeight, bodyHeight)),
  };
}

function cellAt(event: MouseEvent, { map }: Shown, viewport: Viewport): HeatMapCell | undefined {
  const { left, top } = byId('heat-cells').getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  const row = Math.floor((y + viewport.top) / map.rowHeight);
  const slot = slotAt(map.layout, x + viewport.left);
  return y < 0 || row >= map.rows.length || slot === undefined ? undefined : { row, slot };
}

/** The pair that stands for a cell. */
function targetOf(
  { view, map }: Shown,
  { row, slot }: HeatMapCell,
): (Target & { readonly nodeIndex: number }) | undefined {
  const image = map.rows[row];
  if (image === undefined) return undefined;
  const isWanted = map.states.size === 0 ? undefined : isWantedCode(map.states);
  const nodeIndex = urgentNode(image.cells, map.columns, slot, isWanted);
  return { image: image.name, node: view.nodes.names[nodeIndex] ?? '', nodeIndex };
}

function tooltipLines(shown: Shown, cell: HeatMapCell): readonly (readonly [string, string])[] {
  const { view, map } = shown;
  const { slot } = cell;
  const row = map.rows[cell.row];
  const target = targetOf(shown, cell);
  if (row === undefined || target === undefined) return [];
  const pool = view.nodes.poolNames[view.nodes.pools[target.nodeIndex] ?? 0] ?? '';
  const count = slot.end - slot.from;
  const nodes = map.columns.slice(slot.from, slot.end);
  return [
    ['image', row.name],
    ['node', target.node ?? ''],
    ...(pool === '' ? [] : [['pool', pool] as const]),
    ['state', stateOfCode(row.cells[target.nodeIndex])],
    ...(count === 1 ? [] : [[`${number(count)} nodes`, countsText(rowCounts(row, nodes))] as const]),
  ];
}

function drawShown(shown: Shown, hovered: HeatMapCell | undefined): void {
  const box = byId('matrix');
  const viewport = viewportOf(box, shown);
  const rows = drawCells(byId('heat-cells') as HTMLCanvasElement, shown.map, viewport, hovered);
  const head = { ...viewport, height: shown.headHeight };
  drawHead(byId('heat-head') as HTMLCanvasElement, shown.map, head, hovered?.slot);
  if (box.dataset.drawnRows === undefined) performance.mark('drop-first-picture');
  box.dataset.drawnRows = String(rows);
}

/** Of the longest ratio, for example `1,000/1,000`. */
const ratioCharacters = ({ columns }: HeatMap) => 2 * number(columns.length).length + 1;

function setSizes({ map, headHeight }: Shown): void {
  const { style } = byId('matrix');
  style.setProperty('--row-height', `${map.rowHeight}px`);
  style.setProperty('--head-height', `${headHeight}px`);
  style.setProperty('--ratio-width', `${ratioCharacters(map)}ch`);
  byId('heat').style.width = `${map.layout.width}px`;
}

export function createHeatView(page: Page): HeatView {
  const tooltip = createTooltip(byId('tooltip'));
  let shown: Shown | undefined;
  let hovered: HeatMapCell | undefined;
  const drawSoon = oncePerFrame(() => {
    if (shown !== undefined) drawShown(shown, hovered);
  });
  const hover = (cell: HeatMapCell | undefined) => {
    if (cell?.row === hovered?.row && cell?.slot.from === hovered?.slot.from) return;
    hovered = cell;
    drawSoon();
  };
  const leave = () => {
    tooltip.hide();
    hover(undefined);
  };
  const cellOf = (event: MouseEvent) => shown && cellAt(event, shown, viewportOf(byId('matrix'), shown));
  return {
    events: {
      onScroll() {
        leave();
        drawSoon();
      },
      onPointerMove(event) {
        const cell = cellOf(event);
        hover(cell);
        if (shown === undefined || cell === undefined) tooltip.hide();
        else tooltip.show(tooltipLines(shown, cell), event.clientX, event.clientY);
      },
      onPointerLeave: leave,
      onClick(event) {
        const cell = cellOf(event);
        const target = shown && cell && targetOf(shown, cell);
        if (target?.node !== undefined) page.open({ image: target.image, node: target.node });
      },
    },
    width() {
      const box = document.getElementById('matrix');
      return box === null || box.hidden ? 0 : Math.max(1, freeWidth(box) - marginPixels());
    },
    draw(view, { rows, columns, layout, rowHeight, headHeight }) {
      const { states } = page.state.filters;
      const previous = shown?.map.rows.length;
      const map = { rows: rows.map(({ row }) => row), nodes: view.nodes, columns, layout, rowHeight, states };
      shown = { view, map: { ...map, theme: page.state.theme }, headHeight };
      if (rows.length !== previous) hovered = undefined;
      setSizes(shown);
      drawShown(shown, hovered);
    },
  };
}
