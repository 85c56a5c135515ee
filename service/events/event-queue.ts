// Events that wait to be written. When too many wait, Normal Events are dropped first, and Warnings last.
import type { StatusEvent } from './status-event.ts';

/** Most Events that wait. From half of it on, new Normal Events are dropped. */
export const EVENT_QUEUE_LIMIT = 1_000;

export interface Waiting {
  readonly event: StatusEvent;
  /** When the Event was observed. Milliseconds since the epoch. */
  readonly atMilliseconds: number;
}

export interface EventQueue {
  /** Adds an Event. Returns the Event that was dropped for it, or that was not added; undefined if there is none. */
  add(waiting: Waiting): StatusEvent | undefined;
  /** Removes and returns the Event that was added first. */
  next(): Waiting | undefined;
  /** Removes and returns all Events. */
  clear(): readonly Waiting[];
}

export function createEventQueue(): EventQueue {
  const queue: Waiting[] = [];

  function dropForWarning(event: StatusEvent): StatusEvent {
    const index = queue.findIndex((waiting) => waiting.event.type === 'Normal');
    const [dropped] = index < 0 ? [] : queue.splice(index, 1);
    return dropped?.event ?? event;
  }

  return {
    add(waiting) {
      const { event } = waiting;
      if (event.type === 'Normal' && queue.length >= EVENT_QUEUE_LIMIT / 2) return event;
      const dropped = queue.length >= EVENT_QUEUE_LIMIT ? dropForWarning(event) : undefined;
      if (dropped !== event) queue.push(waiting);
      return dropped;
    },
    next: () => queue.shift(),
    clear: () => queue.splice(0),
  };
}
