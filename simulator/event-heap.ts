// The scheduled events of a clock as a binary heap: the earliest event is at index 0.

export type Task = () => void | Promise<void>;

export interface ScheduledEvent {
  readonly at: number;
  /** Orders events of the same instant. */
  readonly sequence: number;
  /** Undefined once the event has run or is cancelled. */
  task: Task | undefined;
}

export type EventHeap = ScheduledEvent[];

function swap(heap: EventHeap, left: number, right: number): void {
  const event = heap[left] as ScheduledEvent;
  heap[left] = heap[right] as ScheduledEvent;
  heap[right] = event;
}

function isBefore(heap: EventHeap, leftIndex: number, rightIndex: number): boolean {
  const left = heap[leftIndex] as ScheduledEvent;
  const right = heap[rightIndex] as ScheduledEvent;
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

function earlierChild(heap: EventHeap, index: number): number {
  const left = 2 * index + 1;
  return left + 1 < heap.length && isBefore(heap, left + 1, left) ? left + 1 : left;
}

function sink(heap: EventHeap): void {
  let index = 0;
  let child = earlierChild(heap, index);
  while (child < heap.length && isBefore(heap, child, index)) {
    swap(heap, child, index);
    index = child;
    child = earlierChild(heap, index);
  }
}

export function pushEvent(heap: EventHeap, event: ScheduledEvent): void {
  let index = heap.push(event) - 1;
  while (index > 0 && isBefore(heap, index, (index - 1) >> 1)) {
    swap(heap, index, (index - 1) >> 1);
    index = (index - 1) >> 1;
  }
}

/** Removes the earliest event. */
export function popEvent(heap: EventHeap): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  sink(heap);
}
