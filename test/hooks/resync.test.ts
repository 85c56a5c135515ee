// When Metacontroller is asked to sync again.
import { expect, test } from 'vitest';
import { resyncAt } from '../../hooks/resync.ts';
import { HOUR, NOON, SECOND } from './builders/wire.ts';

test.each<{ what: string; instants: (number | undefined)[]; seconds: number | undefined }>([
  { what: 'no instant requests no resync', instants: [], seconds: undefined },
  { what: 'an undefined instant requests no resync', instants: [undefined], seconds: undefined },
  { what: 'past instants request no resync', instants: [NOON - HOUR, NOON - 1], seconds: undefined },
  { what: 'the present instant counts as past', instants: [NOON], seconds: undefined },
  { what: 'the nearest instant decides', instants: [NOON + HOUR, NOON + 2 * SECOND, NOON + HOUR], seconds: 2 },
  {
    what: 'past instants do not hide a future one',
    instants: [NOON - HOUR, undefined, NOON, NOON + SECOND],
    seconds: 1,
  },
  { what: 'a fraction of a millisecond is rounded up', instants: [NOON + 99.25], seconds: 0.1 },
  { what: 'the shortest resync is 0.05 seconds', instants: [NOON + 1], seconds: 0.05 },
])('$what', ({ instants, seconds }) => {
  expect(resyncAt(NOON, instants)).toEqual(seconds === undefined ? {} : { resyncAfterSeconds: seconds });
});
