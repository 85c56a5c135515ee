// Follows the server. The browser reconnects on its own; only a refusal ends the page.

import { changedView } from '../../view/change.ts';
import type { UiChange, UiView } from '../../view/ui-view.ts';
import type { Page } from './page-state.ts';

const EVENTS_URL = './api/events';
const RETRY_MILLISECONDS = 2_000;
const REFUSED: readonly number[] = [401, 403];

/** Why the server closed the stream: EventSource hides the status. */
async function isRefused(): Promise<boolean> {
  const abort = new AbortController();
  try {
    const { status } = await fetch(EVENTS_URL, { signal: abort.signal });
    return REFUSED.includes(status);
  } catch {
    return false;
  } finally {
    abort.abort();
  }
}

async function onClosed(page: Page): Promise<void> {
  if (await isRefused()) page.update({ connection: 'ended' });
  else setTimeout(() => followEvents(page), RETRY_MILLISECONDS);
}

export function followEvents(page: Page): void {
  const source = new EventSource(EVENTS_URL);
  source.addEventListener('view', ({ data }) => {
    page.update({ view: JSON.parse(data) as UiView, connection: 'live' });
  });
  source.addEventListener('change', ({ data }) => {
    const { view } = page.state;
    if (view !== undefined) page.update({ view: changedView(view, JSON.parse(data) as UiChange), connection: 'live' });
  });
  source.addEventListener('open', () =>
    page.update({ connection: page.state.view === undefined ? 'connecting' : 'live' }),
  );
  source.addEventListener('error', () => {
    page.update({ connection: 'reconnecting' });
    if (source.readyState === EventSource.CLOSED) void onClosed(page);
  });
}
