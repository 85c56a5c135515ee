// What a PullPolicy says to people, to its images and to the log, and what it keeps when something is missing.
import { expect, test } from 'vitest';
import { latestStart } from '../../../hooks/pull-policy/last-start.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import { pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import {
  attemptOfPod,
  isoTime,
  MINUTE,
  NOON,
  nodesNamed,
  type PodFacts,
  type PolicyWorld,
  SECOND,
  settings,
  uidOf,
  wirePolicyRequest,
} from '../builders/wire.ts';
import { cachedOn, decide, images, one, running, two } from './policy-tables.ts';

/** A request with one change that no input of the builder has. */
function decideWire(input: PolicyWorld, change: (request: ReturnType<typeof wirePolicyRequest>) => void) {
  const request = wirePolicyRequest(input);
  change(request);
  return syncPullPolicy(pullPolicySyncRequest.parse(request), settings, NOON);
}

const VIEWS = 'PolicyView.drop.corewire.io/v1alpha1';
const POD = 'drop-system/drop-default-0';
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

test.each([
  { what: 'nothing but that it goes on', spec: {}, view: { paused: false } },
  {
    what: 'its selector',
    spec: { nodeSelector: { pool: 'build' } },
    view: { paused: false, nodeSelector: { pool: 'build' } },
  },
  {
    what: 'its tolerations',
    spec: { tolerations: [{ key: 'ci', operator: 'Exists' }] },
    view: { paused: false, tolerations: [{ key: 'ci', operator: 'Exists' }] },
  },
])('the PolicyView tells the images of a policy $what', ({ spec, view }) => {
  const { response } = decide({ nodes: one, spec });
  expect(asJson(response.children.find(({ kind }) => kind === 'PolicyView')?.spec)).toEqual({
    ...view,
    failureBackoff: { initial: '30s', max: '5m' },
  });
});

test.each([
  { what: 'a policy that is valid makes its view and looks for it', spec: {}, views: 1, seconds: 5 },
  { what: 'a policy that never was valid has none', spec: { maxConcurrentNodes: 0 }, views: 0, seconds: undefined },
])('without a PolicyView, $what', ({ spec, views, seconds }) => {
  const { response } = decideWire({ nodes: one, spec }, (request) => {
    Object.assign(request.children, { [VIEWS]: {} });
  });
  expect(response.children.filter(({ kind }) => kind === 'PolicyView')).toHaveLength(views);
  expect(response.resyncAfterSeconds).toBe(seconds);
});

const rejected = [{ slot: 3, image: 'x', node: 'a', at: isoTime(NOON - SECOND), count: 1 }];

test.each([
  { what: 'no Fleet', input: {}, type: 'Ready', says: 'Fleet default' },
  { what: 'a pause', input: { nodes: one, spec: { paused: true } }, type: 'Ready', says: 'spec.paused' },
  { what: 'one image', input: { nodes: one, images: images('x') }, type: 'Ready', says: 'paces 1 image' },
  { what: 'two images', input: { nodes: one, images: images('x', 'y') }, type: 'Ready', says: 'paces 2 images' },
  { what: 'no refusal', input: { nodes: one }, type: 'PodsCreated', says: 'every start created its Pod' },
  {
    what: 'a refusal',
    input: { nodes: one, images: images('x'), status: { rejected } },
    type: 'PodsCreated',
    says: '1 start created no Pod, the latest x on a (slot 3): check quota and admission: kubectl describe pullpolicy default',
  },
])('the condition $type tells of $what', ({ input, type, says }) => {
  const { status } = decide(input);
  const conditions = status.conditions as unknown as { type: string; message: string }[];
  expect(conditions.find((condition) => condition.type === type)?.message).toContain(says);
});

test('PodsCreated is True for the reason PodsAppeared while nothing was refused', () => {
  expect(decide({ nodes: one }).status).toMatchObject({
    conditions: [{}, { type: 'PodsCreated', status: 'True', reason: 'PodsAppeared' }, {}],
  });
});

test('an answer that starts nothing leaves the last start as it was', () => {
  const last = { lastStartTime: isoTime(NOON - MINUTE), lastStartNode: 'b' };
  expect(decide({ nodes: one, status: last }).status).toMatchObject(last);
  expect(asJson(decide({ nodes: one }).status)).not.toHaveProperty('lastStartTime');
});

