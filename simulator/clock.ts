// A clock that stands still until it is told to run, so that days pass in seconds and every run is the same.

type Task = () => void | Promise<void>;

export interface Clock {
  /** The present instant, in whole milliseconds since 1970. */
  now(): number;
  /** Takes a delay (rounded up to whole milliseconds) and a task; gives the function that cancels it. */
  schedule(delayMilliseconds: number, task: Task): () => void;
  /** Lets so much time pass, with all that is due in it. */
  runFor(milliseconds: number): Promise<void>;
  /** Runs until the condition holds (true) or so much time has passed (false). The condition is asked after every event. */
  runUntil(condition: () => boolean, limitMilliseconds: number): Promise<boolean>;
  /** When the next event is due; undefined when nothing is planned. */
  nextEventAt(): number | undefined;
}

export interface ClockOptions {
  /** Awaited before time moves, so that a demonstration can show it at a pace for people. */
  readonly pace?: ((fromMilliseconds: number, toMilliseconds: number) => Promise<void>) | undefined;
}

interface ScheduledEvent {
  readonly at: number;
  readonly sequence: number;
  task: Task | undefined;
}

function isBefore(left: ScheduledEvent, right: ScheduledEvent): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

/** A binary heap: the least event is at index 0. */
function createHeap() {
  const events: ScheduledEvent[] = [];

  function swap(left: number, right: number): void {
    const event = events[left] as ScheduledEvent;
    events[left] = events[right] as ScheduledEvent;
    events[right] = event;
  }

  function isLess(left: number, right: number): boolean {
    return isBefore(events[left] as ScheduledEvent, events[right] as ScheduledEvent);
  }

  function leastChild(index: number): number {
    const left = 2 * index + 1;
    return left + 1 < events.length && isLess(left + 1, left) ? left + 1 : left;
  }

  function sink(from: number): void {
    let index = from;
    let child = leastChild(index);
    while (child < events.length && isLess(child, index)) {
      swap(child, index);
      index = child;
      child = leastChild(index);
    }
  }

  return {
    peek: () => events[0],
    push(event: ScheduledEvent): void {
      let index = events.push(event) - 1;
      while (index > 0 && isLess(index, (index - 1) >> 1)) {
        swap(index, (index - 1) >> 1);
        index = (index - 1) >> 1;
      }
    },
    pop(): void {
      const last = events.pop();
      if (last === undefined || events.length === 0) return;
      events[0] = last;
      sink(0);
    },
  };
}

/**
 * Takes the first instant in milliseconds since 1970; gives a clock at it. Events of one instant run in the order in which
 * they were scheduled, and one that gives a promise is awaited before the next, so a run depends on nothing outside. An
 * error of a task rejects the run.
 */
export function createClock(startMilliseconds: number, options: ClockOptions = {}): Clock {
  const heap = createHeap();
  let now = startMilliseconds;
  let sequence = 0;
  let isRunning = false;

  function next(): ScheduledEvent | undefined {
    let event = heap.peek();
    while (event !== undefined && event.task === undefined) {
      heap.pop();
      event = heap.peek();
    }
    return event;
  }

  async function moveTo(instant: number): Promise<void> {
    if (instant <= now) return;
    if (options.pace !== undefined) await options.pace(now, instant);
    now = instant;
  }

  async function runNext(event: ScheduledEvent): Promise<void> {
    await moveTo(event.at);
    // While time was paced somebody may have cancelled the event, or planned an earlier one.
    if (next() !== event) return;
    const task = event.task as Task;
    heap.pop();
    event.task = undefined;
    await task();
  }

  async function runEvents(condition: () => boolean, endMilliseconds: number): Promise<boolean> {
    while (!condition()) {
      const event = next();
      if (event === undefined || event.at > endMilliseconds) {
        await moveTo(endMilliseconds);
        return condition();
      }
      await runNext(event);
    }
    return true;
  }

  async function runUntil(condition: () => boolean, limitMilliseconds: number): Promise<boolean> {
    if (isRunning) throw new Error('the clock already runs: a task must schedule, not run it');
    isRunning = true;
    try {
      return await runEvents(condition, now + limitMilliseconds);
    } finally {
      isRunning = false;
    }
  }

  return {
    now: () => now,
    schedule(delayMilliseconds, task) {
      const event: ScheduledEvent = { at: now + Math.max(0, Math.ceil(delayMilliseconds)), sequence, task };
      sequence += 1;
      heap.push(event);
      return () => {
        event.task = undefined;
      };
    },
    async runFor(milliseconds) {
      await runUntil(() => false, milliseconds);
    },
    runUntil,
    nextEventAt: () => next()?.at,
  };
}
