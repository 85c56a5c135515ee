// A browser of a test: exchanges the link for the cookie and reads server-sent events.
import { eventually } from '../../waiting.ts';

export interface SeenEvent {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read the parts that they expect.
  readonly data: any;
}

/** Returns the cookie of a link. */
export async function cookieOf(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (response.status !== 303 || cookie === '') throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return cookie;
}

export interface EventClient {
  readonly status: number;
  readonly type: string | null;
  readonly events: readonly SeenEvent[];
  /** Comments. */
  readonly comments: readonly string[];
  readonly hasEnded: () => boolean;
  readonly close: () => void;
  /** Waits until an event passes. */
  readonly find: (passes: (event: SeenEvent) => boolean, limitMilliseconds?: number) => Promise<SeenEvent>;
}

const fieldOf = (block: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];

/** Opens the stream of a server, for example `http://127.0.0.1:4321`. */
export async function openEvents(origin: string, cookie: string): Promise<EventClient> {
  const ended = new AbortController();
  const response = await fetch(`${origin}/api/events`, { headers: { cookie }, signal: ended.signal });
  const events: SeenEvent[] = [];
  const comments: string[] = [];
  let hasEnded = false;
  const readBlock = (block: string) => {
    const name = fieldOf(block, 'event');
    if (name === undefined) comments.push(block);
    else events.push({ name, data: JSON.parse(fieldOf(block, 'data') ?? '') });
  };
  const read = async () => {
    let rest = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      blocks.forEach(readBlock);
    }
  };
  if (response.status === 200) {
    read()
      .catch(() => undefined)
      .finally(() => {
        hasEnded = true;
      });
  }
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    events,
    comments,
    hasEnded: () => hasEnded,
    close: () => ended.abort(),
    find: (passes, limitMilliseconds) =>
      eventually(() => {
        const found = events.find(passes);
        if (found === undefined) throw new Error(`no such event among ${JSON.stringify(events).slice(0, 2_000)}`);
        return found;
      }, limitMilliseconds),
  };
}
