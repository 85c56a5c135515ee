// What the parts of the page share: the visible time, the highlighted image, and when to draw.
import { oncePerFrame } from './once-per-frame.ts';
import type { TimeRange } from './scale.ts';
import { readTheme, type Theme } from './theme.ts';

/** One pull of one plan. */
interface PullRef {
  readonly plan: number;
  readonly pull: number;
}

export interface PageState {
  /** The time of all plans. */
  readonly whole: TimeRange;
  range: TimeRange;
  rowHeight: number;
  theme: Theme;
  /** The image under the pointer, in the legend or in a timeline. */
  hoveredImage: number | undefined;
  /** The image that was clicked. */
  pinnedImage: number | undefined;
  /** The pull under the pointer or with the keyboard focus. */
  pull: PullRef | undefined;
}

export interface Page {
  readonly state: PageState;
  /** Changes the state; every view is drawn once, before the next frame. */
  update(changes: Partial<Omit<PageState, 'whole'>>): void;
  onDraw(draw: () => void): void;
}

/** Returns a function that draws only if a value that the drawing depends on has changed. */
export function whenChanged(valuesOf: () => readonly unknown[], draw: () => void): () => void {
  let drawn: readonly unknown[] | undefined;
  return () => {
    const values = valuesOf();
    if (drawn?.every((value, index) => Object.is(value, values[index]))) return;
    drawn = values;
    draw();
  };
}

export const highlightedImage = ({ hoveredImage, pinnedImage }: PageState) => hoveredImage ?? pinnedImage;

export function createPage(whole: TimeRange, rowHeight: number): Page {
  const views: (() => void)[] = [];
  const none = { hoveredImage: undefined, pinnedImage: undefined, pull: undefined };
  const state: PageState = { whole, range: whole, rowHeight, theme: readTheme(), ...none };
  const drawSoon = oncePerFrame(() => {
    for (const draw of views) draw();
  });
  return {
    state,
    update(changes) {
      Object.assign(state, changes);
      drawSoon();
    },
    onDraw: (draw) => views.push(draw),
  };
}
