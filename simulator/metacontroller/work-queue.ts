// The rules of client-go's `util/workqueue`: a key is queued once and has one worker at a time.
import type { Clock } from '../clock.ts';

const FIRST_RETRY_MILLISECONDS = 5;
const LONGEST_RETRY_MILLISECONDS = 1_000_000;

export interface WorkQueue {
  add(key: string): void;
  /** Adds the key after a delay. Of several delays for one key, the earliest counts. */
  addAfter(key: string, delayMilliseconds: number): void;
  /** Adds the key after 5 ms, doubled on each call until the key is forgotten, at most 1000 s. */
  addRateLimited(key: string): void;
  /** Resets the delay of addRateLimited. */
  forget(key: string): void;
  /** Removes and returns the next key. The caller must report it as done. */
  next(): string | undefined;
  done(key: string): void;
  clear(): void;
}

interface Waiting {
  readonly at: number;
  readonly cancel: () => void;
}

interface QueueState {
  readonly clock: Clock;
  /** Called when a key becomes ready. */
  readonly onReady: () => void;
  readonly ready: string[];
  /** Keys that need a sync, also while one is in progress. */
  readonly dirty: Set<string>;
  readonly processing: Set<string>;
  readonly waiting: Map<string, Waiting>;
  readonly failures: Map<string, number>;
}

function makeReady({ ready, onReady }: QueueState, key: string): void {
  ready.push(key);
  onReady();
}

function add(state: QueueState, key: string): void {
  if (state.dirty.has(key)) return;
  state.dirty.add(key);
  if (!state.processing.has(key)) makeReady(state, key);
}

function addAfter(state: QueueState, key: string, delayMilliseconds: number): void {
  if (delayMilliseconds <= 0) {
    add(state, key);
    return;
  }
  const { clock, waiting } = state;
  const at = clock.now() + Math.ceil(delayMilliseconds);
  const earlier = waiting.get(key);
  if (earlier !== undefined && earlier.at <= at) return;
  earlier?.cancel();
  const cancel = clock.schedule(delayMilliseconds, () => {
    waiting.delete(key);
    add(state, key);
  });
  waiting.set(key, { at, cancel });
}

function addRateLimited(state: QueueState, key: string): void {
  const count = state.failures.get(key) ?? 0;
  state.failures.set(key, count + 1);
  addAfter(state, key, Math.min(FIRST_RETRY_MILLISECONDS * 2 ** count, LONGEST_RETRY_MILLISECONDS));
}

function next({ ready, dirty, processing }: QueueState): string | undefined {
  const key = ready.shift();
  if (key === undefined) return undefined;
  dirty.delete(key);
  processing.add(key);
  return key;
}

function clear({ ready, dirty, processing, waiting, failures }: QueueState): void {
  for (const { cancel } of waiting.values()) cancel();
  for (const collection of [dirty, processing, waiting, failures]) collection.clear();
  ready.length = 0;
}

export function createWorkQueue(clock: Clock, onReady: () => void): WorkQueue {
  const state: QueueState = {
    clock,
    onReady,
    ready: [],
    dirty: new Set(),
    processing: new Set(),
    waiting: new Map(),
    failures: new Map(),
  };
  return {
    add: (key) => add(state, key),
    addAfter: (key, delayMilliseconds) => addAfter(state, key, delayMilliseconds),
    addRateLimited: (key) => addRateLimited(state, key),
    forget: (key) => {
      state.failures.delete(key);
    },
    next: () => next(state),
    done(key) {
      state.processing.delete(key);
      if (state.dirty.has(key)) makeReady(state, key);
    },
    clear: () => clear(state),
  };
}
