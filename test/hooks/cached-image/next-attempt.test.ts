// What a CachedImage reports about the gates that it can see itself.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import {
  type ImageRequestFacts,
  imageRequest,
  isoTime,
  keyOf,
  NOON,
  nodesNamed,
  SECOND,
  settings,
} from '../builders/wire.ts';

const failing = (node: string, failures: number, at: number) => ({
  node,
  key: keyOf({ name: node }),
  reason: 'ErrImagePull',
  message: 'not found',
  failures,
  at: isoTime(at),
});

const backoff = { failureBackoff: { initial: '30s', max: '5m' } };

function conditionsOf(facts: Omit<ImageRequestFacts, 'name'>, now = NOON) {
  const request = imageRequest({ name: 'x', nodes: nodesNamed('a', 'b', 'c'), policyView: backoff, ...facts });
  const status = syncCachedImage(request, settings, now).response.status as Partial<CachedImageStatus>;
  return Object.fromEntries((status.conditions ?? []).map(({ type, message }) => [type, message]));
}

const threeNodesFail = [failing('a', 1, NOON - SECOND), failing('b', 1, NOON - SECOND), failing('c', 1, NOON - SECOND)];
/** Nodes that are not targeted any more. */
const otherNodesFail = ['u', 'v', 'w'].map((node) => failing(node, 1, NOON - SECOND));

const rows: readonly {
  readonly title: string;
  readonly facts: Omit<ImageRequestFacts, 'name'>;
  readonly condition: 'Ready' | 'PullProgress';
  readonly message: string;
}[] = [
  {
    title: 'a pending image refers to its PullPolicy for the gates that it cannot see',
    facts: {},
    condition: 'Ready',
    message:
      '0 of 3 nodes have the image; waiting for its turn in PullPolicy default ' +
      '(see kubectl describe pullpolicy default)',
  },
  {
    title: 'an image that failed on one node names the end of that backoff',
    facts: { status: { failing: [failing('b', 2, NOON - SECOND)] } },
    condition: 'PullProgress',
    message: 'no pull is in progress; next attempt on b not before 2026-11-21T12:00:59Z',
  },
  {
    title: 'of two failing nodes the one whose backoff ends first is named',
    facts: { status: { failing: [failing('a', 3, NOON), failing('b', 1, NOON)] } },
    condition: 'PullProgress',
    message: 'no pull is in progress; next attempt on b not before 2026-11-21T12:00:30Z',
  },
  {
    title: 'a fraction of a second is rounded up',
    facts: { status: { failing: [failing('a', 1, NOON + 1)] } },
    condition: 'PullProgress',
    message: 'no pull is in progress; next attempt on a not before 2026-11-21T12:00:31Z',
  },
  {
    title: 'an image that failed on three nodes names the end of its own backoff',
    facts: { status: { failing: threeNodesFail, consecutiveFailures: 4 } },
    condition: 'PullProgress',
    message: 'no pull is in progress; next attempt not before 2026-11-21T12:00:59Z: the image fails on several nodes',
  },
  {
    title: 'a pending image whose failing nodes are not targeted any more names the end of its own backoff',
    facts: { status: { failing: otherNodesFail, consecutiveFailures: 3 } },
    condition: 'Ready',
    message:
      '0 of 3 nodes have the image; next attempt not before 2026-11-21T12:00:29Z: the image fails on several nodes',
  },
  {
    title: 'an image without an available node names what makes the nodes unavailable',
    facts: {
      nodes: [
        { name: 'a', unschedulable: true },
        { name: 'b', ready: false },
      ],
    },
    condition: 'Ready',
    message: 'no node can take a pull now; 2 unavailable (cordoned: a; NotReady: b)',
  },
  {
    title: 'a failing node that is cordoned now is not the next one to be tried',
    facts: {
      nodes: [{ name: 'a', unschedulable: true }, { name: 'b' }],
      status: { failing: [failing('a', 1, NOON), failing('b', 3, NOON)] },
    },
    condition: 'PullProgress',
    message: 'no pull is in progress; next attempt on b not before 2026-11-21T12:02:00Z',
  },
  {
    title: 'an image without an available node names no next attempt',
    facts: {
      nodes: [{ name: 'a', unschedulable: true }],
      status: { failing: threeNodesFail, consecutiveFailures: 4 },
    },
    condition: 'PullProgress',
    message: 'no pull is in progress',
  },
  {
    title: 'a view of an older release without failureBackoff names no time',
    facts: { policyView: {}, status: { failing: threeNodesFail, consecutiveFailures: 3 } },
    condition: 'PullProgress',
    message: 'no pull is in progress',
  },
];

test.each(rows)('$title', ({ facts, condition, message }) => {
  expect(conditionsOf(facts)[condition]).toBe(message);
});

test('the message does not change with the clock, so that waiting causes no writes', () => {
  const facts = { status: { failing: [failing('b', 2, NOON - SECOND)] } };
  expect(conditionsOf(facts, NOON + 20 * SECOND)).toEqual(conditionsOf(facts));
});
