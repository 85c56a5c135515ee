// The work queue of a controller, by the rules of client-go's `util/workqueue`: a key waits once and is worked on once at a time.
import type { Clock } from '../clock.ts';

const FIRST_RETRY_MILLISECONDS = 5;
const LONGEST_RETRY_MILLISECONDS = 1_000_000;

export interface WorkQueue {
  add(key: string): void;
  /** Adds the key later; of several such promises for one key, the earliest counts. */
  addAfter(key: string, delayMilliseconds: number): void;
  /** Adds the key after 5 ms, doubled with every time until it is forgotten, at most 1000 s. */
  addRateLimited(key: string): void;
  forget(key: string): void;
  /** The key to work on next. Whoever takes it says done. */
  take(): string | undefined;
  done(key: string): void;
  size(): number;
  clear(): void;
}

interface Waiting {
  readonly at: number;
  readonly cancel: () => void;
}

/** Takes a clock and what to call whenever a key can be taken; gives an empty queue. */
export function createWorkQueue(clock: Clock, wake: () => void): WorkQueue {
  const ready: string[] = [];
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const waiting = new Map<string, Waiting>();
  const failures = new Map<string, number>();

  function offer(key: string): void {
    ready.push(key);
    wake();
  }

  function add(key: string): void {
    if (dirty.has(key)) return;
    dirty.add(key);
    if (!processing.has(key)) offer(key);
  }

  function addAfter(key: string, delayMilliseconds: number): void {
    if (delayMilliseconds <= 0) {
      add(key);
      return;
    }
    const at = clock.now() + Math.ceil(delayMilliseconds);
    const earlier = waiting.get(key);
    if (earlier !== undefined && earlier.at <= at) return;
    earlier?.cancel();
    const cancel = clock.schedule(delayMilliseconds, () => {
      waiting.delete(key);
      add(key);
    });
    waiting.set(key, { at, cancel });
  }

  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.min(FIRST_RETRY_MILLISECONDS * 2 ** count, LONGEST_RETRY_MILLISECONDS));
    },
    forget: (key) => {
      failures.delete(key);
    },
    take() {
      const key = ready.shift();
      if (key === undefined) return undefined;
      dirty.delete(key);
      processing.add(key);
      return key;
    },
    done(key) {
      processing.delete(key);
      if (dirty.has(key)) offer(key);
    },
    size: () => ready.length,
    clear() {
      for (const { cancel } of waiting.values()) cancel();
      for (const collection of [dirty, processing, waiting, failures]) collection.clear();
      ready.length = 0;
    },
  };
}