test.each([
  {
    what: 'a Pod that the status does not know started later: as late as it can have been',
    recorded: MINUTE,
    last: NOON - 20_001,
  },
  {
    what: 'a Pod of the very second that is recorded: to the millisecond as recorded',
    recorded: 20_500,
    last: NOON - 20_500,
  },
  { what: 'a Pod older than the recorded start', recorded: 10_000, last: NOON - 10_000 },
  { what: 'two Pods, of which the later counts', recorded: MINUTE, older: NOON - 40_000, last: NOON - 20_001 },
])('the last start outlives its Pod: $what', ({ recorded, older, last }) => {
  const pods = [
    { slot: 0, image: 'x', node: 'a', createdAt: NOON - 21_000 },
    ...(older === undefined ? [] : [{ slot: 1, image: 'x', node: 'b', createdAt: older }]),
  ];
  const status = { lastStartTime: isoTime(NOON - recorded), lastStartNode: 'b' };
  const input = { nodes: one, images: images('x'), pods, status, spec: { maxConcurrentNodes: 2 } };
  expect(decide(input).status).toMatchObject({ lastStartTime: isoTime(last), lastStartNode: 'b' });
});

const related = ['Fleet.drop.corewire.io/v1alpha1', 'CachedImage.drop.corewire.io/v1alpha1', 'Pod.v1'];

test.each(related)('while the group %s is not sent, the conditions stay as they were', (group) => {
  const input: PolicyWorld = { nodes: one, images: images('x'), spec: { paused: true } };
  const before = decide(input).status;
  const after = decide({ ...input, spec: {}, status: before as never, without: [group] }).status;
  expect(after.conditions).toEqual(before.conditions);
});

test('while its own Pods are not sent, a policy starts nothing and its conditions stay', () => {
  const before = decide({ nodes: one, images: images('x'), spec: { paused: true } }).status;
  const { response, logFields } = decideWire(
    { nodes: one, images: images('x'), status: before as never },
    (request) => {
      Reflect.deleteProperty(request.children, 'Pod.v1');
    },
  );
  expect(logFields.started).toEqual([]);
  expect(response.status).toMatchObject({ conditions: before.conditions });
});

test('a Pod that stays is named and labelled, and nothing of it is described', () => {
  const { response } = decide({ nodes: one, images: images('x'), pods: [running] });
  expect(asJson(response.children[0])).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'drop-default-0',
      namespace: 'drop-system',
      labels: expect.objectContaining({ 'drop.corewire.io/cachedimage': 'x', 'drop.corewire.io/slot': '0' }),
    },
  });
});

const finished: PodFacts = { slot: 0, image: 'x', node: 'a', state: 'completed' };
const withRecorded = [{ name: 'x', status: { ...cachedOn('a'), recorded: [attemptOfPod(finished)] } }];

test.each([
  {
    what: 'what it starts and why it does not go on',
    input: { nodes: two, images: images('x'), spec: { minDelayBetweenPulls: '10s', maxConcurrentNodes: 2 } },
    logFields: {
      started: ['x on a (slot 0)'],
      finished: [],
      running: 0,
      waitingFor: 'delay',
      until: isoTime(NOON + 10 * SECOND),
    },
  },
  {
    what: 'what goes on',
    input: { nodes: one, images: images('x'), pods: [running] },
    logFields: { started: [], finished: [], running: 1, waitingFor: 'policy-cap', until: undefined },
  },
  {
    what: 'what is over',
    input: { nodes: one, images: withRecorded, pods: [finished] },
    logFields: {
      started: [],
      finished: ['x on a (drop-default-0)'],
      running: 0,
      waitingFor: 'policy-cap',
      until: undefined,
    },
  },
])('the log tells $what', ({ input, logFields }) => {
  expect(decide(input).logFields).toEqual(logFields);
});

interface WakeRow {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly seconds: number | undefined;
}

