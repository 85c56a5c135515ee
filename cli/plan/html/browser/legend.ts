// The images with their colours. Pointing at an image highlights its bars; a click keeps the highlight.
import { canvasIn, clearedContext } from './canvas.ts';
import { highlightedImage, type Page, whenChanged } from './page-state.ts';

const SWATCH_PIXELS = 12;

export function createLegend(element: HTMLElement, images: readonly string[], page: Page): void {
  const entries = images.map((name, image) => {
    const button = document.createElement('button');
    button.type = 'button';
    const swatch = canvasIn(button, 'swatch');
    button.append(name);
    button.addEventListener('pointerenter', () => page.update({ hoveredImage: image }));
    button.addEventListener('pointerleave', () => page.update({ hoveredImage: undefined }));
    button.addEventListener('click', () => {
      page.update({ pinnedImage: page.state.pinnedImage === image ? undefined : image });
    });
    element.append(button);
    return { button, swatch };
  });
  const { state } = page;
  const drawSwatches = () => {
    entries.forEach(({ swatch }, image) => {
      const context = clearedContext(swatch, SWATCH_PIXELS, SWATCH_PIXELS);
      context.fillStyle = state.theme.fillOf(image);
      context.fillRect(0, 0, SWATCH_PIXELS, SWATCH_PIXELS);
    });
  };
  const markButtons = () => {
    const highlighted = highlightedImage(state);
    entries.forEach(({ button }, image) => {
      button.setAttribute('aria-pressed', String(state.pinnedImage === image));
      button.classList.toggle('dimmed', highlighted !== undefined && highlighted !== image);
    });
  };
  page.onDraw(whenChanged(() => [state.theme], drawSwatches));
  page.onDraw(whenChanged(() => [state.pinnedImage, state.hoveredImage], markButtons));
}
