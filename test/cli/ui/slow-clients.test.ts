// What a client gets that does not read fast enough, and when views are computed.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createEventStreams } from '../../../cli/ui/server/event-streams.ts';
import { createViewFeed, type FeedEvent, type FeedOptions, type FeedTimes } from '../../../cli/ui/server/view-feed.ts';
import { cellCodes, type UiView } from '../../../cli/ui/view/ui-view.ts';
import { eventually } from '../../waiting.ts';
import { emptyView as installedView } from './page/sample-views.ts';

const emptyView: UiView = { ...installedView, remarks: [] };

/** A view that differs from others by its title. */
const titled = (title: string): UiView => ({ ...emptyView, title });

const openFeeds: (() => void)[] = [];
afterEach(() => {
  for (const close of openFeeds.splice(0)) close();
});

function feedWith(
  compute: () => UiView,
  times: FeedTimes = { shortestInterval: 1, tickInterval: 1_000, idleInterval: 60_000 },
) {
  const listeners = new Set<() => void>();
  const onChange: FeedOptions['onChange'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const feed = createViewFeed({ compute, onChange, times });
  return {
    feed,
    changed: () => {
      for (const listener of listeners) listener();
    },
    open(listener: Parameters<typeof feed.open>[0] = () => undefined) {
      const { view, close } = feed.open(listener);
      openFeeds.push(close);
      return view;
    },
  };
}

/** A response whose client reads only when the test drains it. */
function slowResponse() {
  const written: string[] = [];
  const emitter = new EventEmitter();
  const state = { isFull: false, isDestroyed: false };
  const response = Object.assign(emitter, {
    writeHead: () => undefined,
    write(text: string) {
      written.push(text);
      return !state.isFull;
    },
    destroy() {
      state.isDestroyed = true;
      emitter.emit('close');
    },
  }) as unknown as ServerResponse;
  return { written, state, response, drain: () => emitter.emit('drain') };
}

it('a client that does not read misses events and then gets a whole view', async () => {
  let title = 'first';
  const { feed, changed } = feedWith(() => titled(title));
  const streams = createEventStreams(feed);
  const { written, state, response, drain } = slowResponse();
  state.isFull = true;
  streams.open(response, {});
  for (title of ['second', 'third']) {
    changed();
    await eventually(() => expect(feed.latest().title).toBe(title));
  }
  expect(written.map((text) => text.includes('"title":"first"'))).toEqual([true]);
  state.isFull = false;
  drain();
  expect(written).toHaveLength(2);
  expect(written[1]).toMatch(/^event: view\ndata: \{.*"title":"third".*\}\n\n$/);
  title = 'fourth';
  changed();
  await eventually(() => expect(written[2]).toMatch(/^event: change\ndata: \{.*"title":"fourth".*\}\n\n$/));
  streams.closeAll();
});

it('a client that missed nothing gets no second view', () => {
  const { feed } = feedWith(() => titled('first'));
  const streams = createEventStreams(feed);
  const { written, state, response, drain } = slowResponse();
  state.isFull = true;
  streams.open(response, {});
  drain();
  expect(written).toHaveLength(1);
  streams.closeAll();
});

it('a client that reads nothing for too long is disconnected', async () => {
  const { feed } = feedWith(() => titled('first'));
  const streams = createEventStreams(feed, { aliveInterval: 1_000, stalledLimit: 20 });
  const { state, response } = slowResponse();
  state.isFull = true;
  streams.open(response, {});
  await eventually(() => expect(state.isDestroyed).toBe(true));
});

it('many changes lead to few views, and the last change is not lost', async () => {
  let computed = 0;
  let value = 0;
  const { feed, changed, open } = feedWith(
    () => {
      computed += 1;
      return titled(`value ${value}`);
    },
    { shortestInterval: 100, tickInterval: 10_000, idleInterval: 60_000 },
  );
  open();
  const startedAt = performance.now();
  for (value = 1; value < 50; value += 1) {
    changed();
    await sleep(5);
  }
  changed();
  await eventually(() => expect(feed.latest().title).toBe('value 50'));
  const elapsed = performance.now() - startedAt;
  expect(computed).toBeGreaterThan(2);
  expect(computed).toBeLessThanOrEqual(elapsed / 100 + 2);
});

it('the time between two views is at least four times the cost of the last one', async () => {
  const starts: number[] = [];
  const { changed, open } = feedWith(() => {
    const startedAt = performance.now();
    starts.push(startedAt);
    while (performance.now() - startedAt < 40);
    return titled(`view ${starts.length}`);
  });
  open();
  for (let count = 2; count < 5; count += 1) {
    changed();
    await eventually(() => expect(starts).toHaveLength(count));
  }
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  // A timer may fire a millisecond early.
  expect(gaps.filter((gap) => gap < 158)).toEqual([]);
});

it.each([
  ['pulling', true],
  ['queued', true],
  ['backing off', true],
  ['cached', false],
  ['failing', false],
] as const)('with a pair that is %s, the view is computed without a change: %s', async (state, isComputedAgain) => {
  let computed = 0;
  const image = { name: 'nginx', reference: '', policy: '', reason: '', message: '', cells: cellCodes[state] };
  const { open } = feedWith(
    () => {
      computed += 1;
      return { ...emptyView, images: [image] };
    },
    { shortestInterval: 1, tickInterval: 30, idleInterval: 60_000 },
  );
  open();
  if (isComputedAgain) await eventually(() => expect(computed).toBeGreaterThan(2));
  else await sleep(120);
  expect(computed > 1).toBe(isComputedAgain);
});

it('an idle cluster sends its time once in a while, and nothing else', async () => {
  let at = 0;
  const { feed } = feedWith(
    () => {
      at += 1;
      return { ...emptyView, at: `time ${at}` };
    },
    { shortestInterval: 1, tickInterval: 60_000, idleInterval: 20 },
  );
  const events: FeedEvent[] = [];
  const { close } = feed.open((event) => events.push(event));
  await eventually(() => expect(events.length).toBeGreaterThan(1));
  close();
  expect(events.slice(0, 2)).toEqual([
    { name: 'change', data: { at: 'time 2' } },
    { name: 'change', data: { at: 'time 3' } },
  ]);
});

it('a stream that opens between two views gets the last one without a computation', () => {
  let computed = 0;
  const { open } = feedWith(
    () => {
      computed += 1;
      return titled(`view ${computed}`);
    },
    { shortestInterval: 60_000, tickInterval: 60_000, idleInterval: 60_000 },
  );
  expect([open().title, open().title]).toEqual(['view 1', 'view 1']);
});

it('a view that cannot be computed keeps the last one and adds a remark', async () => {
  let isBroken = false;
  const { feed, changed, open } = feedWith(() => {
    if (isBroken) throw new Error('secret detail');
    return titled('works');
  });
  open();
  isBroken = true;
  changed();
  await eventually(() => expect(feed.latest().remarks).toHaveLength(1));
  expect(feed.latest()).toMatchObject({ title: 'works', remarks: [expect.stringContaining('internal error')] });
  isBroken = false;
  changed();
  await eventually(() => expect(feed.latest().remarks).toEqual([]));
});
