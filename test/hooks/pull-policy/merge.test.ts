// Two replicas that answer in turn know the last start of either.
import { expect, test } from 'vitest';
import { mergePolicyStatuses } from '../../../hooks/pull-policy/merge.ts';
import { isoTime, NOON } from '../builders/wire.ts';

const started = (revision: number, node: string, at: number) => ({
  revision,
  lastStartTime: isoTime(at),
  lastStartNode: node,
  starting: [{ slot: 0, image: 'x', node, at: isoTime(at) }],
});

test.each([
  {
    what: 'the caches are behind: the answer, as it was',
    observed: started(4, 'a', NOON),
    remembered: started(5, 'b', NOON + 1),
    joined: started(5, 'b', NOON + 1),
  },
  {
    what: 'the caches show the answer: what is observed',
    observed: started(5, 'b', NOON + 1),
    remembered: started(5, 'b', NOON + 1),
    joined: started(5, 'b', NOON + 1),
  },
  {
    what: 'the other replica wrote more often, but started nothing since',
    observed: started(7, 'a', NOON),
    remembered: started(5, 'b', NOON + 1),
    joined: { ...started(7, 'a', NOON), revision: 8, lastStartTime: isoTime(NOON + 1), lastStartNode: 'b' },
  },
  {
    what: 'the other replica wrote less often, and started the last one',
    observed: started(4, 'a', NOON + 1),
    remembered: started(5, 'b', NOON),
    joined: { ...started(5, 'b', NOON), revision: 6, lastStartTime: isoTime(NOON + 1), lastStartNode: 'a' },
  },
  {
    what: 'the other replica wrote more often, and never started anything',
    observed: { revision: 7 },
    remembered: started(5, 'b', NOON),
    joined: { revision: 8, lastStartTime: isoTime(NOON), lastStartNode: 'b' },
  },
  {
    what: 'the other replica wrote more often, and only it started something',
    observed: started(7, 'a', NOON),
    remembered: { revision: 5 },
    joined: started(7, 'a', NOON),
  },
  { what: 'nothing was ever started', observed: {}, remembered: { revision: 1 }, joined: { revision: 1 } },
  {
    what: 'the first start',
    observed: {},
    remembered: started(1, 'a', NOON),
    joined: started(1, 'a', NOON),
  },
])('$what', ({ observed, remembered, joined }) => {
  expect(mergePolicyStatuses(observed, remembered)).toEqual(joined);
});
