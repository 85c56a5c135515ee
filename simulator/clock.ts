// A virtual clock. Time passes only while it runs, so that days take seconds and every run of a seed is the same.
import { type EventHeap, popEvent, pushEvent, type ScheduledEvent, type Task } from './event-heap.ts';

export interface Clock {
  /** Whole milliseconds since the epoch. */
  now(): number;
  /** Rounds the delay up to whole milliseconds. Returns a function that cancels the task. */
  schedule(delayMilliseconds: number, task: Task): () => void;
  runFor(milliseconds: number): Promise<void>;
  /** Runs until the condition, checked after every event, holds (true) or the time is over (false). */
  runUntil(condition: () => boolean, limitMilliseconds: number): Promise<boolean>;
  /** When the next event is due; undefined when none is scheduled. */
  nextEventAt(): number | undefined;
}

export interface ClockOptions {
  /** Awaited before time moves, so that a demonstration can slow it down. */
  readonly pace?: ((fromMilliseconds: number, toMilliseconds: number) => Promise<void>) | undefined;
}

interface ClockState extends ClockOptions {
  readonly heap: EventHeap;
  now: number;
  sequence: number;
  isRunning: boolean;
}

/** Drops cancelled events from the top of the heap. */
function nextEvent({ heap }: ClockState): ScheduledEvent | undefined {
  while (heap[0] !== undefined && heap[0].task === undefined) popEvent(heap);
  return heap[0];
}

async function moveTo(state: ClockState, instant: number): Promise<void> {
  if (instant <= state.now) return;
  if (state.pace !== undefined) await state.pace(state.now, instant);
  state.now = instant;
}

async function runNext(state: ClockState, event: ScheduledEvent): Promise<void> {
  await moveTo(state, event.at);
  // While the pace was awaited, the event may have been cancelled or an earlier one scheduled.
  if (nextEvent(state) !== event) return;
  const task = event.task as Task;
  popEvent(state.heap);
  event.task = undefined;
  await task();
}

async function runEvents(state: ClockState, condition: () => boolean, endMilliseconds: number): Promise<boolean> {
  while (!condition()) {
    const event = nextEvent(state);
    if (event === undefined || event.at > endMilliseconds) {
      await moveTo(state, endMilliseconds);
      return condition();
    }
    await runNext(state, event);
  }
  return true;
}

async function runUntil(state: ClockState, condition: () => boolean, limitMilliseconds: number): Promise<boolean> {
  if (state.isRunning) throw new Error('the clock is already running: a task must schedule events, not run the clock');
  state.isRunning = true;
  try {
    return await runEvents(state, condition, state.now + limitMilliseconds);
  } finally {
    state.isRunning = false;
  }
}

function schedule(state: ClockState, delayMilliseconds: number, task: Task): () => void {
  const at = state.now + Math.max(0, Math.ceil(delayMilliseconds));
  const event: ScheduledEvent = { at, sequence: state.sequence, task };
  state.sequence += 1;
  pushEvent(state.heap, event);
  return () => {
    event.task = undefined;
  };
}

/**
 * Starts at an instant in milliseconds since the epoch. Events of one instant run in the order in which they were
 * scheduled. A task that returns a promise is awaited before the next event. An error of a task rejects the run.
 */
export function createClock(startMilliseconds: number, options: ClockOptions = {}): Clock {
  const state: ClockState = { ...options, heap: [], now: startMilliseconds, sequence: 0, isRunning: false };
  return {
    now: () => state.now,
    schedule: (delayMilliseconds, task) => schedule(state, delayMilliseconds, task),
    async runFor(milliseconds) {
      await runUntil(state, () => false, milliseconds);
    },
    runUntil: (condition, limitMilliseconds) => runUntil(state, condition, limitMilliseconds),
    nextEventAt: () => nextEvent(state)?.at,
  };
}
