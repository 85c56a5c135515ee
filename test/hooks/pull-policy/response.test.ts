// What the answer of a PullPolicy holds: its status, the Pod, the view, names that fit.
import { expect, test } from 'vitest';
import { isoTime, keyOf, MINUTE, NOON, type PolicyWorld, referenceOf, SECOND, uidOf } from '../builders/wire.ts';
import { decide, images, manyNodes, one, running } from './policy-tables.ts';

test('a start is written down with its slot, pair and millisecond', () => {
  const { status } = decide({ nodes: one, images: images('x') }, NOON + 123);
  expect(status).toMatchObject({
    revision: 1,
    lastStartTime: '2026-11-21T12:00:00.123Z',
    lastStartNode: 'a',
    starting: [{ slot: 0, image: 'x', node: 'a', at: '2026-11-21T12:00:00.123Z' }],
  });
});

test('of several starts, the node of the last is the one behind which the next comes', () => {
  const { status } = decide({ nodes: manyNodes, images: images('x'), spec: { maxConcurrentNodes: 2 } });
  expect(status).toMatchObject({ starting: [{ node: 'a' }, { node: 'b' }], lastStartNode: 'b' });
});

test('a start leaves the status when its Pod is seen', () => {
  const { status } = decide({
    nodes: one,
    images: images('x'),
    status: { revision: 4, starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }] },
    pods: [running],
  });
  expect(status).toMatchObject({ revision: 5, starting: [], rejected: [] });
});

test('a start without a Pod for 60 s is a rejection: its pair and its slot rest, and the condition says where to look', () => {
  const input: PolicyWorld = {
    nodes: one,
    images: images('x'),
    status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - MINUTE) }] },
  };
  const { status, started, response } = decide(input);
  expect(started).toEqual([]);
  expect(status).toMatchObject({
    starting: [],
    rejected: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON), count: 1 }],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'PodsCreated', status: 'False', reason: 'PodRejected' },
      { type: 'Progressing', status: 'False', reason: 'PolicyCap' },
    ],
  });
  expect(response.resyncAfterSeconds).toBe(30);
  const later = decide({ ...input, status: status as never }, NOON + 30 * SECOND);
  expect(later.started).toEqual(['x on a slot 0']);
});

test('a rejection is forgotten once a Pod of its slot is seen', () => {
  const rejected = [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - MINUTE), count: 3 }];
  const { status } = decide({ nodes: one, images: images('x'), status: { rejected }, pods: [running] });
  expect(status).toMatchObject({ rejected: [], conditions: [{}, { type: 'PodsCreated', status: 'True' }, {}] });
});

test('the Pod says what it is, may do nothing, and is pinned to its node', () => {
  const spec = {
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [{ name: 'login' }],
    tolerations: [{ key: 'ci', operator: 'Exists' }],
  };
  const { response } = decide({ nodes: one, images: [{ name: 'x', spec }], spec: { pullTimeout: '1h' } });
  expect(response.children[0]).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'drop-default-0',
      namespace: 'drop-system',
      labels: {
        'app.kubernetes.io/managed-by': 'drop',
        'drop.corewire.io/cachedimage': 'x',
        'drop.corewire.io/node': 'a',
        'drop.corewire.io/policy': 'default',
        'drop.corewire.io/slot': '0',
      },
      annotations: {
        'drop.corewire.io/image-uid': uidOf('x'),
        'drop.corewire.io/node-key': keyOf({ name: 'a' }),
        'drop.corewire.io/deadline': '2026-11-21T13:00:00.000Z',
      },
    },
    spec: {
      nodeName: 'a',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: [{ name: 'login' }],
      tolerations: [{ key: 'ci', operator: 'Exists' }],
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'pull',
          image: referenceOf('x'),
          imagePullPolicy: 'IfNotPresent',
          command: ['true'],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ],
    },
  });
});

test.each([
  {
    what: 'a valid policy',
    spec: { paused: true, repullInterval: '1h' },
    view: { paused: true, repullInterval: '1h', failureBackoff: { initial: '30s', max: '5m' } },
  },
  { what: 'a policy that is not valid keeps the last view', spec: { maxConcurrentNodes: 0 }, view: { paused: false } },
])('the PolicyView of $what', ({ spec, view }) => {
  const { response } = decide({ nodes: one, spec });
  expect(response.children.filter(({ kind }) => kind === 'PolicyView')).toEqual([
    { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'PolicyView', metadata: { name: 'default' }, spec: view },
  ]);
});

test.each([
  { what: 'InvalidSpec', input: { spec: { pullTimeout: 'soon' } }, ready: { status: 'False', reason: 'InvalidSpec' } },
  { what: 'FleetNotFound', input: {}, ready: { status: 'False', reason: 'FleetNotFound' } },
  { what: 'Paused', input: { nodes: one, spec: { paused: true } }, ready: { status: 'False', reason: 'Paused' } },
  { what: 'Active', input: { nodes: one }, ready: { status: 'True', reason: 'Active' } },
])('the Ready condition says $what and the starts stay', ({ input, ready }) => {
  const starting = [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - SECOND) }];
  const { status } = decide({ ...input, images: images('x'), status: { starting } });
  expect(status).toMatchObject({ starting, conditions: [ready, {}, {}] });
});

test('names over 63 characters keep labels valid and Pod names apart', () => {
  const long = `${'policy.with-a-name-that-goes-on-and-on-until-it-is-longer-than'.repeat(2)}.end`;
  const { response } = decide({
    name: long,
    nodes: [{ name: `node-${'n'.repeat(80)}` }],
    images: [{ name: `image-${'i'.repeat(80)}`, spec: { policyRef: { name: long }, image: 'registry.example.com/x' } }],
  });
  const [pod] = response.children;
  expect(pod?.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  for (const value of Object.values(pod?.metadata.labels ?? {})) {
    expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
  }
});
