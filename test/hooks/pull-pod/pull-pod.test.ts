// How a pull Pod is built, named and read, and when time alone ends its pull.
import { expect, test } from 'vitest';
import { buildPullPod, type PullPodInput } from '../../../hooks/pull-pod/build.ts';
import { pullPodName, SLOT_LABEL } from '../../../hooks/pull-pod/identity.ts';
import { nextDeadline, outcomeOf } from '../../../hooks/pull-pod/outcome.ts';
import { readPullPod } from '../../../hooks/pull-pod/read.ts';
import type { PullPodSettings } from '../../../hooks/settings.ts';
import { observedPod } from '../../../metacontroller/pod.ts';
import { HOUR, MINUTE, NOON, settings, wirePod } from '../builders/wire.ts';

const wire = wirePod({ slot: 0, image: 'x', node: 'a', createdAt: NOON, deadline: NOON + 30 * MINUTE });
const read = (metadata: object) =>
  readPullPod(observedPod.parse({ ...wire, metadata: { ...wire.metadata, ...metadata } }));
const ready = () => true;
const notReady = () => false;
const unknown = () => undefined;

const input: PullPodInput = {
  policyName: 'default',
  slot: 0,
  image: {
    name: 'x',
    uid: 'u',
    reference: 'registry.example.com/x:v1',
    spec: { image: 'registry.example.com/x', tag: 'v1', imagePullPolicy: 'Always' },
  },
  node: { name: 'a', key: '000000000000' },
  tolerations: [],
  deadlineMilliseconds: NOON,
  lossStamp: 0,
} as PullPodInput;
const podWith = (chosen: Partial<PullPodSettings>) =>
  buildPullPod(input, { ...settings, pullPods: { ...settings.pullPods, ...chosen } });
const specOf = (chosen: Partial<PullPodSettings>) =>
  JSON.parse(JSON.stringify(podWith(chosen).spec)) as Record<string, unknown>;

test('the Pod has the priority class of the installation', () => {
  expect(specOf({ priorityClassName: 'low' })).toMatchObject({ priorityClassName: 'low' });
});

test('the Pod has the security contexts of the installation, as a whole', () => {
  const podSecurityContext = { runAsNonRoot: true };
  const securityContext = { privileged: true };
  const { securityContext: ofPod, containers } = specOf({ podSecurityContext, securityContext });
  expect(ofPod).toEqual(podSecurityContext);
  expect(containers).toEqual([expect.objectContaining({ securityContext })]);
});

test('without settings the Pod runs as a user that is not root and has no privileges', () => {
  expect(specOf({})).toMatchObject({
    securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
  });
});

test('the Pod has the labels and annotations of the installation', () => {
  const added = podWith({ labels: { team: 'infra' }, annotations: { 'example.com/a': 'b' } }).metadata;
  const plain = podWith({}).metadata;
  expect(added.labels).toEqual({ ...plain.labels, team: 'infra' });
  expect(added.annotations).toEqual({ ...plain.annotations, 'example.com/a': 'b' });
});

test('settings never replace the labels and annotations that identify a Pod', () => {
  const plain = podWith({}).metadata;
  const identifies = (key: string) => key.startsWith('drop.corewire.io/') || key === 'app.kubernetes.io/managed-by';
  const forged = (map: object | undefined) =>
    Object.fromEntries(Object.keys(map ?? {}).flatMap((key) => (identifies(key) ? [[key, 'x']] : [])));
  const labels = forged(plain.labels);
  const annotations = forged(plain.annotations);
  expect(Object.keys(labels)).toContain('drop.corewire.io/slot');
  expect(Object.keys(annotations)).toContain('drop.corewire.io/image-uid');
  expect(podWith({ labels, annotations }).metadata).toEqual(plain);
});

test('settings replace the labels and annotations by which a Pod declines sidecars', () => {
  const map = { 'sidecar.istio.io/inject': 'true' };
  expect(podWith({ labels: map, annotations: map }).metadata).toMatchObject({ labels: map, annotations: map });
});

test('optional fields that are not set are left out of the Pod', () => {
  for (const field of ['priorityClassName', 'imagePullSecrets', 'tolerations']) {
    expect(specOf({})).not.toHaveProperty(field);
  }
});

