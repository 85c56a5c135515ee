// How a pull Pod is built, named and read back, and when time alone ends its pull.
import { expect, test } from 'vitest';
import { buildPullPod, type PullPodInput } from '../../../hooks/pull-pod/build.ts';
import { causeOf } from '../../../hooks/pull-pod/failure-cause.ts';
import { pullPodName, SLOT_LABEL } from '../../../hooks/pull-pod/identity.ts';
import { nextDeadline, outcomeOf } from '../../../hooks/pull-pod/outcome.ts';
import { readPullPod } from '../../../hooks/pull-pod/read.ts';
import { observedPod } from '../../../metacontroller/pod.ts';
import { MINUTE, NOON, SECOND, settings, wirePod } from '../builders/wire.ts';

const wire = wirePod({ slot: 0, image: 'x', node: 'a', createdAt: NOON, deadline: NOON + 30 * MINUTE });
const read = (metadata: object) =>
  readPullPod(observedPod.parse({ ...wire, metadata: { ...wire.metadata, ...metadata } }));
const ready = () => true;
const notReady = () => false;
const unknown = () => undefined;

const input: PullPodInput = {
  policyName: 'default',
  slot: 0,
  image: { name: 'x', uid: 'u', reference: 'registry.example.com/x:v1', spec: { imagePullPolicy: 'Always' } },
  node: { name: 'a', key: '000000000000' },
  tolerations: [],
  deadlineMilliseconds: NOON,
} as PullPodInput;
const specOf = (chosen: object) =>
  JSON.parse(JSON.stringify(buildPullPod(input, { ...settings, ...chosen }).spec)) as Record<string, unknown>;

test('the Pod has the priority class that the installation chose', () => {
  expect(specOf({ pullPodPriorityClassName: 'low' })).toMatchObject({ priorityClassName: 'low' });
});

test('the Pod leaves out what nobody asked for', () => {
  for (const field of ['priorityClassName', 'imagePullSecrets', 'tolerations']) {
    expect(specOf({})).not.toHaveProperty(field);
  }
});

test('the name of a Pod keeps the hash apart where the name of the policy is cut behind a dot', () => {
  const policy = `${'p'.repeat(53)}.${'q'.repeat(20)}`;
  expect(pullPodName(policy, 3)).toMatch(/^drop-p{53}--[0-9a-f]{8}-3$/);
});

test.each([
  { label: '0', slot: 0 },
  { label: '17', slot: 17 },
  { label: 'seven', slot: undefined },
  { label: '-1', slot: undefined },
  { label: '', slot: undefined },
  { label: '9'.repeat(20), slot: undefined },
])('the slot label "$label" says slot $slot', ({ label, slot }) => {
  expect(read({ labels: { ...wire.metadata.labels, [SLOT_LABEL]: label } }).slot).toBe(slot);
});

test('a Pod that says nothing of itself is read as a pull of nothing', () => {
  const pod = observedPod.parse({ metadata: { name: 'p', uid: 'abcdefgh-1' }, spec: {}, status: {} });
  expect(readPullPod(pod)).toStrictEqual({
    pod,
    name: 'p',
    attempt: 'abcdefgh',
    imageLabel: '',
    imageUid: undefined,
    node: '',
    nodeKey: undefined,
    reference: '',
    slot: undefined,
    createdAtMilliseconds: 0,
    deadlineMilliseconds: undefined,
    deleting: false,
  });
});

test('a Pod is read back as what it was built for', () => {
  expect(readPullPod(observedPod.parse(wire))).toMatchObject({
    imageLabel: 'x',
    node: 'a',
    slot: 0,
    createdAtMilliseconds: NOON,
    deadlineMilliseconds: NOON + 30 * MINUTE,
    deleting: false,
  });
});

interface OutcomeRow {
  readonly what: string;
  readonly isReady: () => boolean | undefined;
  readonly now: number;
  readonly outcome: object;
}

const outcomeTable: OutcomeRow[] = [
  { what: 'before its deadline', isReady: ready, now: NOON + 30 * MINUTE - 1, outcome: { kind: 'pulling' } },
  {
    what: 'at its deadline',
    isReady: ready,
    now: NOON + 30 * MINUTE,
    outcome: { kind: 'failed', reason: 'PullTimeout', message: expect.stringContaining('deadline') },
  },
  {
    what: 'just short of 60 s on a node that is NotReady',
    isReady: notReady,
    now: NOON + MINUTE - 1,
    outcome: { kind: 'pulling' },
  },
  {
    what: '60 s old on a node that is NotReady',
    isReady: notReady,
    now: NOON + MINUTE,
    outcome: { kind: 'failed', reason: 'NodeNotReady', message: expect.stringContaining('Ready') },
  },
  {
    what: 'on a node of which nothing is known',
    isReady: unknown,
    now: NOON + 2 * MINUTE,
    outcome: { kind: 'pulling' },
  },
];

test.each(outcomeTable)('a pull $what', ({ isReady, now, outcome }) => {
  expect(outcomeOf(read({}), isReady, now)).toEqual(outcome);
});

test.each([
  { what: 'its deadline', metadata: {}, isReady: ready, instant: NOON + 30 * MINUTE },
  { what: '60 s on a node that is NotReady', metadata: {}, isReady: notReady, instant: NOON + MINUTE },
  { what: 'nothing without a deadline', metadata: { annotations: {} }, isReady: ready, instant: undefined },
])('time ends a pull at $what', ({ metadata, isReady, instant }) => {
  expect(nextDeadline(read(metadata), isReady)).toBe(instant);
});

test('a pull without a deadline goes on however old it is', () => {
  expect(outcomeOf(read({ annotations: {} }), ready, NOON + 10_000 * SECOND)).toEqual({ kind: 'pulling' });
});

test('words that just fit are not cut', () => {
  expect(causeOf('one: two', 'one: two'.length)).toBe('one: two');
  expect(causeOf('one: two', 'one: two'.length - 1)).toBe('two');
});
