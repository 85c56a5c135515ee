// The open event streams of the page, in the format of server-sent events.
import type { ServerResponse } from 'node:http';
import type { UiView } from '../view/ui-view.ts';
import type { FeedEvent, ViewFeed } from './view-feed.ts';

/** Streams at once. A browser opens one for each tab. */
export const STREAM_LIMIT = 16;

export interface StreamTimes {
  /** Between comments that keep a silent connection open. */
  readonly aliveInterval: number;
  /** A stream whose client reads nothing for this time is closed. */
  readonly stalledLimit: number;
}

const STREAM_MILLISECONDS: StreamTimes = { aliveInterval: 15_000, stalledLimit: 60_000 };

export interface EventStreams {
  readonly isFull: () => boolean;
  /** Sends the headers and the view, then events until the client or the server ends the stream. */
  readonly open: (response: ServerResponse, headers: Readonly<Record<string, string>>) => void;
  readonly closeAll: () => void;
}

/** JSON has no line feed, so the data is one line. */
const eventText = ({ name, data }: FeedEvent) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const viewText = (data: UiView) => eventText({ name: 'view', data });

/** Writes to one client. What a client that does not read fast enough misses is replaced by a whole view. */
function createWriter(response: ServerResponse, latest: () => UiView, stalledLimit: number) {
  let isStalled = false;
  let hasMissed = false;
  let timer: NodeJS.Timeout | undefined;
  const send = (text: string) => {
    if (response.write(text)) return;
    isStalled = true;
    timer = setTimeout(() => response.destroy(), stalledLimit);
  };
  response.on('drain', () => {
    clearTimeout(timer);
    isStalled = false;
    if (!hasMissed) return;
    hasMissed = false;
    send(viewText(latest()));
  });
  return {
    event(text: string): void {
      if (isStalled) hasMissed = true;
      else send(text);
    },
    /** A comment that is missed needs no replacement. */
    alive(): void {
      if (!isStalled) send(': alive\n\n');
    },
    end: () => clearTimeout(timer),
  };
}

/** The text of an event, shared by all streams. */
function sharedText(): (event: FeedEvent) => string {
  let last: { readonly event: FeedEvent; readonly text: string } | undefined;
  return (event) => {
    if (last?.event !== event) last = { event, text: eventText(event) };
    return last.text;
  };
}

export function createEventStreams(feed: ViewFeed, times: StreamTimes = STREAM_MILLISECONDS): EventStreams {
  const open = new Set<ServerResponse>();
  const textOf = sharedText();
  return {
    isFull: () => open.size >= STREAM_LIMIT,
    open(response, headers) {
      const writer = createWriter(response, feed.latest, times.stalledLimit);
      const subscription = feed.open((event) => writer.event(textOf(event)));
      open.add(response);
      const alive = setInterval(writer.alive, times.aliveInterval);
      response.on('error', () => response.destroy());
      response.on('close', () => {
        open.delete(response);
        clearInterval(alive);
        writer.end();
        subscription.close();
      });
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      writer.event(viewText(subscription.view));
    },
    closeAll() {
      for (const response of open) response.destroy();
    },
  };
}
