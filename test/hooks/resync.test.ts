// When to be asked again: at the nearest instant that is still to come, never in vain.
import { expect, test } from 'vitest';
import { resyncAt } from '../../hooks/resync.ts';
import { HOUR, NOON, SECOND } from './builders/wire.ts';

test.each<{ what: string; instants: (number | undefined)[]; seconds: number | undefined }>([
  { what: 'nothing is due', instants: [], seconds: undefined },
  { what: 'nothing is known', instants: [undefined], seconds: undefined },
  { what: 'all is past', instants: [NOON - HOUR, NOON - 1], seconds: undefined },
  { what: 'now is past too', instants: [NOON], seconds: undefined },
  { what: 'the nearest of several', instants: [NOON + HOUR, NOON + 2 * SECOND, NOON + HOUR], seconds: 2 },
  { what: 'what is past hides nothing', instants: [NOON - HOUR, undefined, NOON, NOON + SECOND], seconds: 1 },
  { what: 'a part of a millisecond counts as a whole one', instants: [NOON + 99.25], seconds: 0.1 },
  { what: 'at once is a twentieth of a second', instants: [NOON + 1], seconds: 0.05 },
])('asked again: $what', ({ instants, seconds }) => {
  expect(resyncAt(NOON, instants)).toEqual(seconds === undefined ? {} : { resyncAfterSeconds: seconds });
});
