// What the parts of the page share, and when it is rendered.
import { oncePerFrame } from '../../../plan/html/browser/once-per-frame.ts';
import { readTheme, type Theme } from '../../../plan/html/browser/theme.ts';
import type { UiView } from '../../view/ui-view.ts';
import { type Filters, filtersInHash, hashOfFilters } from './filters.ts';

/** `ended`: the server refuses the page, which a reload cannot change. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended';

/** An image, or a pair of image and node. */
export interface Target {
  readonly image: string;
  readonly node?: string;
}

export interface PageState {
  /** Undefined before the first event. */
  view: UiView | undefined;
  connection: Connection;
  filters: Filters;
  theme: Theme;
  isNarrow: boolean;
}

export interface Page {
  readonly state: PageState;
  /** Changes the state. The page is rendered once, before the next frame. */
  update(changes: Partial<PageState>): void;
  /** Also keeps the filters in the URL. */
  filter(changes: Partial<Filters>): void;
  onRender(render: () => void): void;
  /** Shows the details of an image or a pair. */
  open(target: Target): void;
}

const NARROW = '(max-width: 640px)';

function followDisplay(page: Page): void {
  const narrow = matchMedia(NARROW);
  narrow.addEventListener('change', () => page.update({ isNarrow: narrow.matches }));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => page.update({ theme: readTheme() }));
  addEventListener('hashchange', () => page.update({ filters: filtersInHash(location.hash) }));
  addEventListener('resize', () => page.update({}));
}

export function createPage(open: (target: Target) => void): Page {
  const renderers: (() => void)[] = [];
  const state: PageState = {
    view: undefined,
    connection: 'connecting',
    filters: filtersInHash(location.hash),
    theme: readTheme(),
    isNarrow: matchMedia(NARROW).matches,
  };
  const renderSoon = oncePerFrame(() => {
    for (const render of renderers) render();
  });
  const page: Page = {
    state,
    open,
    update(changes) {
      Object.assign(state, changes);
      renderSoon();
    },
    filter(changes) {
      const filters = { ...state.filters, ...changes };
      history.replaceState(null, '', hashOfFilters(filters) || location.pathname + location.search);
      page.update({ filters });
    },
    onRender: (render) => renderers.push(render),
  };
  followDisplay(page);
  return page;
}