const wakeTable: WakeRow[] = [
  {
    what: 'at once when more can start than one answer holds',
    input: {
      nodes: nodesNamed(...Array.from({ length: 25 }, (_, index) => `n${index}`)),
      images: images('x'),
      spec: { maxConcurrentNodes: 25 },
    },
    seconds: 0.05,
  },
  {
    what: 'not at the deadline of a pull that is over',
    input: { nodes: one, images: images('x'), pods: [finished] },
    seconds: undefined,
  },
  {
    what: 'not for a re-pull while it is paused',
    input: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { paused: true, repullInterval: '90m' },
    },
    seconds: undefined,
  },
  {
    what: 'for the next re-pull, although another has been due for a while on a node that is cordoned',
    input: {
      nodes: [{ name: 'a', unschedulable: true }, { name: 'b' }],
      images: [
        { name: 'x', status: cachedOn('a') },
        { name: 'y', status: { cached: [{ digest: 'd', since: isoTime(NOON - 50 * MINUTE), nodes: '' }] } },
        { name: 'z', status: { cached: [{ digest: 'd', since: isoTime(NOON - 2 * 60 * MINUTE), nodes: '' }] } },
      ].map((image) => ({ ...image, spec: { nodeSelector: { 'kubernetes.io/hostname': 'a' } } })),
      spec: { repullInterval: '60m' },
    },
    seconds: 600,
  },
];

test.each(wakeTable)('asks again $what', ({ input, seconds }) => {
  expect(decide(input).response.resyncAfterSeconds).toBe(seconds);
});

test('a copy whose time cannot be read is as old as can be: it is pulled again', () => {
  const [entry] = cachedOn('a').cached;
  const status = { cached: [{ digest: 'd', since: 'lately', nodes: entry?.nodes ?? '' }] };
  expect(decide({ nodes: one, images: [{ name: 'x', status }], spec: { repullInterval: '1h' } }).started).toEqual([
    'x on a slot 0',
  ]);
});

test('a Pod that is seen among its own and among those of others counts once', () => {
  const { started } = decide({
    nodes: one,
    images: images('x', 'y'),
    spec: { maxConcurrentNodes: 3, maxConcurrentPullsPerNode: 2 },
    pods: [running],
    otherPods: [{ ...running, policy: 'default' }],
  });
  expect(started).toEqual(['y on a slot 1']);
});

interface KeepRow {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly annotations?: Record<string, string>;
  readonly kept: boolean;
}

const invalid = [{ name: 'x', spec: { tag: 7 } }];

const keepTable: KeepRow[] = [
  { what: 'a pull without annotations stays', input: { images: images('x') }, annotations: {}, kept: true },
  {
    what: 'a pull that does not say the key of its node stays',
    input: { images: images('x') },
    annotations: { 'drop.corewire.io/image-uid': uidOf('x') },
    kept: true,
  },
  { what: 'a pull of an image that never was valid goes on', input: { images: invalid }, kept: true },
  {
    what: 'once over it goes, because nobody can record it',
    input: { images: invalid, pods: [finished] },
    kept: false,
  },
];

test.each(keepTable)('of what is odd: $what', ({ input, annotations, kept }) => {
  const { response } = decideWire({ nodes: one, spec: { paused: true }, pods: [running], ...input }, (request) => {
    const pod = request.children['Pod.v1']?.[POD] as { metadata: object };
    if (annotations !== undefined) Object.assign(pod.metadata, { annotations });
  });
  expect(response.children.filter(({ kind }) => kind === 'Pod')).toHaveLength(kept ? 1 : 0);
});

test.each([
  { what: 'nothing is known', seconds: 0, recorded: NOON, now: NOON, latest: 0 },
  { what: 'nothing is known at all', seconds: 0, recorded: 0, now: NOON, latest: 0 },
  {
    what: 'the status recorded that very second',
    seconds: NOON,
    recorded: NOON + 250,
    now: NOON + 9_000,
    latest: NOON + 250,
  },
  {
    what: 'the status recorded another second',
    seconds: NOON,
    recorded: NOON - 1,
    now: NOON + 9_000,
    latest: NOON + 999,
  },
  { what: 'the second is not over', seconds: NOON, recorded: 0, now: NOON + 300, latest: NOON + 300 },
])('the latest instant at which a start can have been, where $what', ({ seconds, recorded, now, latest }) => {
  expect(latestStart(seconds, recorded, now)).toBe(latest);
});
