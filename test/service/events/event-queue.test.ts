// What is dropped when more Events wait than can be written.
import { expect, test } from 'vitest';
import { createEventQueue, EVENT_QUEUE_LIMIT } from '../../../service/events/event-queue.ts';
import type { StatusEvent } from '../../../service/events/status-event.ts';
import { createRecentNames } from '../../../service/recent-names.ts';

const subject = { kind: 'CachedImage', name: 'x', uid: 'u' };
const waiting = (type: StatusEvent['type'], name: string) => ({
  event: { name, type, reason: 'R', message: 'm', subject },
  atMilliseconds: 0,
});

function queueWith(normal: number, warnings: number) {
  const queue = createEventQueue();
  for (let index = 0; index < normal; index += 1) queue.add(waiting('Normal', `n${index}`));
  for (let index = 0; index < warnings; index += 1) queue.add(waiting('Warning', `w${index}`));
  return queue;
}

const HALF = EVENT_QUEUE_LIMIT / 2;

test.each([
  {
    what: 'a Normal Event is added to less than half a queue',
    queue: [HALF - 1, 0],
    type: 'Normal',
    dropped: undefined,
  },
  { what: 'a Normal Event is dropped from half a queue on', queue: [HALF, 0], type: 'Normal', dropped: 'new' },
  { what: 'Warnings count for that half too', queue: [0, HALF], type: 'Normal', dropped: 'new' },
  { what: 'a Warning is added above half a queue', queue: [HALF, HALF - 1], type: 'Warning', dropped: undefined },
  {
    what: 'a Warning replaces the oldest Normal Event of a full queue',
    queue: [HALF, HALF],
    type: 'Warning',
    dropped: 'n0',
  },
  {
    what: 'a Warning is dropped if only Warnings wait',
    queue: [0, EVENT_QUEUE_LIMIT],
    type: 'Warning',
    dropped: 'new',
  },
] as const)('$what', ({ queue: [normal, warnings], type, dropped }) => {
  const queue = queueWith(normal, warnings);
  expect(queue.add(waiting(type, 'new'))?.name).toBe(dropped);
  const names = queue.clear().map(({ event }) => event.name);
  expect(names.length).toBeLessThanOrEqual(EVENT_QUEUE_LIMIT);
  expect(names.includes('new')).toBe(dropped !== 'new');
});

test('the names that were used the longest ago are forgotten', () => {
  const isNew = createRecentNames(2);
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(isNew)).toEqual([true, true, false, true, false, true]);
});
