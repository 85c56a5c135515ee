// One watch of a list: applies its events until it ends.
import type { ApiClient } from '../../cluster/api-request.ts';
import type { ListInput } from '../../cluster/list-objects.ts';
import { type ObjectList, watchEvent } from './object-list.ts';

/** After this time the API server ends the watch, and a new one continues with its last version. */
const WATCH_SECONDS = 290;
/** etcd stores 1.5 MiB of an object by default; JSON can be longer. */
export const EVENT_LIMIT_BYTES = 8 * 1024 * 1024;
/** After events of this size the list is read anew, which applies the limit on the size of a list. */
const WATCH_LIMIT_CHARACTERS = 256 * 1024 * 1024;
/** A watch that ends earlier and without an event has failed. */
const SHORT_WATCH_MILLISECONDS = 5_000;

const FORBIDDEN = 403;

/**
 * How a watch ended. `continue`: a new watch can start at the last version. `relist`: the objects must be listed, for
 * example because the version is too old (410) or the connection broke. `forbidden`: the user may not watch.
 */
export interface WatchEnd {
  readonly next: 'continue' | 'relist' | 'forbidden';
  /** Whether an event arrived, so that the next attempt need not be delayed longer. */
  readonly hasProgress: boolean;
}

export interface WatchInput {
  readonly client: ApiClient;
  readonly input: ListInput;
  readonly list: ObjectList;
  readonly idleMilliseconds: number;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
}

function pathOf({ path, labelSelector }: ListInput, resourceVersion: string): string {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(WATCH_SECONDS),
  });
  if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
  return `${path}?${query}`;
}

/** Returns whether the watch can continue. Throws for a line that is not an event. */
function applyLine(line: string, { list, onChange }: WatchInput): boolean {
  const event = watchEvent.parse(JSON.parse(line));
  if (event.type === 'ERROR') return false;
  if (list.apply(event)) onChange();
  return true;
}

/** Returns the end of the watch. Does not throw: every failure leads to a new list, which reports its own problem. */
export async function watchObjects(watch: WatchInput): Promise<WatchEnd> {
  const { client, input, list, idleMilliseconds, signal } = watch;
  const startedAt = performance.now();
  let hasProgress = false;
  let characters = 0;
  try {
    const options = { accept: 'application/json', limitBytes: EVENT_LIMIT_BYTES, idleMilliseconds, signal };
    const response = await client.openLines(pathOf(input, list.resourceVersion()), options);
    if ('refusal' in response) {
      return { next: response.refusal.status === FORBIDDEN ? 'forbidden' : 'relist', hasProgress };
    }
    for await (const line of response.lines) {
      characters += line.length;
      if (!applyLine(line, watch) || characters > WATCH_LIMIT_CHARACTERS) return { next: 'relist', hasProgress };
      hasProgress = true;
    }
  } catch {
    return { next: 'relist', hasProgress };
  }
  const isShort = !hasProgress && performance.now() - startedAt < SHORT_WATCH_MILLISECONDS;
  return { next: isShort ? 'relist' : 'continue', hasProgress: !isShort };
}
