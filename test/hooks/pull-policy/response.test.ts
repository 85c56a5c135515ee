// The response to a PullPolicy sync: Pods, PolicyView and log fields.
import { expect, test } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { isLabelValue, isObjectName } from '../../../kubernetes/object-name.ts';
import { attemptOfPod, isoTime, keyOf, NOON, referenceOf, SECOND, uidOf } from '../builders/wire.ts';
import { cachedOn, decide, finished, images, one, running, two } from './policy-tables.ts';

/** The value as it is sent: without undefined fields. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

test('a pull Pod names its image, policy and slot, runs without privileges, and is bound to its node', () => {
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
        'drop.corewire.io/request-hash': expect.stringMatching(/^[0-9a-f]{8}$/),
        'drop.corewire.io/slot': '0',
        'sidecar.istio.io/inject': 'false',
      },
      annotations: {
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
        'linkerd.io/inject': 'disabled',
        'sidecar.istio.io/inject': 'false',
        'drop.corewire.io/reference': referenceOf('x'),
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

test('a kept Pod is returned with its name and labels only', () => {
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

const failureBackoff = { initial: '30s', max: '5m' };
const placement = { nodeSelector: { pool: 'build' }, tolerations: [{ key: 'ci', operator: 'Exists' }] };

test.each([
  {
    title: 'the PolicyView has the pause, the placement, repullInterval and failureBackoff of the policy',
    spec: { paused: true, repullInterval: '1h', ...placement },
    isViewObserved: true,
    views: [{ paused: true, repullInterval: '1h', ...placement, failureBackoff }],
    seconds: undefined,
  },
  {
    title: 'the observed PolicyView stays while the spec is not valid',
    spec: { maxConcurrentNodes: 0 },
    isViewObserved: true,
    views: [{ paused: false }],
    seconds: undefined,
  },
  {
    title: 'a missing PolicyView is created, with a resync to check that it appears',
    spec: {},
    isViewObserved: false,
    views: [{ paused: false, failureBackoff }],
    seconds: 5,
  },
  {
    title: 'a policy whose spec was never valid has no PolicyView',
    spec: { maxConcurrentNodes: 0 },
    isViewObserved: false,
    views: [],
    seconds: undefined,
  },
])('$title', ({ spec, isViewObserved, views, seconds }) => {
  const { response } = decide({ nodes: one, spec }, NOON, ({ children }) => {
    if (!isViewObserved) Object.assign(children, { [`PolicyView.${API_VERSION}`]: {} });
  });
  const children = views.map((view) => ({
    apiVersion: API_VERSION,
    kind: 'PolicyView',
    metadata: { name: 'default' },
    spec: view,
  }));
  expect(asJson(response.children)).toEqual(children);
  expect(response.resyncAfterSeconds).toBe(seconds);
});

const nothing = { started: [], finished: [], running: 0, waitingFor: undefined, until: undefined };

test.each([
  {
    title: 'the log line names the started pull, the closed gate and when it opens',
    cluster: { nodes: two, images: images('x'), spec: { minDelayBetweenPulls: '10s', maxConcurrentNodes: 2 } },
    logFields: { ...nothing, started: ['x on a (slot 0)'], waitingFor: 'delay', until: isoTime(NOON + 10 * SECOND) },
  },
  {
    title: 'the log line counts the pulls in progress',
    cluster: { nodes: one, images: images('x'), pods: [running] },
    logFields: { ...nothing, running: 1, waitingFor: 'policy-cap' },
  },
  {
    title: 'the log line names the finished pull with its Pod',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { ...cachedOn('a'), recorded: [attemptOfPod(finished)] } }],
      pods: [finished],
    },
    logFields: { ...nothing, finished: ['x on a (drop-default-0)'], waitingFor: 'policy-cap' },
  },
])('$title', ({ cluster, logFields }) => {
  expect(decide(cluster).logFields).toEqual(logFields);
});

test('names over 63 characters result in valid labels and a valid Pod name', () => {
  const long = `${'policy.with-a-name-that-is-longer-than-63-characters-when-repeated'.repeat(2)}.end`;
  const { response } = decide({
    name: long,
    nodes: [{ name: `node-${'n'.repeat(80)}` }],
    images: [{ name: `image-${'i'.repeat(80)}`, spec: { policyRef: { name: long }, image: 'registry.example.com/x' } }],
  });
  const [pod] = response.children;
  expect(pod?.metadata.name).toSatisfy(isObjectName);
  const labels = Object.values(pod?.metadata.labels ?? {});
  expect(labels).toHaveLength(7);
  expect(labels.filter((value) => !isLabelValue(value))).toEqual([]);
});
