// Computes the view for all open streams together: not more often than its cost allows, and not without a stream.
import { canChange, viewChange } from '../view/change.ts';
import { cellCodes, type UiChange, type UiView } from '../view/ui-view.ts';

export interface FeedTimes {
  /** Shortest time between two views. */
  readonly shortestInterval: number;
  /** Interval while instants pass: something is pulled, queued or backs off. */
  readonly tickInterval: number;
  /** Interval while nothing happens, so that times such as `5m ago` stay true. */
  readonly idleInterval: number;
}

const FEED_MILLISECONDS: FeedTimes = { shortestInterval: 1_000, tickInterval: 5_000, idleInterval: 60_000 };

/** The time between two views is at least this many times the time that the last one took. */
const COST_FACTOR = 4;

export type FeedEvent =
  | { readonly name: 'view'; readonly data: UiView }
  | { readonly name: 'change'; readonly data: UiChange };

export interface FeedOptions {
  readonly compute: () => UiView;
  /** Calls the listener after every change of the cluster. Returns a function that removes it. */
  readonly onChange: (listener: () => void) => () => void;
  readonly times?: FeedTimes | undefined;
}

export interface ViewFeed {
  /** Returns the view now and calls the listener with later events. Throws if the first view cannot be computed. */
  readonly open: (listener: (event: FeedEvent) => void) => { readonly view: UiView; readonly close: () => void };
  /** The latest view, for a client that missed an event. */
  readonly latest: () => UiView;
}

const passing = [cellCodes.pulling, cellCodes.queued, cellCodes['backing off']];

const ticks = ({ images }: UiView) => images.some(({ cells }) => passing.some((code) => cells.includes(code)));

const FAILED = 'The view could not be computed because of an internal error; the last known view is shown.';

const withFailure = (view: UiView): UiView =>
  view.remarks.includes(FAILED) ? view : { ...view, remarks: [FAILED, ...view.remarks] };

/** Undefined for views that differ in their time only. */
function eventOf(before: UiView, after: UiView): FeedEvent | undefined {
  if (!canChange(before, after)) return { name: 'view', data: after };
  const change = viewChange(before, after);
  return change === undefined ? undefined : { name: 'change', data: change };
}

const timeEvent = ({ at }: UiView): FeedEvent => ({ name: 'change', data: { at } });

export function createViewFeed({ compute, onChange, times = FEED_MILLISECONDS }: FeedOptions): ViewFeed {
  const listeners = new Set<(event: FeedEvent) => void>();
  let view: UiView | undefined;
  let isCurrent = false;
  let startedAt = Number.NEGATIVE_INFINITY;
  let cost = 0;
  let timer: NodeJS.Timeout | undefined;
  let removeListener: () => void = () => undefined;

  const dueAt = () => startedAt + Math.max(times.shortestInterval, COST_FACTOR * cost);

  function refreshed(): UiView {
    startedAt = performance.now();
    isCurrent = true;
    try {
      return compute();
    } finally {
      cost = performance.now() - startedAt;
    }
  }

  function refreshedOr(last: UiView): UiView {
    try {
      return refreshed();
    } catch {
      return withFailure(last);
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    if (listeners.size === 0 || view === undefined) return;
    const interval = ticks(view) ? times.tickInterval : times.idleInterval;
    const nextAt = isCurrent ? Math.max(startedAt + interval, dueAt()) : dueAt();
    timer = setTimeout(update, Math.max(0, nextAt - performance.now()));
  }

  function update(): void {
    const before = view;
    if (before === undefined) return;
    const isTick = isCurrent;
    view = refreshedOr(before);
    const event = eventOf(before, view) ?? (isTick ? timeEvent(view) : undefined);
    if (event !== undefined) for (const listener of listeners) listener(event);
    schedule();
  }

  function start(): void {
    removeListener = onChange(() => {
      if (!isCurrent) return;
      isCurrent = false;
      schedule();
    });
  }

  /** A stream that opens between two views gets the last one, and later the change since then. */
  function viewOfNewStream(): UiView {
    // Without a stream, changes are not observed.
    if (listeners.size === 0) isCurrent = false;
    if (view === undefined) view = refreshed();
    else if (!isCurrent && performance.now() >= dueAt()) update();
    return view;
  }

  return {
    open(listener) {
      const first = viewOfNewStream();
      if (listeners.size === 0) start();
      listeners.add(listener);
      schedule();
      return {
        view: first,
        close() {
          if (!listeners.delete(listener) || listeners.size > 0) return;
          removeListener();
          schedule();
        },
      };
    },
    latest() {
      if (view === undefined) throw new Error('no view was computed');
      return view;
    },
  };
}