test.each([
  { spec: { image: 'app/one', tag: 'v1' }, image: 'app/one:v1' },
  { spec: { image: 'nginx' }, image: 'nginx:latest' },
  { spec: { image: 'nginx', tag: '', digest: '' }, image: 'nginx:latest' },
  { spec: { image: 'index.docker.io/library/nginx', tag: '1.25' }, image: 'index.docker.io/library/nginx:1.25' },
  { spec: { image: 'nginx', digest: `sha256:${'a'.repeat(64)}` }, image: `nginx@sha256:${'a'.repeat(64)}` },
  { spec: { image: 'localhost:5000/app', tag: 'v1' }, image: 'localhost:5000/app:v1' },
])('the image of the Pod is $image, as the spec writes it', ({ spec, image }) => {
  const written = { ...input, image: { ...input.image, spec: { imagePullPolicy: 'Always', ...spec } } } as const;
  const pod = buildPullPod(written, settings) as unknown as { spec: { containers: object[] }; metadata: object };
  expect(pod.spec.containers[0]).toMatchObject({ image });
  expect(pod.metadata).toMatchObject({ annotations: { 'drop.corewire.io/reference': input.image.reference } });
});

test('the name of a Pod is valid if the policy name is cut after a dot', () => {
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
])('the slot label $label is read as slot $slot', ({ label, slot }) => {
  expect(read({ labels: { ...wire.metadata.labels, [SLOT_LABEL]: label } }).slot).toBe(slot);
});

test('a Pod without labels and annotations is read with empty and undefined fields', () => {
  const pod = observedPod.parse({ metadata: { name: 'p', uid: 'abcdefgh-1' }, spec: {}, status: {} });
  expect(readPullPod(pod)).toStrictEqual({
    pod,
    name: 'p',
    attempt: 'abcdefgh',
    imageLabel: '',
    imageUid: undefined,
    lossStamp: 0,
    node: '',
    nodeKey: undefined,
    reference: '',
    mutation: undefined,
    slot: undefined,
    createdAtMilliseconds: 0,
    deadlineMilliseconds: undefined,
    deleting: false,
  });
});

test('the labels and annotations of a Pod are read back', () => {
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
  {
    what: 'a pull before its deadline is in progress',
    isReady: ready,
    now: NOON + 30 * MINUTE - 1,
    outcome: { kind: 'pulling' },
  },
  {
    what: 'a pull at its deadline is a failure',
    isReady: ready,
    now: NOON + 30 * MINUTE,
    outcome: { kind: 'failed', reason: 'PullTimeout', message: expect.stringContaining('deadline') },
  },
  {
    what: 'a pull that is not yet 60 s old on a NotReady node is in progress',
    isReady: notReady,
    now: NOON + MINUTE - 1,
    outcome: { kind: 'pulling' },
  },
  {
    what: 'a pull that is 60 s old on a NotReady node is a failure',
    isReady: notReady,
    now: NOON + MINUTE,
    outcome: { kind: 'failed', reason: 'NodeNotReady', message: expect.stringContaining('Ready') },
  },
  {
    what: 'a pull on an unknown node is in progress',
    isReady: unknown,
    now: NOON + 2 * MINUTE,
    outcome: { kind: 'pulling' },
  },
];

test.each(outcomeTable)('$what', ({ isReady, now, outcome }) => {
  expect(outcomeOf(read({}), isReady, now)).toEqual(outcome);
});

test.each([
  {
    what: 'a Pod that never had a sandbox times out because of its node',
    conditions: [{ type: 'PodReadyToStartContainers', status: 'False' }],
    message: 'the node did not start the Pod (sandbox or network not ready): kubectl describe node',
  },
  {
    what: 'a Pod with a sandbox times out because of its pull',
    conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }],
    message: 'the pull was still in progress at its deadline',
  },
  {
    what: 'a Pod of a kubelet that does not report the condition times out because of its pull',
    conditions: [{ type: 'Ready', status: 'False' }],
    message: 'the pull was still in progress at its deadline',
  },
])('$what', ({ conditions, message }) => {
  const pull = readPullPod(observedPod.parse({ ...wire, status: { ...wire.status, conditions } }));
  const outcome = { kind: 'failed', reason: 'PullTimeout', message };
  expect(outcomeOf(pull, ready, NOON + 30 * MINUTE)).toEqual(outcome);
});

test.each([
  { what: 'time ends a pull at its deadline', metadata: {}, isReady: ready, instant: NOON + 30 * MINUTE },
  {
    what: 'time ends a pull on a NotReady node when it is 60 s old',
    metadata: {},
    isReady: notReady,
    instant: NOON + MINUTE,
  },
  {
    what: 'time never ends a pull without a deadline',
    metadata: { annotations: {} },
    isReady: ready,
    instant: undefined,
  },
])('$what', ({ metadata, isReady, instant }) => {
  expect(nextDeadline(read(metadata), isReady)).toBe(instant);
});

test('a pull without a deadline is in progress however old it is', () => {
  expect(outcomeOf(read({ annotations: {} }), ready, NOON + 3 * HOUR)).toEqual({ kind: 'pulling' });
});
