// The Events that a sync of a CachedImage returns about its pulls.
import { expect, test } from 'vitest';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import {
  attemptOfPod,
  type ImageRequestFacts,
  imageRequest,
  isoTime,
  NOON,
  nodesNamed,
  type PodFacts,
  SECOND,
  settings,
} from '../builders/wire.ts';

const image = 'registry.example.com/x:v1';
const pulling: PodFacts = { slot: 0, image: 'x', node: 'a', createdAt: NOON - 12 * SECOND };
const startedOnA = `Normal PullStarted Started pulling image ${image} on node a`;
const waitingWith = (reason: string, message: string) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'pull', imageID: '', state: { waiting: { reason, message } } }],
});
const finishedAt = (milliseconds: number) => ({
  phase: 'Succeeded',
  containerStatuses: [
    { name: 'pull', imageID: '', state: { terminated: { reason: 'Completed', finishedAt: isoTime(milliseconds) } } },
  ],
});

function eventsOf(facts: Omit<ImageRequestFacts, 'name'>) {
  const request = imageRequest({ name: 'x', nodes: nodesNamed('a', 'b'), ...facts });
  return syncCachedImage(request, settings, NOON).events ?? [];
}

interface Row {
  readonly what: string;
  readonly pods: readonly PodFacts[];
  readonly status?: Record<string, unknown>;
  readonly events: readonly string[];
}

const rows: readonly Row[] = [
  { what: 'no pull has no Event', pods: [], events: [] },
  { what: 'a pull in progress has the Event of its start', pods: [pulling], events: [startedOnA] },
  {
    what: 'a success has the time from the creation of the Pod to the end of its container',
    pods: [{ ...pulling, status: finishedAt(NOON - 3 * SECOND) }],
    events: [startedOnA, `Normal PullSucceeded Image ${image} cached on node a in 9s`],
  },
  {
    what: 'a success without that time counts until it is recorded',
    pods: [{ ...pulling, state: 'start-error' }],
    events: [startedOnA, `Normal PullSucceeded Image ${image} cached on node a in 12s`],
  },
  {
    what: 'a pull of less than a second took one second',
    pods: [{ ...pulling, status: finishedAt(NOON - 12 * SECOND) }],
    events: [startedOnA, `Normal PullSucceeded Image ${image} cached on node a in 1s`],
  },
  {
    what: 'a failure has the reason and the cause of the kubelet',
    pods: [{ ...pulling, status: waitingWith('ErrImagePull', 'Back-off pulling image "x": ErrImagePull: not found') }],
    events: [startedOnA, `Warning ErrImagePull Failed to pull image ${image} on node a: not found`],
  },
  {
    what: 'a failure without a message repeats its reason',
    pods: [{ ...pulling, status: waitingWith('ImageInspectError', '') }],
    events: [startedOnA, `Warning ImageInspectError Failed to pull image ${image} on node a: ImageInspectError`],
  },
  {
    what: 'a credential in the message of the kubelet is redacted',
    pods: [{ ...pulling, status: waitingWith('ErrImagePull', 'Get "https://robot:hunter2@mirror/v2/": refused') }],
    events: [startedOnA, expect.not.stringContaining('hunter2')],
  },
  {
    what: 'an outcome that is recorded already has no Event',
    pods: [{ ...pulling, state: 'completed' }],
    status: { recorded: [attemptOfPod(pulling)] },
    events: [],
  },
  {
    what: 'each node has its own Events',
    pods: [pulling, { ...pulling, slot: 1, node: 'b' }],
    events: [startedOnA, `Normal PullStarted Started pulling image ${image} on node b`],
  },
];

test.each(rows)('$what', ({ pods, status, events }) => {
  const found = eventsOf({ pods, ...(status === undefined ? {} : { status }) });
  expect(found.map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(events);
});

test('the Events of an attempt have its identifier as key, so that repeated syncs return the same', () => {
  expect(eventsOf({ pods: [{ ...pulling, state: 'completed' }] }).map(({ key }) => key)).toEqual([
    attemptOfPod(pulling),
    attemptOfPod(pulling),
  ]);
});
