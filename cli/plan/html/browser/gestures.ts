// Wheel and drag on a chart: Ctrl and the wheel (or two fingers on a touchpad) zoom, Shift and the wheel or a drag pan.
import { type Plot, plotWidth, timeAt } from './canvas.ts';
import type { Page } from './page-state.ts';
import { panned, zoomed } from './scale.ts';

const ZOOM_PER_PIXEL = 1.0025;
const DOUBLE_CLICK_FACTOR = 2.5;

const millisecondsPerPixel = (plot: Plot) => (plot.range.to - plot.range.from) / plotWidth(plot);

function onWheel(event: WheelEvent, plot: Plot, page: Page): void {
  const { range, whole } = page.state;
  const isZoom = event.ctrlKey || event.metaKey;
  const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
  if (isZoom) {
    event.preventDefault();
    const fixed = timeAt(plot, Math.max(event.offsetX, plot.gutter));
    page.update({ range: zoomed(range, whole, ZOOM_PER_PIXEL ** -event.deltaY, fixed) });
  } else if (Math.abs(sideways) > Math.abs(event.deltaY) || (event.shiftKey && sideways !== 0)) {
    event.preventDefault();
    page.update({ range: panned(range, whole, sideways * millisecondsPerPixel(plot)) });
  }
}

/** Listens on the element. The plot is asked for at each event, because its size changes. */
export function addGestures(element: HTMLElement, plotOf: () => Plot, page: Page): void {
  element.addEventListener('wheel', (event) => onWheel(event, plotOf(), page), { passive: false });
  element.addEventListener('dblclick', (event) => {
    const { range, whole } = page.state;
    page.update({ range: zoomed(range, whole, DOUBLE_CLICK_FACTOR, timeAt(plotOf(), event.offsetX)) });
  });
  let lastX: number | undefined;
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    lastX = event.clientX;
  });
  element.addEventListener('pointermove', (event) => {
    if (lastX === undefined || event.buttons === 0) {
      lastX = undefined;
      return;
    }
    const { range, whole } = page.state;
    page.update({ range: panned(range, whole, (lastX - event.clientX) * millisecondsPerPixel(plotOf())) });
    lastX = event.clientX;
  });
  for (const end of ['pointerup', 'pointercancel']) {
    element.addEventListener(end, () => {
      lastX = undefined;
    });
  }
}
